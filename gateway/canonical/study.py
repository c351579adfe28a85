"""An imaging study seen as one thing: what its instances say together. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.imaging import ImagingInstance
from gateway.canonical.lab import LocalCode
from gateway.canonical.times import EventTime, Precision

#: Precisions with which a calendar day is known.
_DAY_KNOWN = frozenset({Precision.DAY, Precision.MINUTE, Precision.SECOND})
#: Modalities of instances that show no image of the patient (DICOM PS3.3 C.7.3.1.1.1).
_NO_IMAGE = frozenset({"AU", "DOC", "KO", "PR", "REG", "RTDOSE", "RTPLAN", "RTSTRUCT", "SEG", "SR"})
_LOCALIZER = "LOCALIZER"
Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class StudySummary:
    """What is known of a study without its pixels.

    study_id is the number under which the gateway keeps it. acquired_at is the earliest time of any
    instance whose day is known. received_count and declared_count ((0020,1208), the largest value
    stated, None when none is) count every instance; all else looks at images only. closed: the
    quiet time has passed. views holds one entry per image, "" where the header states none. A
    series counts as contrast series when any image names an agent; localizers are neither.
    slice_thickness is that of the thinnest slices in millimetres, dose the highest CTDIvol of any
    scan in milligray; None when no image states one.
    """

    study_id: str
    study_uid: str
    accession_number: str
    institution: InstitutionCode
    modalities: tuple[str, ...]
    acquired_at: EventTime | None
    received_count: int
    declared_count: int | None
    closed: bool
    body_parts: tuple[str, ...]
    lateralities: tuple[str, ...]
    views: tuple[str, ...]
    contrast_series: int
    plain_series: int
    images_available: bool
    procedures: tuple[LocalCode, ...]
    slice_thickness: float | None = None
    dose: float | None = None


def summarize(
    instances: Iterable[ImagingInstance],
    closed: bool,
    *,
    study_id: str = "",
    images_available: bool = True,
) -> StudySummary:
    """The summary of the instances of one study, whatever their order.

    An instance sent twice counts once. Raises `InvalidRecord` when there is no instance.
    """
    unique = {instance.sop_instance_uid: instance for instance in instances}
    held = sorted(unique.values(), key=lambda instance: instance.sop_instance_uid)
    if not held:
        raise InvalidRecord("instances", "a study has at least one")
    images = [i for i in held if i.modality.strip().upper() not in _NO_IMAGE]
    scans = [i for i in images if _LOCALIZER not in i.image_type]
    contrast = {i.series_instance_uid for i in scans if i.contrast}
    return StudySummary(
        study_id=study_id,
        study_uid=held[0].study_instance_uid,
        accession_number=next((i.accession_number for i in held if i.accession_number), ""),
        institution=held[0].institution,
        modalities=_stated(i.modality for i in images),
        acquired_at=_earliest(i.acquired_at for i in held),
        received_count=len(held),
        declared_count=_largest(i.declared_study_count for i in held),
        closed=closed,
        body_parts=_stated(i.body_part for i in images),
        lateralities=_stated(i.laterality for i in images),
        views=tuple(sorted(i.view_position.strip().upper() for i in images)),
        contrast_series=len(contrast),
        plain_series=len({i.series_instance_uid for i in scans} - contrast),
        images_available=images_available,
        procedures=_procedures(held),
        slice_thickness=min(_known(i.slice_thickness for i in scans), default=None),
        dose=_largest(i.dose for i in scans),
    )


def _stated(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value.strip().upper() for value in values} - {""}))


def _known(values: Iterable[Number | None]) -> list[Number]:
    return [value for value in values if value is not None]


def _largest(values: Iterable[Number | None]) -> Number | None:
    return max(_known(values), default=None)


def _earliest(times: Iterable[EventTime | None]) -> EventTime | None:
    def instant(time: EventTime) -> datetime:
        return time.instant

    known = [time for time in times if time is not None and time.precision in _DAY_KNOWN]
    return min(known, key=instant, default=None)


def _procedures(held: list[ImagingInstance]) -> tuple[LocalCode, ...]:
    codes = {(c.code, c.coding_system): c for i in held for c in i.procedures}
    return tuple(codes[key] for key in sorted(codes))
