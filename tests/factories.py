"""Records that are valid by default; a test states only what it is about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from gateway.canonical.identifiers import (
    IdentityType,
    InstitutionCode,
    PatientIdentifier,
    check_character,
    patient_identifier,
)
from gateway.canonical.imaging import ImagingInstance, ImagingReport
from gateway.canonical.intake import Report, Submission
from gateway.canonical.lab import LabReport, LabResult, LocalCode, ReportStatus
from gateway.canonical.patient import Patient, Sex
from gateway.canonical.times import EventTime, Precision, ZoneSource

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HOSPITAL_A = InstitutionCode("330100A")
HOSPITAL_B = InstitutionCode("330100B")


def event_time(instant: datetime = NOON) -> EventTime:
    """A time to the second."""
    text = instant.strftime("%Y%m%d%H%M%S")
    return EventTime(instant, text, Precision.SECOND, ZoneSource.INSTITUTION)


def resident_number(serial: int = 1, born: str = "19700101") -> str:
    """A valid resident ID number (GB 11643) of nobody."""
    body = f"330199{born}{serial:03d}"
    return body + check_character(body)


def resident(serial: int = 1) -> PatientIdentifier:
    """A resident ID identifier."""
    return patient_identifier(IdentityType.RESIDENT_ID, resident_number(serial))


def local_number(number: str, institution: InstitutionCode = HOSPITAL_A) -> PatientIdentifier:
    """A hospital's own patient number."""
    return patient_identifier(IdentityType.LOCAL, number, institution)


def a_patient(*identifiers: PatientIdentifier, name: str = "王小明") -> Patient:
    """A patient with the identifiers, by default resident number 1."""
    return Patient(identifiers or (resident(),), name, name, None, Sex.MALE)


def a_result(code: str = "ALB", value: str = "42", **changes: Any) -> LabResult:
    """One laboratory result."""
    result = LabResult(
        LocalCode("LIVER", "肝功能", "L"), LocalCode(code, code, "L"), value, "g/L", "40-55"
    )
    return replace(result, **changes)


def a_lab_report(number: str = "R1", **changes: Any) -> LabReport:
    """A final laboratory report of hospital A with one result."""
    report = LabReport(
        institution=HOSPITAL_A,
        filler_order_number=number,
        file_number=number,
        patient=a_patient(),
        status=ReportStatus.FINAL,
        results=(a_result(),),
        collected_at=event_time(),
        received_at=event_time(),
        issued_at=event_time(),
        message_at=event_time(),
    )
    return replace(report, **changes)


def an_imaging_report(number: str = "X1", **changes: Any) -> ImagingReport:
    """A final imaging report of hospital A under accession number A1."""
    report = ImagingReport(
        institution=HOSPITAL_A,
        filler_order_number=number,
        file_number=number,
        accession_number="A1",
        procedure=LocalCode("CT-HEAD", "头颅CT平扫", "L"),
        patient=a_patient(),
        status=ReportStatus.FINAL,
        modality="CT",
        examined_at=event_time(),
        issued_at=event_time(),
        message_at=event_time(),
        findings="未见异常",
    )
    return replace(report, **changes)


def an_instance(number: int = 1, **changes: Any) -> ImagingInstance:
    """One CT slice of hospital A under accession number A1."""
    instance = ImagingInstance(
        institution=HOSPITAL_A,
        study_instance_uid="1.2.3",
        series_instance_uid="1.2.3.1",
        sop_instance_uid=f"1.2.3.1.{number}",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        modality="CT",
        accession_number="A1",
        patient=a_patient(),
        procedures=(LocalCode("CT-HEAD", "头颅CT平扫", "L"),),
        acquired_at=event_time(),
        instance_number=number,
    )
    return replace(instance, **changes)


def a_submission(*reports: Report, control_id: str = "C1", **changes: Any) -> Submission:
    """A message of hospital A with the reports; its bytes differ with the control id."""
    message = Submission(
        institution=HOSPITAL_A,
        sending_application="LIS",
        control_id=control_id,
        raw=f"MSH|^~\\&|LIS|{control_id}".encode(),
        received_at=NOON,
        reports=tuple(reports) or (a_lab_report(),),
    )
    return replace(message, **changes)


def submissions(reports: Sequence[Report]) -> list[Submission]:
    """One message per report, each under a control id of its own."""
    return [a_submission(report, control_id=f"C{i}") for i, report in enumerate(reports)]
