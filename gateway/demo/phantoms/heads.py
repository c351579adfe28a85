"""Axial slices of a head, for CT in Hounsfield units and for MR in arbitrary T2 signal."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateway.demo.phantoms.canvas import Ellipse, Field, Grid, Mask, grid, noisy, smooth_noise

_SIZE = 256
#: Levels between the base (0) and the top of the skull (1).
_ORBITS_END, _GANGLIA_FROM, _GANGLIA_TO = 0.3, 0.3, 0.7


@dataclass(frozen=True, slots=True)
class HeadTissue:
    """What the tissues of a head measure in one technique."""

    outside: float
    scalp: float
    skull: float
    fluid: float
    gray: float
    white: float
    eye: float
    noise: float


CT_HEAD = HeadTissue(-1000.0, 30.0, 1050.0, 6.0, 39.0, 29.0, 12.0, 3.5)
MR_HEAD = HeadTissue(0.0, 620.0, 25.0, 950.0, 470.0, 330.0, 900.0, 14.0)


def head_slices(
    count: int, tissue: HeadTissue, seed: int, size: int = _SIZE
) -> list[npt.NDArray[np.int16]]:
    """Axial slices from the skull base upwards."""
    at, rng = grid(size), np.random.default_rng(seed)
    folds = smooth_noise(rng, size, size / 60)
    return [
        noisy(_head(at, level, tissue, folds), rng, tissue.noise)
        for level in np.linspace(0.0, 1.0, count)
    ]


def _head(at: Grid, level: float, tissue: HeadTissue, folds: Field) -> Field:
    width = 0.62 + 0.34 * np.sin(np.pi * (0.18 + 0.62 * level)) - 0.30 * level**4
    skin = Ellipse(0.0, 0.02, 0.80 * width, 0.98 * width)
    brain = skin.scaled(0.86)
    picture = np.full_like(at.x, tissue.outside)
    picture[skin.inside(at)] = tissue.scalp
    picture[skin.scaled(0.95).inside(at)] = tissue.skull
    picture[brain.inside(at)] = tissue.fluid
    inner = brain.inside(at) & (brain.radius(at) + 0.035 * folds < 0.965)
    picture[inner] = tissue.gray
    picture[inner & (brain.radius(at) + 0.09 * folds < 0.80)] = tissue.white
    picture[inner & (np.abs(at.x) < 0.008)] = tissue.fluid
    _paint_ventricles(picture, at, level, tissue, inner)
    if level < _ORBITS_END:
        _paint_base(picture, at, tissue)
    return picture


def _paint_ventricles(
    picture: Field, at: Grid, level: float, tissue: HeadTissue, inner: Mask
) -> None:
    opening = float(np.exp(-(((level - 0.58) / 0.16) ** 2)))
    for side in (-1.0, 1.0):
        if _GANGLIA_FROM < level < _GANGLIA_TO:
            picture[Ellipse(side * 0.24, 0.02, 0.13, 0.20, side * 20).inside(at) & inner] = (
                tissue.gray
            )
        front = Ellipse(side * 0.10, -0.20, 0.055, 0.17, side * -14).scaled(opening)
        back = Ellipse(side * 0.17, 0.26, 0.06, 0.19, side * -24).scaled(opening)
        picture[front.inside(at) | back.inside(at)] = tissue.fluid


def _paint_base(picture: Field, at: Grid, tissue: HeadTissue) -> None:
    for side in (-1.0, 1.0):
        picture[Ellipse(side * 0.30, 0.10, 0.22, 0.055, side * -32).inside(at)] = tissue.skull
        picture[Ellipse(side * 0.27, -0.56, 0.15, 0.15).inside(at)] = tissue.eye
    picture[Ellipse(0.0, -0.42, 0.10, 0.14).inside(at)] = tissue.outside
    picture[Ellipse(0.0, 0.24, 0.13, 0.12).inside(at)] = tissue.white
