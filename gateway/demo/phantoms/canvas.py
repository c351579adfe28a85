"""Drawing by formulas on a square field of view from -1 to 1 in both directions, y downwards."""

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Field: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grid:
    """The coordinates of every pixel of a square picture."""

    x: Field
    y: Field

    @property
    def size(self) -> int:
        """Pixels along one side."""
        return int(self.x.shape[0])


def grid(size: int) -> Grid:
    """A square field of `size` pixels a side."""
    axis = np.linspace(-1.0, 1.0, size)
    x, y = np.meshgrid(axis, axis)
    return Grid(x, y)


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse by center, half axes and a turn in degrees."""

    cx: float
    cy: float
    rx: float
    ry: float
    turn: float = 0.0

    def radius(self, at: Grid) -> Field:
        """0 in the center, 1 on the edge."""
        angle = math.radians(self.turn)
        dx, dy = at.x - self.cx, at.y - self.cy
        u = (dx * math.cos(angle) + dy * math.sin(angle)) / self.rx
        v = (dy * math.cos(angle) - dx * math.sin(angle)) / self.ry
        return np.hypot(u, v)

    def inside(self, at: Grid) -> Mask:
        """The pixels within the edge; only those near it are looked at, most ellipses are small."""
        reach = max(self.rx, self.ry)
        rows = _span(np.abs(at.y[:, 0] - self.cy) <= reach)
        columns = _span(np.abs(at.x[0] - self.cx) <= reach)
        mask = np.zeros(at.x.shape, dtype=np.bool_)
        near = Grid(at.x[rows, columns], at.y[rows, columns])
        mask[rows, columns] = self.radius(near) <= 1.0
        return mask

    def thickness(self, at: Grid) -> Field:
        """How long a ray runs through the ellipsoid, 1 in the center."""
        return np.sqrt(np.clip(1.0 - self.radius(at) ** 2, 0.0, None))

    def scaled(self, factor: float) -> "Ellipse":
        """The same shape, larger or smaller."""
        return replace(self, rx=self.rx * factor, ry=self.ry * factor)


def _span(chosen: Mask) -> slice:
    """The stretch from the first to the last chosen place; empty when none is."""
    places = np.flatnonzero(chosen)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0)


def tube(at: Grid, distance: Field, radius: float | Field) -> Field:
    """How long a ray runs through a tube whose axis is `distance` away, 1 on the axis."""
    return np.sqrt(np.clip(1.0 - (distance / radius) ** 2, 0.0, None))


def smooth_noise(rng: np.random.Generator, size: int, grain: float) -> Field:
    """Texture of unit spread whose spots are about `grain` pixels wide."""
    blurred = blur(rng.standard_normal((size, size)), grain)
    return np.asarray(blurred / (blurred.std() or 1.0))


def blur(picture: Field, sigma: float) -> Field:
    """Gaussian blur by one row and one column convolution, edges repeated."""
    if sigma <= 0:
        return picture
    reach = max(1, math.ceil(3 * sigma))
    offsets = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(picture, reach, mode="edge")
    rows = _convolve_rows(padded, kernel)
    return _convolve_rows(rows.T, kernel).T


def noisy(picture: Field, rng: np.random.Generator, noise: float) -> npt.NDArray[np.int16]:
    """The finished slice: edges softened as by a scanner, with its noise."""
    grainy = blur(picture, 0.7) + rng.normal(0, noise, picture.shape)
    return np.asarray(np.rint(grainy), dtype=np.int16)


def _convolve_rows(picture: Field, kernel: Field) -> Field:
    width = picture.shape[1] - len(kernel) + 1
    result = np.zeros((picture.shape[0], width))
    for offset, weight in enumerate(kernel):
        result += weight * picture[:, offset : offset + width]
    return result
