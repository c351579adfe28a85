"""Axial CT slices of the trunk in Hounsfield units: what chest and abdomen share."""

from gateway.demo.phantoms.canvas import Ellipse, Field, Grid

SIZE = 256
AIR, FAT, MUSCLE, BONE, LUNG = -1000.0, -95.0, 55.0, 420.0, -860.0


def paint_vertebra(picture: Field, at: Grid, y: float) -> None:
    """A vertebra with its arch and canal, its body in front of `y`."""
    body = Ellipse(0.0, y - 0.08, 0.135, 0.105)
    picture[body.inside(at)] = BONE
    picture[body.scaled(0.82).inside(at)] = 190.0
    picture[Ellipse(0.0, y + 0.13, 0.035, 0.11).inside(at)] = BONE
    for side in (-1.0, 1.0):
        picture[Ellipse(side * 0.13, y + 0.06, 0.12, 0.035, side * 24).inside(at)] = BONE * 0.8
    picture[Ellipse(0.0, y + 0.045, 0.058, 0.05).inside(at)] = 25.0
