"""Axial CT slices of the upper abdomen."""

import numpy as np
import numpy.typing as npt

from gateway.demo.phantoms.canvas import Ellipse, Field, Grid, grid, noisy
from gateway.demo.phantoms.trunk import AIR, FAT, MUSCLE, SIZE, paint_vertebra


def abdomen_slices(
    count: int, seed: int, enhanced: bool, size: int = SIZE
) -> list[npt.NDArray[np.int16]]:
    """Axial CT slices of the upper abdomen, plain or in the portal venous phase."""
    at, rng = grid(size), np.random.default_rng(seed)
    return [
        noisy(_abdomen(at, level, 1.0 if enhanced else 0.0), rng, 11.0)
        for level in np.linspace(0.0, 1.0, count)
    ]


def _abdomen(at: Grid, level: float, contrast: float) -> Field:
    body = Ellipse(0.0, 0.0, 0.92, 0.68)
    picture = np.full_like(at.x, AIR)
    picture[body.inside(at)] = FAT
    wall = body.scaled(0.93)
    picture[wall.inside(at)] = MUSCLE
    picture[wall.scaled(0.93).inside(at)] = FAT
    inside = wall.scaled(0.93).inside(at)
    liver = Ellipse(-0.36, -0.10 + 0.1 * level, 0.46 * (1 - 0.35 * level), 0.44 - 0.1 * level, -18)
    spleen = Ellipse(0.62, 0.14, 0.17, 0.27 * (1 - 0.5 * level), -24)
    picture[liver.inside(at) & inside] = 58.0 + 52.0 * contrast
    picture[spleen.inside(at) & inside] = 50.0 + 70.0 * contrast
    _paint_bowel(picture, at, level)
    _paint_kidneys(picture, at, level, contrast)
    paint_vertebra(picture, at, 0.36)
    picture[Ellipse(0.06, 0.14, 0.062, 0.062).inside(at)] = 44.0 + 120.0 * contrast
    picture[Ellipse(-0.11, 0.13, 0.075, 0.055).inside(at)] = 42.0 + 105.0 * contrast
    for x, y in ((-0.42, -0.14), (-0.28, 0.02), (-0.5, 0.05)):
        picture[Ellipse(x, y, 0.05, 0.014, 40).inside(at)] = 45.0 + 110.0 * contrast
    return picture


def _paint_bowel(picture: Field, at: Grid, level: float) -> None:
    stomach = Ellipse(0.34, -0.26, 0.26 * (1 - 0.4 * level), 0.17, 20)
    picture[stomach.inside(at)] = 40.0
    picture[stomach.scaled(0.86).inside(at)] = 12.0
    picture[stomach.scaled(0.8).inside(at) & (at.y < -0.30)] = AIR
    picture[Ellipse(0.10, -0.02, 0.24, 0.055, -16).inside(at)] = 40.0
    picture[Ellipse(-0.12, -0.30, 0.085, 0.065).inside(at)] = 10.0


def _paint_kidneys(picture: Field, at: Grid, level: float, contrast: float) -> None:
    size = 0.6 + 0.4 * np.sin(np.pi * level)
    for side in (-1.0, 1.0):
        kidney = Ellipse(side * 0.40, 0.30, 0.13 * size, 0.155 * size, side * 25)
        picture[kidney.inside(at)] = 34.0 + 150.0 * contrast
        picture[kidney.scaled(0.62).inside(at)] = 30.0 + 95.0 * contrast
        picture[Ellipse(side * 0.33, 0.27, 0.05, 0.05).inside(at)] = FAT
