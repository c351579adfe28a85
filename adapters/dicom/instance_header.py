"""The header of one DICOM instance → ImagingInstance. Pure: no pixel, no file, no clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.dicom.functional_groups import FUNCTIONAL_GROUP_TAGS, FunctionalGroups
from adapters.dicom.header_file import Header
from adapters.dicom.header_patient import PATIENT_TAGS, patient_of
from adapters.dicom.header_times import TIME_TAGS, acquired_at
from adapters.dicom.header_values import HeaderValues
from adapters.errors import MappingFailure
from gateway.canonical.directory import Sender
from gateway.canonical.imaging import ImagingInstance
from gateway.canonical.lab import LocalCode

_SPECIFIC_CHARACTER_SET = 0x00080005
_IMAGE_TYPE = 0x00080008
_SOP_CLASS_UID = 0x00080016
_SOP_INSTANCE_UID = 0x00080018
_ACCESSION_NUMBER = 0x00080050
_MODALITY = 0x00080060
_STUDY_DESCRIPTION = 0x00081030
_SERIES_DESCRIPTION = 0x0008103E
_PERFORMED_PROCEDURES = 0x00081032
_ANATOMIC_REGION = 0x00082218
_CONTRAST_AGENT = 0x00180010
_CONTRAST_AGENTS = 0x00180012
_BODY_PART = 0x00180015
_SLICE_THICKNESS = 0x00180050
_VIEW_POSITION = 0x00185101
_CTDI_VOL = 0x00189345
_STUDY_INSTANCE_UID = 0x0020000D
_SERIES_INSTANCE_UID = 0x0020000E
_SERIES_NUMBER = 0x00200011
_INSTANCE_NUMBER = 0x00200013
_LATERALITY = 0x00200060
_IMAGE_LATERALITY = 0x00200062
_STUDY_RELATED_INSTANCES = 0x00201208
_SERIES_RELATED_INSTANCES = 0x00201209
_NUMBER_OF_FRAMES = 0x00280008
_ROWS = 0x00280010
_COLUMNS = 0x00280011
_REQUESTED_PROCEDURES = 0x00321064
_REQUEST_ATTRIBUTES = 0x00400275
_SCHEDULED_PROTOCOLS = 0x00400008
_VIEW_CODES = 0x00540220
_CODE_VALUES = (0x00080100, 0x00080119, 0x00080120)  # short, long, URN (PS3.3 table 8.8-1)
_CODE_MEANING = 0x00080104
_CODING_SCHEME = 0x00080102

#: Every top-level element that is looked at; a reader may skip all others.
WANTED_TAGS = (
    _SPECIFIC_CHARACTER_SET,
    _IMAGE_TYPE,
    _SOP_CLASS_UID,
    _SOP_INSTANCE_UID,
    _ACCESSION_NUMBER,
    _MODALITY,
    _STUDY_DESCRIPTION,
    _SERIES_DESCRIPTION,
    _PERFORMED_PROCEDURES,
    _ANATOMIC_REGION,
    _CONTRAST_AGENT,
    _CONTRAST_AGENTS,
    _BODY_PART,
    _SLICE_THICKNESS,
    _VIEW_POSITION,
    _CTDI_VOL,
    _STUDY_INSTANCE_UID,
    _SERIES_INSTANCE_UID,
    _SERIES_NUMBER,
    _INSTANCE_NUMBER,
    _LATERALITY,
    _IMAGE_LATERALITY,
    _STUDY_RELATED_INSTANCES,
    _SERIES_RELATED_INSTANCES,
    _NUMBER_OF_FRAMES,
    _ROWS,
    _COLUMNS,
    _REQUESTED_PROCEDURES,
    _REQUEST_ATTRIBUTES,
    _VIEW_CODES,
    *PATIENT_TAGS,
    *TIME_TAGS,
    *FUNCTIONAL_GROUP_TAGS,
)
_UID = re.compile(r"[0-9.]{1,64}")
_SIDES = {"R": "R", "L": "L", "B": "B"}
#: Words in (0018,0010) that say no agent was given.
_NO_AGENT = frozenset({"", "NONE", "NO", "N", "NA", "N/A", "无", "未使用"})


@dataclass(frozen=True, slots=True)
class HeaderReading:
    """An instance, and what had to be repaired to read its texts (codes for the sender's list)."""

    instance: ImagingInstance
    repairs: frozenset[str]


def instance_of(header: Header, sender: Sender, digest: str = "", size: int = 0) -> HeaderReading:
    """What a header says, for the institution that sent it; digest and size (bytes) are the file's.

    Raises MappingFailure naming a tag that holds no UID or contradicts what the sender announced.
    """
    values = HeaderValues(header.dataset)
    groups = FunctionalGroups(values)
    _check_announcement(header, values)
    instance = ImagingInstance(
        institution=sender.institution,
        study_instance_uid=_uid(values, _STUDY_INSTANCE_UID),
        series_instance_uid=_uid(values, _SERIES_INSTANCE_UID),
        sop_instance_uid=_uid(values, _SOP_INSTANCE_UID),
        sop_class_uid=_uid(values, _SOP_CLASS_UID),
        transfer_syntax_uid=header.transfer_syntax_uid,
        modality=values.code(_MODALITY).upper(),
        accession_number=values.text(_ACCESSION_NUMBER),
        patient=patient_of(values, sender.institution),
        procedures=_procedures(values),
        acquired_at=acquired_at(values, groups.acquired, sender.time_zone),
        body_part=_body_part(values, groups),
        laterality=_laterality(values, groups),
        view_position=values.code(_VIEW_POSITION) or _meaning(values.items(_VIEW_CODES)),
        contrast=_has_contrast(values),
        series_number=values.integer(_SERIES_NUMBER),
        instance_number=values.integer(_INSTANCE_NUMBER),
        number_of_frames=max(values.integer(_NUMBER_OF_FRAMES) or 1, 1),
        rows=values.unsigned_short(_ROWS),
        columns=values.unsigned_short(_COLUMNS),
        slice_thickness=values.decimal(_SLICE_THICKNESS) or groups.slice_thickness,
        image_type=tuple(value for value in values.codes(_IMAGE_TYPE) if value),
        series_description=values.text(_SERIES_DESCRIPTION),
        study_description=values.text(_STUDY_DESCRIPTION),
        declared_series_count=_declared(values, _SERIES_RELATED_INSTANCES),
        declared_study_count=_declared(values, _STUDY_RELATED_INSTANCES),
        digest=digest,
        size=size,
        dose=values.double(_CTDI_VOL),
    )
    return HeaderReading(instance, values.repairs)


def _uid(values: HeaderValues, tag: int) -> str:
    uid = values.code(tag)
    if _UID.fullmatch(uid):
        return uid
    location = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    reason = "uid_invalid" if uid else "uid_missing"
    raise MappingFailure(reason, location, "send a UID of at most 64 digits and dots")


def _check_announcement(header: Header, values: HeaderValues) -> None:
    """The data set must be of the class, and be the instance, that the C-STORE request named."""
    if _uid(values, _SOP_CLASS_UID) != header.sop_class_uid:
        raise MappingFailure(
            "sop_class_mismatch", "(0008,0016)", "request and data set must name one SOP class"
        )
    if _uid(values, _SOP_INSTANCE_UID) != header.sop_instance_uid:
        raise MappingFailure(
            "sop_instance_mismatch", "(0008,0018)", "request and data set must name one instance"
        )


def _procedures(values: HeaderValues) -> tuple[LocalCode, ...]:
    """Procedure codes: performed, else requested, else of the scheduled protocol."""
    for items in (
        values.items(_PERFORMED_PROCEDURES),
        values.items(_REQUESTED_PROCEDURES),
        [
            protocol
            for request in values.items(_REQUEST_ATTRIBUTES)
            for protocol in request.items(_SCHEDULED_PROTOCOLS)
        ],
    ):
        codes = tuple(dict.fromkeys(_codes(items)))
        if codes:
            return codes
    return ()


def _codes(items: list[HeaderValues]) -> Iterator[LocalCode]:
    for item in items:
        value = next((text for text in map(item.text, _CODE_VALUES) if text), "")
        if value:
            yield LocalCode(value, item.text(_CODE_MEANING), item.text(_CODING_SCHEME))


def _meaning(items: list[HeaderValues]) -> str:
    return items[0].text(_CODE_MEANING) if items else ""


def _body_part(values: HeaderValues, groups: FunctionalGroups) -> str:
    return (
        values.text(_BODY_PART)
        or _meaning(values.items(_ANATOMIC_REGION))
        or _meaning(groups.anatomic_regions)
    )


def _laterality(values: HeaderValues, groups: FunctionalGroups) -> str:
    """`R`, `L`, `B` or "": the image's own, else the series', else that of all frames together."""
    stated = values.code(_IMAGE_LATERALITY) or values.code(_LATERALITY)
    sides = {stated} if stated else groups.lateralities
    known = {_SIDES[side] for side in sides if side in _SIDES}
    return next(iter(known)) if len(known) == 1 else "B" if known else ""


def _has_contrast(values: HeaderValues) -> bool:
    named = values.text(_CONTRAST_AGENT).upper() not in _NO_AGENT
    return named or bool(values.items(_CONTRAST_AGENTS))


def _declared(values: HeaderValues, tag: int) -> int | None:
    """A count the sender declares; nothing below one is a count."""
    count = values.integer(tag)
    return count if count is not None and count > 0 else None
