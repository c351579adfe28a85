"""Digital radiographs: tissue adds up along the ray, bone is bright (MONOCHROME2)."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from gateway.demo.phantoms.canvas import (
    Ellipse,
    Field,
    Grid,
    Mask,
    blur,
    grid,
    smooth_noise,
    tube,
)

_WHITE = 4095
_SIZE = 640


def chest_frontal(seed: int, size: int = _SIZE) -> npt.NDArray[np.uint16]:
    """后前位: two lungs, heart to the right of the picture, spine, ribs, clavicles."""
    at, rng = grid(size), np.random.default_rng(seed)
    tissue = 1.25 * np.clip(1.0 - (at.x / 0.95) ** 6 - ((at.y - 0.15) / 1.3) ** 8, 0, None) ** 0.5
    lungs = _lung_field(at)
    tissue -= 0.92 * lungs
    tissue += 0.55 * Ellipse(0.14, 0.28, 0.30, 0.34, -28).thickness(at)
    tissue += 0.42 * tube(at, at.x, 0.15) * np.clip((0.8 - at.y) * 4, 0, 1)
    tissue -= 0.16 * tube(at, at.x - 0.01, 0.045) * (at.y < -0.3)
    tissue += _vertebrae(at, center=at.x, half_width=0.075)
    tissue += _frontal_ribs(at) + _clavicles(at)
    tissue += lungs * 0.05 * np.abs(smooth_noise(rng, size, size / 110))
    tissue += lungs * _hilar_vessels(at, rng)
    return _exposed(tissue, rng, "R", (0.06, 0.06))


def chest_lateral(seed: int, size: int = _SIZE) -> npt.NDArray[np.uint16]:
    """侧位: sternum to the left, spine to the right, two diaphragms."""
    at, rng = grid(size), np.random.default_rng(seed)
    tissue = 1.35 * Ellipse(0.0, 0.1, 0.78, 1.3).thickness(at)
    lung = Ellipse(0.02, -0.02, 0.56, 0.82, 4).thickness(at) ** 0.6
    lung = lung * (at.y < 0.52 - 0.22 * np.cos(1.7 * (at.x + 0.15)))
    tissue -= 0.85 * lung
    tissue += 0.6 * Ellipse(-0.20, 0.30, 0.30, 0.30, 35).thickness(at) * (at.y < 0.62)
    spine = at.x - 0.47 - 0.10 * np.cos(2.2 * (at.y - 0.1))
    tissue += _vertebrae(at, center=spine, half_width=0.085)
    tissue += (
        0.30
        * tube(at, at.x + 0.62 - 0.12 * at.y, 0.04)
        * np.clip((0.5 - np.abs(at.y + 0.1)) * 9, 0, 1)
    )
    tissue += _lateral_ribs(at)
    tissue += lung * 0.06 * np.abs(smooth_noise(rng, size, size / 110))
    return _exposed(tissue, rng, "L", (0.06, 0.06))


def knee_frontal(seed: int, side: str, size: int = _SIZE) -> npt.NDArray[np.uint16]:
    """前后位 of the knee of that side, `R` or `L`; the fibula lies on its outer side."""
    at, rng = grid(size), np.random.default_rng(seed)
    seen = at if side == "R" else Grid(-at.x, at.y)
    tissue = 0.75 * tube(seen, seen.x, 0.62 - 0.06 * np.cos(3 * seen.y))
    tissue += _bone(seen, seen.x, _femur_half_width(seen), seen.y < -0.02)
    tissue += _bone(seen, seen.x, _tibia_half_width(seen), seen.y > 0.04 + 0.03 * _spines(seen))
    fibula = seen.x + 0.40 - 0.06 * np.clip(seen.y - 0.3, 0, None)
    tissue += 0.6 * _bone(seen, fibula, 0.07 + 0.04 * _near(seen.y, 0.24, 0.08), seen.y > 0.18)
    tissue += 0.22 * Ellipse(0.0, -0.34, 0.20, 0.22).thickness(seen)
    tissue += 0.03 * smooth_noise(rng, size, size / 150) * (tissue > 1)
    return _exposed(tissue, rng, side, (0.06, 0.06) if side == "R" else (0.86, 0.06))


def knee_lateral(seed: int, side: str, size: int = _SIZE) -> npt.NDArray[np.uint16]:
    """侧位 of the knee, patella to the left of the picture."""
    at, rng = grid(size), np.random.default_rng(seed)
    tissue = 0.8 * tube(at, at.x - 0.06, 0.60 + 0.08 * _near(at.y, 0.0, 0.5))
    tissue += _bone(at, at.x - 0.02, 0.17, at.y < -0.3) * np.clip((-0.2 - at.y) * 7, 0, 1)
    tissue += 0.85 * Ellipse(0.06, -0.18, 0.36, 0.25, 20).thickness(at)
    tissue += _bone(at, at.x - 0.06 - 0.05 * at.y, _tibia_half_width(at) * 0.8, at.y > 0.06)
    tissue += 0.45 * _bone(at, at.x - 0.36, 0.06, at.y > 0.22)
    tissue += 0.55 * Ellipse(-0.42, -0.22, 0.09, 0.19, 8).thickness(at)
    tissue += 0.03 * smooth_noise(rng, size, size / 150) * (tissue > 1)
    return _exposed(tissue, rng, side, (0.86, 0.06))


def _lung_field(at: Grid) -> Field:
    dome = 0.50 - 0.16 * np.exp(-(((np.abs(at.x) - 0.42) / 0.26) ** 2)) - 0.04 * (at.x < 0)
    right = Ellipse(-0.45, -0.08, 0.33, 0.80, 7).thickness(at)
    left = Ellipse(0.46, -0.08, 0.31, 0.80, -7).thickness(at)
    below = np.clip((at.y - dome) / 0.02, 0, 1)
    return np.asarray(np.maximum(right, left) ** 0.55 * (1 - below))


def _vertebrae(at: Grid, center: Field, half_width: float) -> Field:
    bodies = 0.75 + 0.25 * np.sign(np.sin(at.y * 26) + 0.55)
    return np.asarray(0.26 * tube(at, center, half_width) ** 0.5 * bodies)


def _frontal_ribs(at: Grid) -> Field:
    ribs = np.zeros_like(at.x)
    out = np.abs(at.x)
    cage = np.clip((1 - Ellipse(0.0, 0.12, 0.86, 1.05).radius(at)) * 12, 0, 1)
    within = cage * (out > 0.06) * (at.y < 0.72)
    for number in range(9):
        start = -0.80 + 0.155 * number
        posterior = start - 0.34 * out * (0.9 - out) + 0.95 * np.clip(out - 0.34, 0, None) ** 2
        anterior = start + 0.62 - 0.52 * out + 0.25 * out**2
        ribs += 0.13 * _rib(at.y - posterior, 0.032) * within
        ribs += 0.06 * _rib(at.y - anterior, 0.030) * within * np.clip((out - 0.30) * 6, 0, 1)
    return ribs


def _lateral_ribs(at: Grid) -> Field:
    ribs = np.zeros_like(at.x)
    for number in range(8):
        course = -0.62 + 0.16 * number - 0.55 * (at.x - 0.45) * 0.6
        ribs += 0.07 * _rib(at.y - course, 0.028) * (np.abs(at.x + 0.02) < 0.5)
    return ribs


def _rib(distance: Field, radius: float) -> Field:
    """A flat bone: its rim is denser than its marrow."""
    outer = np.clip(1 - (distance / radius) ** 2, 0, None) ** 0.5
    inner = np.clip(1 - (distance / (radius * 0.66)) ** 2, 0, None) ** 0.5
    return np.asarray(1.6 * outer - 0.9 * inner)


def _clavicles(at: Grid) -> Field:
    out = np.abs(at.x)
    course = -0.66 - 0.16 * (out - 0.1) - 0.05 * np.sin((out - 0.1) * 6)
    return np.asarray(
        0.20 * _rib(at.y - course, 0.036) * (out > 0.09) * np.clip((0.8 - out) * 9, 0, 1)
    )


def _hilar_vessels(at: Grid, rng: np.random.Generator) -> Field:
    vessels = np.zeros_like(at.x)
    for side in (-1.0, 1.0):
        for angle in rng.uniform(-1.3, 1.5, size=11):
            dx, dy = (at.x - side * 0.16) * side, at.y + 0.02
            along = dx * np.cos(angle) + dy * np.sin(angle)
            across = dy * np.cos(angle) - dx * np.sin(angle)
            bend = across + 0.06 * np.sin(along * 7 + angle * 3)
            fading = np.clip(1 - along / 0.5, 0, 1) * (along > 0)
            vessels += 0.12 * fading * np.exp(-((bend / (0.004 + 0.012 * fading)) ** 2))
    return vessels


def _femur_half_width(at: Grid) -> Field:
    return np.asarray(0.17 + 0.24 / (1 + np.exp(-(at.y + 0.30) * 16)) - 0.05 * _spines(at))


def _tibia_half_width(at: Grid) -> Field:
    return np.asarray(0.15 + 0.25 / (1 + np.exp((at.y - 0.27) * 15)))


def _spines(at: Grid) -> Field:
    return np.exp(-((at.x / 0.06) ** 2))


def _near(value: Field, center: float, spread: float) -> Field:
    return np.exp(-(((value - center) / spread) ** 2))


def _bone(at: Grid, axis: Field, half_width: float | Field, where: Mask) -> Field:
    """A long bone: cortex at both edges, marrow between, ends rounded off by a short ramp."""
    shell = tube(at, axis, half_width) - 0.55 * tube(at, axis, half_width * np.float64(0.78))
    return np.asarray(1.15 * shell * blur(where.astype(np.float64), at.size / 160))


def _exposed(
    tissue: Field, rng: np.random.Generator, marker: str, place: tuple[float, float]
) -> npt.NDArray[np.uint16]:
    """Exponential attenuation, quantum noise and the lead marker of the side."""
    size = tissue.shape[0]
    absorbed = 1.0 - np.exp(-1.05 * np.clip(blur(tissue, size / 420), 0, None))
    noisy = absorbed + rng.normal(0, 0.006, tissue.shape)
    values = np.clip(noisy * 0.96 + _lead(marker, place, size), 0, 1)
    return np.asarray(np.rint(values * _WHITE), dtype=np.uint16)


def _lead(letter: str, place: tuple[float, float], size: int) -> Field:
    picture = Image.new("L", (size, size))
    font = ImageFont.load_default(size=size // 14)
    ImageDraw.Draw(picture).text((place[0] * size, place[1] * size), letter, fill=255, font=font)
    return np.asarray(picture, dtype=np.float64) / 255
