"""hl7apy's side: structure checks beside the hot path, and the messages that we send ourselves.

The only module that imports hl7apy. It needs tens of milliseconds for a message, so nothing here
stands between a message and its acknowledgment.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from hl7apy.core import Group, Message, Segment
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message
from hl7apy.validation import Validator

from adapters.hl7v2 import er7
from adapters.hl7v2.charset import codec_of, decode
from adapters.hl7v2.header import read_header
from adapters.hl7v2.tables import REPORT_STATUS, RESIDENT_ID_OID, RESULT_STATUS
from gateway.canonical.identifiers import IdentityType, PatientIdentifier
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.lab import LabReport, LabResult, LocalCode
from gateway.canonical.patient import Patient, Sex
from gateway.canonical.times import CHINA_STANDARD_TIME, EventTime

_VERSION = "2.5.1"
_STANDARD = er7.Delimiters()
_REPORT_CODE = {status: code for code, status in reversed(REPORT_STATUS.items())}
_RESULT_CODE = {status: code for code, status in reversed(RESULT_STATUS.items())}
_SEX_CODE = {Sex.MALE: "M", Sex.FEMALE: "F", Sex.OTHER: "O", Sex.UNKNOWN: "U"}
_ELEMENT = re.compile(r"\b([A-Z][A-Z0-9]{2})_(\d+)\b")
_VALUE = re.compile(r"Value .* not in table", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ConformanceFinding:
    """A deviation from the structure of the stated version. The text holds no value that was sent.

    location is segment and field as `PID-8`, "" where hl7apy names a group only.
    """

    severity: str
    location: str
    text: str


@dataclass(frozen=True, slots=True)
class OutboundHeader:
    """What MSH of a message that we send states; charset is a value of table 0211."""

    sending_application: str
    sending_facility: str
    control_id: str
    at: datetime
    charset: str = "UNICODE UTF-8"
    processing_id: str = "P"
    receiving_application: str = "RECOGNITION"
    receiving_facility: str = "GATEWAY"


def check(raw: bytes) -> tuple[ConformanceFinding, ...]:
    """Every deviation that hl7apy finds in a message.

    Raises:
        PeerViolation: the message has no header, or is not in the charset that it declares.
    """
    text = decode(raw, read_header(raw).charset, "").text
    with TemporaryDirectory() as folder:
        report = Path(folder, "report")
        try:
            Validator.validate(parse_message(text.replace("\n", "\r")), report_file=str(report))
        except HL7apyException as error:
            if not report.exists():
                return (_finding(f"Error: {error}"),)
        return tuple(_finding(line) for line in report.read_text("utf-8").splitlines())


def _finding(line: str) -> ConformanceFinding:
    severity, _, text = line.partition(": ")
    element = _ELEMENT.search(text)
    return ConformanceFinding(
        severity.lower(),
        f"{element[1]}-{element[2]}" if element else "",
        _VALUE.sub("Value not in table", text),
    )


def build_lab_oru(report: LabReport, header: OutboundHeader) -> bytes:
    """An ORU^R01 that states a laboratory report, in the charset of the header.

    Raises:
        UnicodeEncodeError: a text cannot be written in that charset.
    """
    message, patient_result = _oru(report.patient, header)
    _visit(patient_result, report.department, report.file_number)
    orders = groupby(report.results, key=lambda result: result.order)
    for number, (order, results) in enumerate(orders, 1):
        group = _order(patient_result, number, report, order)
        group.obr.obr_7 = _time(report.collected_at)
        group.obr.obr_14 = _time(report.received_at)
        group.obr.obr_24 = "LAB"
        _notes(group, report.notes if number == 1 else ())
        for place, result in enumerate(results, 1):
            _result(group.add_group("ORU_R01_OBSERVATION"), place, result)
        if report.specimen:
            specimen = group.add_group("ORU_R01_SPECIMEN").add_segment("SPM")
            specimen.spm_1, specimen.spm_4 = "1", f"^{_text(report.specimen)}"
    return _encoded(message, header)


def build_imaging_oru(report: ImagingReport, header: OutboundHeader) -> bytes:
    """An ORU^R01 that states an imaging report: each line of text in an OBX of its own.

    Raises:
        UnicodeEncodeError: a text cannot be written in that charset.
    """
    message, patient_result = _oru(report.patient, header)
    _visit(patient_result, report.department, report.file_number)
    group = _order(patient_result, 1, report, report.procedure)
    group.obr.obr_7 = _time(report.examined_at)
    group.obr.obr_18 = _text(report.accession_number)
    group.obr.obr_24 = _text(report.modality)
    status = _REPORT_CODE[report.status]
    texts = [("59776-5^影像所见^LN", "TX", line) for line in report.findings.splitlines()]
    texts += [("19005-8^诊断意见^LN", "TX", line) for line in report.impression.splitlines()]
    if report.study_instance_uid:
        texts.append(("113014^Study Instance UID^DCM", "ST", report.study_instance_uid))
    for place, (code, kind, text) in enumerate(texts, 1):
        obx = group.add_group("ORU_R01_OBSERVATION").add_segment("OBX")
        obx.obx_1, obx.obx_2, obx.obx_3, obx.obx_5 = str(place), kind, code, _text(text)
        obx.obx_11 = status
    return _encoded(message, header)


def _oru(patient: Patient, header: OutboundHeader) -> tuple[Message, Group]:
    message = Message("ORU_R01", version=_VERSION)
    msh = message.msh
    msh.msh_3 = _text(header.sending_application)
    msh.msh_4 = _text(header.sending_facility)
    msh.msh_5 = _text(header.receiving_application)
    msh.msh_6 = _text(header.receiving_facility)
    msh.msh_7 = header.at.astimezone(CHINA_STANDARD_TIME).strftime("%Y%m%d%H%M%S%z")
    msh.msh_9 = "ORU^R01^ORU_R01"
    msh.msh_10 = _text(header.control_id)
    msh.msh_11 = header.processing_id
    msh.msh_18 = header.charset
    patient_result = message.add_group("ORU_R01_PATIENT_RESULT")
    _patient(patient_result.add_group("ORU_R01_PATIENT"), patient, header)
    return message, patient_result


def _patient(group: Group, patient: Patient, header: OutboundHeader) -> None:
    pid = group.add_segment("PID")
    pid.pid_1 = "1"
    for identifier in patient.identifiers:
        pid.add_field("PID_3").value = _identifier(identifier, header.sending_facility)
    pid.pid_5 = _text(patient.name_as_sent or patient.name or "")
    if patient.birth_date:
        pid.pid_7 = patient.birth_date.strftime("%Y%m%d")
    pid.pid_8 = _SEX_CODE[patient.sex]


def _identifier(identifier: PatientIdentifier, facility: str) -> str:
    number = _text(identifier.value)
    if identifier.type is IdentityType.RESIDENT_ID:
        return f"{number}^^^&{RESIDENT_ID_OID}&ISO^NI"
    if identifier.type is IdentityType.LOCAL:
        return f"{number}^^^{_text(facility)}^MR"
    return f"{number}^^^^{identifier.type}"


def _visit(patient_result: Group, department: str, file_number: str) -> None:
    pv1 = patient_result.oru_r01_patient.add_group("ORU_R01_VISIT").add_segment("PV1")
    pv1.pv1_2 = "U"
    pv1.pv1_3 = _text(department)
    pv1.pv1_50 = _text(file_number)


def _order(
    patient_result: Group, number: int, report: LabReport | ImagingReport, code: LocalCode
) -> Group:
    group = patient_result.add_group("ORU_R01_ORDER_OBSERVATION")
    obr = group.add_segment("OBR")
    obr.obr_1 = str(number)
    obr.obr_2 = _text(report.placer_order_number)
    obr.obr_3 = _text(report.filler_order_number)
    obr.obr_4 = _code(code)
    obr.obr_22 = _time(report.issued_at)
    obr.obr_25 = _REPORT_CODE[report.status]
    return group


def _result(group: Group, place: int, result: LabResult) -> None:
    obx: Segment = group.add_segment("OBX")
    obx.obx_1 = str(place)
    obx.obx_2 = result.value_type or "ST"
    obx.obx_3 = _code(result.code)
    obx.obx_4 = _text(result.sub_id)
    obx.obx_5 = _text(result.value)
    obx.obx_6 = _text(result.unit)
    obx.obx_7 = _text(result.reference_range)
    for flag in result.abnormal_flags:
        obx.add_field("OBX_8").value = _text(flag)
    obx.obx_11 = _RESULT_CODE[result.status]
    if result.method:
        obx.obx_17 = f"^{_text(result.method)}"
    if result.detection_system:
        obx.obx_18 = _text(result.detection_system)
    if result.performing_institution:
        obx.obx_23 = f"^^^^^^^^^{_text(result.performing_institution)}"
    _notes(group, result.notes)


def _notes(group: Group, notes: Iterable[str]) -> None:
    for place, note in enumerate(notes, 1):
        nte = group.add_segment("NTE")
        nte.nte_1, nte.nte_3 = str(place), _text(note)


def _code(code: LocalCode) -> str:
    return "^".join(map(_text, (code.code, code.name, code.coding_system))).rstrip("^")


def _time(time: EventTime | None) -> str:
    return time.text if time else ""


def _text(text: str) -> str:
    """The text as hl7apy takes it: escaped by us; hl7apy knows no line break inside a field."""
    return er7.escape(" ".join(text.splitlines()), _STANDARD)


def _encoded(message: Message, header: OutboundHeader) -> bytes:
    text: str = message.to_er7()
    return f"{text}\r".encode(codec_of(header.charset) or "utf-8")
