"""Sagittal T2-weighted slices of a lumbar spine."""

import numpy as np
import numpy.typing as npt

from gateway.demo.phantoms.canvas import Ellipse, Field, Grid, grid, noisy, smooth_noise

_SIZE = 256
_SEGMENTS, _DISEASED_SEGMENT = 7, 5
#: How near the midline a slice must be to show the aorta and the spinous processes.
_SHOWS_AORTA, _SHOWS_PROCESSES = 0.5, 0.6


def lumbar_slices(count: int, seed: int, size: int = _SIZE) -> list[npt.NDArray[np.int16]]:
    """Sagittal T2-weighted slices from right to left; the disc L4/5 is dark and bulges."""
    at, rng = grid(size), np.random.default_rng(seed)
    texture = smooth_noise(rng, size, 2.5)
    return [
        noisy(_lumbar(at, offset, texture), rng, 12.0) for offset in np.linspace(-1.0, 1.0, count)
    ]


def _lumbar(at: Grid, offset: float, texture: Field) -> Field:
    """offset 0 is the midline; the canal is seen near it, pedicles and muscle beside it."""
    course = at.x - 0.05 + 0.17 * np.sin((at.y + 0.25) * 1.9)
    picture = np.full_like(at.x, 20.0)
    body = (at.x > -0.85 + 0.06 * np.cos(at.y * 3)) & (at.x < 0.80 + 0.06 * np.cos(at.y * 2.2))
    picture[body] = 560.0
    picture[body & (course > -0.62) & (course < 0.52)] = 170.0
    picture[body] += 28.0 * texture[body]
    central = float(np.exp(-((offset / 0.42) ** 2)))
    canal = (course > 0.185) & (course < 0.185 + 0.135 * central)
    picture[canal] = 900.0
    picture[canal & (np.abs(course - 0.245) < 0.022) & (at.y < -0.35)] = 380.0
    picture[(course > -0.27) & (course < -0.20) & (central > _SHOWS_AORTA)] = 40.0
    for number in range(_SEGMENTS):
        _paint_segment(picture, at, course, number, central)
    return picture


def _paint_segment(picture: Field, at: Grid, course: Field, number: int, central: float) -> None:
    """One vertebra and the disc below it; the last but one disc is the diseased one."""
    top = -1.02 + 0.285 * number
    tilt = at.y - 0.16 * course * np.cos((top + 0.25) * 1.9)
    half = 0.165 + 0.008 * np.cos((tilt - top - 0.11) * 26)
    vertebra = (np.abs(course) < half) & (tilt > top) & (tilt < top + 0.225)
    disc = (np.abs(course) < 0.175) & (tilt >= top + 0.23) & (tilt < top + 0.28)
    diseased = number == _DISEASED_SEGMENT
    picture[vertebra] = 330.0
    picture[disc] = 120.0 if diseased else 300.0
    core = disc & (np.abs(course) < 0.10) & (np.abs(tilt - top - 0.255) < 0.017)
    picture[core] = 150.0 if diseased else 620.0
    if diseased:
        bulge = np.hypot((course - 0.185) / (0.045 * central + 1e-6), (tilt - top - 0.255) / 0.04)
        picture[bulge < 1] = 120.0
    spinous = Ellipse(0.36, 0.0, 0.13, 0.06)
    process = np.hypot((course - spinous.cx - 0.06) / spinous.rx, (tilt - top - 0.2) / spinous.ry)
    picture[(process < 1) & (central > _SHOWS_PROCESSES)] = 300.0
