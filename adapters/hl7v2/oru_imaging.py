"""The orders of one report number → `ImagingReport` (interfaces: imaging ORU). Pure."""

import re

from adapters.hl7v2.attachments import attachments_of
from adapters.hl7v2.er7 import Segment
from adapters.hl7v2.oru_context import (
    ReportContext,
    joint_status,
    order_status,
    placer_order_number,
)
from adapters.hl7v2.oru_groups import OrderGroup
from adapters.hl7v2.segments import local_code, note_text, observation_text
from adapters.hl7v2.tables import RESULT_STATUS
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.lab import ReportStatus, ResultStatus

#: OBX-3 of the Study Instance UID (DICOM PS3.16, DCM 113014).
_STUDY_UID_CODE = ("113014", "DCM")
_UID = re.compile(r"[0-2](?:\.\d+)+", re.ASCII)
_LONGEST_UID = 64
_TEXT_TYPES = frozenset({"TX", "FT", "ST", "CE", "CWE", "CF", ""})
#: Codes and words of OBX-3 by which senders mark the physician's conclusion: LOINC 19005-8, the
#: suffix of v2.5.1 7.2.5 (`&IMP`), and the headings of Chinese reports.
_IMPRESSION_CODES = frozenset({"19005-8", "IMP"})
_FINDINGS_WORDS = ("所见", "表现", "描述", "诊断报告", "FINDING")
_IMPRESSION_WORDS = ("诊断", "结论", "印象", "提示", "意见", "IMPRESSION", "CONCLUSION")
_WITHDRAWN = frozenset({ResultStatus.DELETED, ResultStatus.CANCELLED, ResultStatus.WRONG_PATIENT})


def imaging_report(number: str, orders: list[OrderGroup], context: ReportContext) -> ImagingReport:
    """One imaging report from all orders (OBR) that carry its number.

    Raises:
        MappingFailure: a time cannot be read.
    """
    first = orders[0].obr
    if len(orders) > 1:
        context.warnings.append(f"{orders[1].obr.at(4)}: further procedure of the report, not used")
    findings, impression = _texts(orders)
    return ImagingReport(
        institution=context.profile.institution,
        filler_order_number=number,
        file_number=context.visit(50) or number,
        accession_number=first.component(18) or number,
        procedure=local_code(first.raw(4), first.delimiters),
        patient=context.patient,
        status=_status(orders, context.warnings),
        modality=first.component(24),
        examined_at=context.time(first, 7),
        issued_at=context.time(first, 22),
        message_at=context.message_at,
        findings=findings,
        impression=impression,
        study_instance_uid=_study_instance_uid(orders, context.warnings),
        placer_order_number=placer_order_number(orders[0]),
        department=context.visit(3),
        attachments=attachments_of(orders, context),
    )


def _status(orders: list[OrderGroup], warnings: list[str]) -> ReportStatus:
    """The joint status; text that was filed under the wrong patient withdraws the report."""
    stated = [obx.raw(11) for order in orders for obx in order.observations]
    if "W" in stated:
        return ReportStatus.WRONG_PATIENT
    return joint_status([order_status(order, warnings) for order in orders])


def _texts(orders: list[OrderGroup]) -> tuple[str, str]:
    """Findings and impression: the lines of all OBX in order, each NTE with the OBX it follows."""
    findings: list[str] = []
    impression: list[str] = []
    for order in orders:
        findings.extend(note_text(note) for note in order.notes)
        for obx in order.observations:
            if _is_text(obx):
                target = impression if _is_impression(obx) else findings
                target.append(observation_text(obx, obx.raw(2)))
                target.extend(note_text(note) for note in order.remarks(obx))
    return "\n".join(filter(None, findings)), "\n".join(filter(None, impression))


def _is_text(obx: Segment) -> bool:
    return (
        obx.raw(2) in _TEXT_TYPES
        and RESULT_STATUS.get(obx.raw(11)) not in _WITHDRAWN
        and not _is_study_uid(obx)
    )


def _is_impression(obx: Segment) -> bool:
    code, _, suffix = obx.component(3).upper().partition(obx.delimiters.subcomponent)
    if code in _IMPRESSION_CODES or suffix in _IMPRESSION_CODES:
        return True
    name = f"{code} {obx.component(3, 2).upper()}"
    if any(word in name for word in _FINDINGS_WORDS):
        return False
    return any(word in name for word in _IMPRESSION_WORDS)


def _is_study_uid(obx: Segment) -> bool:
    code, system = _STUDY_UID_CODE
    return obx.component(3) == code and system in (obx.component(3, 2), obx.component(3, 3))


def _study_instance_uid(orders: list[OrderGroup], warnings: list[str]) -> str | None:
    """ZDS-1.1 (IHE RAD), else the OBX `113014^DCM`; None when not stated or no UID."""
    for order in orders:
        places = [(order.study, 1)] if order.study else []
        places += [(obx, 5) for obx in order.observations if _is_study_uid(obx)]
        for segment, field in places:
            uid = segment.component(field)
            if _UID.fullmatch(uid) and len(uid) <= _LONGEST_UID:
                return uid
            warnings.append(f"{segment.at(field)}: not a DICOM UID, not used")
    return None
