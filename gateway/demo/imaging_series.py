"""Which series and pictures belong to each procedure of the fake radiology departments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy.typing as npt

from gateway.demo.imaging_plans import StudyPlan
from gateway.demo.phantoms.abdomen import abdomen_slices
from gateway.demo.phantoms.chest import chest_slices
from gateway.demo.phantoms.heads import CT_HEAD, MR_HEAD, head_slices
from gateway.demo.phantoms.radiographs import (
    chest_frontal,
    chest_lateral,
    knee_frontal,
    knee_lateral,
)
from gateway.demo.phantoms.spine import lumbar_slices

Pixels: TypeAlias = npt.NDArray[Any]


AXIAL = (1, 0, 0, 0, 1, 0)
SAGITTAL = (0, 1, 0, 0, 0, -1)


@dataclass(frozen=True, slots=True)
class Series:
    """Pictures made in one go; window is (center, width) as shown, spacing in millimeters."""

    description: str
    pictures: Sequence[Pixels]
    window: tuple[int, int]
    spacing: float
    view_position: str = ""
    contrast_agent: str = ""
    slice_thickness: float | None = None
    orientation: tuple[int, ...] = AXIAL


def series_of(plan: StudyPlan) -> tuple[Series, ...]:
    """All series of the study, the same pictures for the same plan."""
    return _MAKERS[plan.procedure.code](plan, plan.person.number)


_RADIOGRAPH_WINDOW = (1850, 3300)
_RADIOGRAPH_SPACING = 0.5


def _radiograph(description: str, view: str, picture: Pixels) -> Series:
    return Series(description, [picture], _RADIOGRAPH_WINDOW, _RADIOGRAPH_SPACING, view)


def _chest_pair(_plan: StudyPlan, seed: int) -> tuple[Series, ...]:
    return (
        _radiograph("胸部后前位", "PA", chest_frontal(seed)),
        _radiograph("胸部左侧位", "LL", chest_lateral(seed)),
    )


def _chest_single(_plan: StudyPlan, seed: int) -> tuple[Series, ...]:
    return (_radiograph("胸部后前位", "PA", chest_frontal(seed)),)


def _knee(plan: StudyPlan, seed: int) -> tuple[Series, ...]:
    side = plan.scenario.laterality
    return (
        _radiograph("膝关节前后位", "AP", knee_frontal(seed, side)),
        _radiograph("膝关节侧位", "RL" if side == "R" else "LL", knee_lateral(seed, side)),
    )


def _ct_head(_plan: StudyPlan, seed: int) -> tuple[Series, ...]:
    return (Series("头颅平扫 5mm", head_slices(20, CT_HEAD, seed), (40, 90), 0.9, "", "", 5.0),)


def _mr_head(_plan: StudyPlan, seed: int) -> tuple[Series, ...]:
    return (Series("T2 横断位", head_slices(16, MR_HEAD, seed), (450, 1000), 0.9, "", "", 6.0),)


def _ct_chest(plan: StudyPlan, seed: int) -> tuple[Series, ...]:
    with_nodule = plan.scenario.compressed
    slices = chest_slices(24, seed, nodule=with_nodule)
    return (Series("胸部平扫 肺窗", slices, (-550, 1500), 1.4, "", "", 5.0),)


def _ct_abdomen(_plan: StudyPlan, seed: int) -> tuple[Series, ...]:
    plain = abdomen_slices(16, seed, enhanced=False)
    enhanced = abdomen_slices(16, seed, enhanced=True)
    return (
        Series("上腹部平扫", plain, (50, 350), 1.4, "", "", 5.0),
        Series("上腹部门脉期", enhanced, (60, 350), 1.4, "", "碘海醇注射液", 5.0),
    )


def _mr_lumbar(_plan: StudyPlan, seed: int) -> tuple[Series, ...]:
    slices = lumbar_slices(11, seed)
    return (Series("T2 矢状位", slices, (450, 1000), 1.1, "", "", 4.0, SAGITTAL),)


_MAKERS: dict[str, Callable[[StudyPlan, int], tuple[Series, ...]]] = {
    "DRCHEST2": _chest_pair,
    "DRCHEST1": _chest_single,
    "DRKNEER": _knee,
    "DRKNEEL": _knee,
    "CTHEAD": _ct_head,
    "CTCHEST": _ct_chest,
    "CTABDE": _ct_abdomen,
    "MRLSPINE": _mr_lumbar,
    "MRBRAIN": _mr_head,
}
