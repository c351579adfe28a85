"""Axial CT slices of the chest."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateway.demo.phantoms.canvas import Ellipse, Field, Grid, Mask, grid, noisy
from gateway.demo.phantoms.trunk import AIR, BONE, FAT, LUNG, MUSCLE, SIZE, paint_vertebra

#: Levels between the apex (0) and the base (1) of the lungs.
_NODULE_LEVEL, _NODULE_REACH, _CARINA = 0.3, 0.03, 0.45
_VESSELS = 90


def chest_slices(
    count: int, seed: int, size: int = SIZE, nodule: bool = True
) -> list[npt.NDArray[np.int16]]:
    """Axial CT slices from the apex of the lungs downwards, with or without a small nodule."""
    at, rng = grid(size), np.random.default_rng(seed)
    vessels = [_Vessel.drawn(rng) for _ in range(_VESSELS)]
    slices = []
    for level in np.linspace(0.0, 1.0, count):
        picture = _chest(at, level, vessels)
        if nodule and abs(level - _NODULE_LEVEL) < _NODULE_REACH:
            picture[Ellipse(-0.52, -0.12, 0.028, 0.028).inside(at)] = 35.0
        slices.append(noisy(picture, rng, 14.0))
    return slices


@dataclass(frozen=True, slots=True)
class _Vessel:
    """A lung vessel: where it starts at the hilum and how it moves from slice to slice."""

    x: float
    y: float
    drift_x: float
    drift_y: float
    width: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "_Vessel":
        """A vessel somewhere in either lung."""
        side = rng.choice((-1.0, 1.0))
        return cls(
            side * rng.uniform(0.18, 0.68), rng.uniform(-0.4, 0.42),
            rng.uniform(-0.25, 0.25), rng.uniform(-0.3, 0.3), rng.uniform(0.006, 0.022),
        )  # fmt: skip

    def at_level(self, level: float) -> Ellipse:
        """Its cut through the slice."""
        shift = level - 0.5
        x, y = self.x + self.drift_x * shift, self.y + self.drift_y * shift
        return Ellipse(x, y, self.width * 1.6, self.width, 90 * self.drift_x)


def _chest(at: Grid, level: float, vessels: list[_Vessel]) -> Field:
    body = Ellipse(0.0, 0.0, 0.94, 0.66)
    opening = np.sin(np.pi * (0.12 + 0.80 * level)) ** 0.5
    picture = np.full_like(at.x, AIR)
    picture[body.inside(at)] = FAT
    picture[body.scaled(0.93).inside(at)] = MUSCLE
    lungs = _lungs(at, opening)
    picture[lungs] = LUNG
    for vessel in vessels:
        picture[vessel.at_level(level).inside(at) & lungs] = 30.0
    _paint_ribs(picture, at, level)
    _paint_mediastinum(picture, at, level)
    paint_vertebra(picture, at, 0.42)
    return picture


def _lungs(at: Grid, opening: float) -> Mask:
    right = Ellipse(-0.45, 0.0, 0.33 * opening, 0.47 * opening, 6)
    left = Ellipse(0.45, 0.0, 0.32 * opening, 0.46 * opening, -6)
    return np.asarray((right.inside(at) | left.inside(at)) & (np.abs(at.x) > 0.10))


def _paint_ribs(picture: Field, at: Grid, level: float) -> None:
    for number in range(14):
        angle = np.pi * (number / 7 + 0.23 * level)
        x, y = 0.83 * np.cos(angle), 0.56 * np.sin(angle)
        turn = float(np.degrees(np.arctan2(0.56 * np.cos(angle), -0.83 * np.sin(angle))))
        rib = Ellipse(x, y, 0.085, 0.028, turn)
        picture[rib.inside(at)] = BONE
        picture[rib.scaled(0.6).inside(at)] = 160.0


def _paint_mediastinum(picture: Field, at: Grid, level: float) -> None:
    middle = Ellipse(0.0, 0.02, 0.13, 0.34)
    picture[middle.inside(at)] = FAT * 0.6
    heart = np.clip((level - 0.42) / 0.4, 0.0, 1.0)
    if heart > 0:
        shape = Ellipse(0.12, -0.10, 0.10 + 0.27 * heart, 0.10 + 0.20 * heart, 32)
        picture[shape.inside(at)] = 42.0
        picture[shape.scaled(0.55).inside(at)] = 48.0
    else:
        for vessel in ((-0.07, -0.14, 0.045), (0.06, -0.12, 0.055), (0.10, 0.02, 0.05)):
            picture[Ellipse(vessel[0], vessel[1], vessel[2], vessel[2]).inside(at)] = 46.0
    picture[Ellipse(0.09, 0.24, 0.062, 0.062).inside(at)] = 45.0
    if level < _CARINA:
        picture[Ellipse(0.0, 0.08, 0.048, 0.055).inside(at)] = AIR
