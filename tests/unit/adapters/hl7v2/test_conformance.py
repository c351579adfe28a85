"""hl7apy beside the hot path: what it finds, and the messages it builds for us."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hl7apy.parser import parse_message

from adapters.errors import PeerViolation
from adapters.hl7v2 import er7
from adapters.hl7v2.charset import decode
from adapters.hl7v2.conformance import (
    ConformanceFinding,
    OutboundHeader,
    build_imaging_oru,
    build_lab_oru,
    check,
)
from adapters.hl7v2.header import read_header
from adapters.hl7v2.oru_r01 import read_reports
from adapters.hl7v2.sender_profile import SenderProfile
from gateway.canonical.identifiers import IdentityType, InstitutionCode, PatientIdentifier
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Report
from gateway.canonical.lab import LabReport, ReportStatus, ResultStatus
from gateway.canonical.patient import Sex
from tests.messages import HEADER, ORDER, PATIENT, RESULT, joined, message

PROFILE = SenderProfile(InstitutionCode("H001"))
OUTBOUND = OutboundHeader("LIS", "H001", "C9", datetime(2026, 11, 20, 2, 15, tzinfo=UTC))


def read(raw: bytes) -> Report:
    decoded = decode(raw, read_header(raw).charset, "")
    message_ = er7.read(decoded.text, decoded.codec)
    [report] = read_reports(message_, PROFILE, lambda _: False, [])
    return report


def lab(name: str = "lab_utf8.hl7") -> LabReport:
    report = read(message(name))
    assert isinstance(report, LabReport)
    return report


@pytest.mark.parametrize("charset", ["UNICODE UTF-8", "GB 18030-2000"])
def test_laboratory_report_survives_building_and_reading(charset: str) -> None:
    report = lab()
    results = [
        replace(
            result,
            unit="10^9/L",
            reference_range="3~5 & |x\\y",
            notes=("甲", "乙"),
            performing_institution=InstitutionCode("LAB-1"),
            abnormal_flags=("H", "HH"),
            status=ResultStatus.CORRECTED,
        )
        for result in report.results[:2]
    ]
    report = replace(
        report,
        file_number="DA-1",
        notes=("标本溶血",),
        results=(*results, replace(report.results[2], order=results[0].code, value_type="")),
        status=ReportStatus.CORRECTED,
    )
    built = read(build_lab_oru(report, replace(OUTBOUND, charset=charset)))
    assert isinstance(built, LabReport)
    assert built.results[2].value_type == "ST"
    assert replace(
        built, results=(*built.results[:2], replace(built.results[2], value_type=""))
    ) == replace(report, message_at=built.message_at)


def test_sparse_laboratory_report_survives_too() -> None:
    sparse = read(joined(HEADER, PATIENT, ORDER).encode())
    assert isinstance(sparse, LabReport)
    sparse = replace(
        sparse,
        patient=replace(
            sparse.patient,
            identifiers=(PatientIdentifier(IdentityType.PASSPORT, "E1"),),
            birth_date=None,
            name=None,
            name_as_sent=None,
            sex=Sex.UNKNOWN,
        ),
    )
    result = replace(lab().results[0], method=None, detection_system=None)
    built = read(build_lab_oru(replace(sparse, results=(result,)), OUTBOUND))
    assert isinstance(built, LabReport)
    assert (built.patient, built.results[0].method) == (sparse.patient, None)


def test_imaging_report_survives_building_and_reading() -> None:
    report = read(message("imaging_utf8.hl7"))
    assert isinstance(report, ImagingReport)
    built = read(build_imaging_oru(report, replace(OUTBOUND, charset="GB18030")))
    assert built == replace(report, message_at=built.message_at)


def test_imaging_report_without_study_names_none() -> None:
    report = read(message("imaging_utf8.hl7"))
    assert isinstance(report, ImagingReport)
    built = read(build_imaging_oru(replace(report, study_instance_uid=None), OUTBOUND))
    assert isinstance(built, ImagingReport)
    assert built.study_instance_uid is None


def test_what_we_send_is_without_structural_fault() -> None:
    imaging = read(message("imaging_utf8.hl7"))
    assert isinstance(imaging, ImagingReport)
    for raw in (build_lab_oru(lab(), OUTBOUND), build_imaging_oru(imaging, OUTBOUND)):
        assert [finding for finding in check(raw) if finding.severity == "error"] == []


def test_text_that_the_charset_cannot_hold_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        build_lab_oru(lab(), replace(OUTBOUND, charset="ASCII"))


def test_deviations_are_located_and_hold_no_value() -> None:
    raw = joined(HEADER, PATIENT.replace("|M", "|张三"), ORDER, RESULT).encode()
    findings = check(raw)
    assert (
        ConformanceFinding("warning", "PID-8", "Value not in table HL70001 in element PID.PID_8")
        in findings
    )
    assert "张三" not in str(findings)


def test_structural_faults_are_all_listed() -> None:
    raw = joined(HEADER, PATIENT, ORDER.replace("|ALB^白蛋白|", "||"), RESULT.replace("|F", "|"))
    findings = check(raw.encode())
    assert {"OBR-4", "OBX-11"} <= {f.location for f in findings if f.severity == "error"}


def test_message_that_hl7apy_cannot_read_is_one_finding() -> None:
    [finding] = check(joined(HEADER.replace("2.5.1", "9.9"), PATIENT).encode())
    assert (finding.severity, finding.location) == ("error", "")


def test_undecodable_message_is_not_checked() -> None:
    raw = joined(HEADER + "||||||ASCII", PATIENT).encode()
    with pytest.raises(PeerViolation):
        check(raw)


@pytest.mark.parametrize(
    "name", ["lab_utf8.hl7", "lab_gb18030.hl7", "imaging_utf8.hl7", "lab_several_groups.hl7"]
)
def test_our_reader_and_hl7apy_agree_on_every_field(name: str) -> None:
    raw = message(name)
    text = decode(raw, read_header(raw).charset, "").text
    # hl7apy knows no SPM before 2.5 and escapes the line break sequence once more.
    text = text.replace("|2.4|", "|2.5.1|").replace("\\.br\\", " ")
    ours = er7.read(text).segments
    theirs = parse_message(text, find_groups=False).children
    assert [segment.id for segment in ours] == [segment.name for segment in theirs]
    for mine, their in zip(ours[1:], theirs[1:], strict=True):
        assert mine.fields == their.to_er7().split("|")


def test_birth_date_is_built_as_a_day() -> None:
    report = lab()
    assert report.patient.birth_date == date(1990, 1, 1)
    assert b"|19900101|M" in build_lab_oru(report, OUTBOUND)
