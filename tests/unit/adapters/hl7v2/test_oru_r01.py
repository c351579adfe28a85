"""ORU^R01 as laboratory and imaging reports (interfaces, sender table; conformance C1)."""

from datetime import UTC, datetime

import pytest

from adapters.errors import MappingFailure
from adapters.hl7v2 import er7
from adapters.hl7v2.charset import decode
from adapters.hl7v2.header import read_header
from adapters.hl7v2.oru_r01 import read_reports
from adapters.hl7v2.sender_profile import SenderProfile
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Report
from gateway.canonical.lab import LabReport, LocalCode, ReportStatus, ResultStatus
from gateway.canonical.times import EventTime
from tests.messages import HEADER, ORDER, PATIENT, RESULT, joined, message

PROFILE = SenderProfile(InstitutionCode("H001"))
CT = "OBR|1||R1|CTXB^胸部CT|||202611200945|||||||||||ACC1||||202611201005||CT|F"


def stored(name: str) -> tuple[tuple[Report, ...], list[str]]:
    raw = message(name)
    decoded = decode(raw, read_header(raw).charset, PROFILE.charset)
    warnings: list[str] = []
    reports = read_reports(
        er7.read(decoded.text, decoded.codec), PROFILE, lambda _: False, warnings
    )
    return reports, warnings


def reports(*segments: str, imaging: str = "") -> tuple[Report, ...]:
    text = joined(HEADER, *segments)
    return read_reports(er7.read(text), PROFILE, lambda code: code == imaging, [])


def lab(*segments: str) -> LabReport:
    [report] = reports(PATIENT, *segments)
    assert isinstance(report, LabReport)
    return report


def imaging(*segments: str) -> ImagingReport:
    [report] = reports(PATIENT, *segments)
    assert isinstance(report, ImagingReport)
    return report


def instant(time: EventTime | None) -> datetime | None:
    return time.instant if time else None


def test_same_patient_in_both_charsets_has_one_name() -> None:
    names = {
        report.patient.name
        for name in ("lab_utf8.hl7", "lab_gb18030.hl7", "imaging_utf8.hl7", "imaging_gb18030.hl7")
        for report in stored(name)[0]
    }
    assert names == {"珅玘弢瑍焅㛃𬎆"}


def test_undeclared_gbk_is_read_by_trial() -> None:
    [report] = stored("lab_gbk_undeclared.hl7")[0]
    assert (report.patient.name_as_sent, report.patient.name) == ("欧阳玘", "欧阳玘")


def test_blood_count_is_read_whole() -> None:
    [report], warnings = stored("lab_utf8.hl7")
    assert isinstance(report, LabReport)
    assert (report.filler_order_number, report.file_number) == ("L20261120001", "L20261120001")
    assert (report.placer_order_number, report.department) == ("P20261120001", "内科门诊")
    assert (report.status, len(report.results), report.specimen) == (ReportStatus.FINAL, 20, "全血")
    assert instant(report.collected_at) == datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert instant(report.received_at) == datetime(2026, 11, 20, 1, 20, tzinfo=UTC)
    assert instant(report.issued_at) == datetime(2026, 11, 20, 2, 10, tzinfo=UTC)
    assert instant(report.message_at) == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
    assert [result.code.code for result in report.results if result.is_critical] == ["PLT"]
    assert report.results[10].value == "<0.05"
    assert {result.order for result in report.results} == {LocalCode("CBC", "血细胞分析", "L")}
    assert warnings == []


def test_old_version_with_line_feeds_is_read() -> None:
    [report], _ = stored("lab_v23_latin1.hl7")
    assert isinstance(report, LabReport)
    assert report.patient.name == "MüllerZoë"
    assert report.results[0].code == LocalCode("K", "Potassium")
    assert report.status is ReportStatus.PRELIMINARY


def test_several_patients_orders_and_reports_come_apart() -> None:
    (first, second, third), warnings = stored("lab_several_groups.hl7")
    assert isinstance(first, LabReport)
    assert isinstance(second, LabReport)
    assert [report.filler_order_number for report in (first, second, third)] == [
        "R100",
        "R101",
        "R200",
    ]
    assert (first.patient.name, third.patient.name) == ("张三", "李四")
    assert (first.file_number, third.file_number) == ("DA-77001", "R200")
    assert (first.notes, first.results[0].notes) == (("标本轻度溶血\n请结合临床",), ("已复核",))
    assert [result.order.code for result in first.results] == ["LIVER", "LIVER", "KIDNEY", "KIDNEY"]
    assert [result.performing_institution for result in first.results] == [
        None,
        None,
        "LAB-01",
        "LAB-02",
    ]
    assert (second.specimen, second.results[0].detection_system) == (
        "血清",
        "Cobas e801 Roche; Modul 2",
    )
    assert "OBX[3]-6: unit missing" in warnings


def test_joint_report_takes_the_earliest_collection_and_latest_issue() -> None:
    first, *_ = stored("lab_several_groups.hl7")[0]
    assert isinstance(first, LabReport)
    assert instant(first.collected_at) == datetime(2026, 11, 19, 22, 55, tzinfo=UTC)
    assert instant(first.received_at) == datetime(2026, 11, 19, 23, 40, tzinfo=UTC)
    assert instant(first.issued_at) == datetime(2026, 11, 20, 7, 10, tzinfo=UTC)


def test_specimen_times_stand_in_for_those_of_the_order() -> None:
    _, second, third = stored("lab_several_groups.hl7")[0]
    assert isinstance(second, LabReport)
    assert isinstance(third, LabReport)
    assert instant(second.collected_at) == datetime(2026, 11, 20, tzinfo=UTC)
    assert instant(second.received_at) == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert (third.received_at, third.results[0].status) == (None, ResultStatus.CANCELLED)


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        (code, status)
        for codes, status in [
            ("OIS", ReportStatus.REGISTERED),
            ("ARP", ReportStatus.PRELIMINARY),
            ("F", ReportStatus.FINAL),
            ("C", ReportStatus.CORRECTED),
            ("XYZ", ReportStatus.CANCELLED),
            ("W", ReportStatus.WRONG_PATIENT),
        ]
        for code in codes
    ],
)
def test_report_status_is_table_0123(codes: str, status: ReportStatus) -> None:
    assert lab(ORDER.replace("|LAB|F", f"|LAB|{codes}"), RESULT).status is status


@pytest.mark.parametrize(("code", "fault"), [("", "missing"), ("Q", "not in table 0123")])
def test_report_status_that_is_not_known_is_preliminary(code: str, fault: str) -> None:
    warnings: list[str] = []
    text = joined(HEADER, PATIENT, ORDER.replace("|LAB|F", f"|LAB|{code}"), RESULT)
    [report] = read_reports(er7.read(text), PROFILE, lambda _: False, warnings)
    assert report.status is ReportStatus.PRELIMINARY
    assert warnings == [f"OBR[1]-25: status {fault}, read as preliminary"]


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        ("FF", ReportStatus.FINAL),
        ("FC", ReportStatus.CORRECTED),
        ("FP", ReportStatus.PRELIMINARY),
        ("IP", ReportStatus.REGISTERED),
        ("FX", ReportStatus.FINAL),
        ("XX", ReportStatus.CANCELLED),
    ],
)
def test_least_finished_order_decides_the_report(codes: str, status: ReportStatus) -> None:
    orders = [ORDER.replace("|LAB|F", f"|LAB|{code}") for code in codes]
    assert lab(*orders).status is status


def test_cancelled_order_cancels_its_results_alone() -> None:
    report = lab(ORDER, RESULT, ORDER.replace("|LAB|F", "|LAB|X"), RESULT, RESULT[:-1] + "W")
    assert [result.status for result in report.results] == [
        ResultStatus.FINAL,
        ResultStatus.CANCELLED,
        ResultStatus.WRONG_PATIENT,
    ]


def test_report_is_withdrawn_when_all_results_are_anothers() -> None:
    wrong = RESULT[:-1] + "W"
    assert lab(ORDER, wrong, wrong).status is ReportStatus.WRONG_PATIENT
    assert lab(ORDER, wrong, RESULT).status is ReportStatus.FINAL


def test_codes_that_are_missing_are_accepted_with_a_warning() -> None:
    warnings: list[str] = []
    text = joined(HEADER, PATIENT, "OBR|1||L1" + "|" * 22 + "F", "OBX|1|ST|||阴性||||||F")
    [report] = read_reports(er7.read(text), PROFILE, lambda _: True, warnings)
    assert isinstance(report, LabReport)
    assert warnings == ["OBR[1]-4: code missing", "OBX[1]-3: code missing"]


def test_catalogue_code_keeps_its_coding_system() -> None:
    report = lab(ORDER.replace("ALB^白蛋白", "25030100100^白蛋白^ZJHR"), RESULT)
    assert report.results[0].order == LocalCode("25030100100", "白蛋白", "ZJHR")


def test_report_without_results_is_a_report() -> None:
    assert lab(ORDER).results == ()


@pytest.mark.parametrize(
    ("segments", "numbers"),
    [
        (("ORC|RE||R7", ORDER.replace("|L1|", "||")), ["R7"]),
        ((ORDER, "ORC|RE", ORDER.replace("|L1|", "||")), ["L1"]),
        ((ORDER, ORDER.replace("|L1|", "|L2|"), ORDER), ["L1", "L2"]),
    ],
)
def test_report_number_is_stated_or_inherited(
    segments: tuple[str, ...], numbers: list[str]
) -> None:
    assert [report.filler_order_number for report in reports(PATIENT, *segments)] == numbers


def test_missing_report_number_is_a_located_fault() -> None:
    with pytest.raises(MappingFailure) as caught:
        lab("ORC|RE", ORDER.replace("|L1|", "||"))
    assert (caught.value.reason, caught.value.location) == ("required_field_missing", "OBR[1]-3")


@pytest.mark.parametrize(
    ("order", "location"),
    [
        (ORDER.replace("202611200900", "heute"), "OBR[1]-7"),
        (ORDER.replace("202611201000", "20261399"), "OBR[1]-22"),
    ],
)
def test_unreadable_time_is_a_located_fault(order: str, location: str) -> None:
    with pytest.raises(MappingFailure) as caught:
        lab(order)
    assert (caught.value.reason, caught.value.location) == ("invalid_time", location)


def test_source_of_the_specimen_is_its_name_else_its_code() -> None:
    base = "OBR|1||L1|A|||||||||||{}||||||||||F"
    assert lab(base.format("SER&血清&L^x")).specimen == "血清"
    assert lab(base.format("SER")).specimen == "SER"
    assert lab(ORDER, "SPM|1|||SER").specimen == "SER"


def test_placer_number_is_taken_from_the_order_control() -> None:
    assert lab("ORC|RE|P7", ORDER).placer_order_number == "P7"


# Imaging


@pytest.mark.parametrize("section", ["RAD", "CT", "MR", "NMR", "CR", "DR", "DX", "MG", "RX", "ct"])
def test_section_announces_an_imaging_report(section: str) -> None:
    assert imaging(CT.replace("|CT|", f"|{section}|")).modality == section


def test_mapping_of_the_sender_announces_an_imaging_report() -> None:
    order = CT.replace("|CT|", "||")
    [report] = reports(PATIENT, order, imaging="CTXB")
    assert isinstance(report, ImagingReport)
    assert isinstance(lab(order), LabReport)


def test_imaging_report_is_read_whole() -> None:
    [report], warnings = stored("imaging_utf8.hl7")
    assert isinstance(report, ImagingReport)
    assert (report.filler_order_number, report.accession_number) == (
        "R20261120001",
        "ACCR20261120001",
    )
    assert report.procedure == LocalCode("CTXB", "胸部CT平扫", "L")
    assert report.findings == "两肺纹理清晰。\n右肺上叶见结节，约3~5mm。"
    assert report.impression == "右肺上叶小结节，\n建议随访。\n请结合病史"
    assert report.study_instance_uid == "1.2.826.0.1.3680043.8.498.1001"
    assert instant(report.examined_at) == datetime(2026, 11, 20, 2, 45, tzinfo=UTC)
    assert instant(report.issued_at) == datetime(2026, 11, 20, 3, 25, tzinfo=UTC)
    assert (report.status, report.department, warnings) == (ReportStatus.FINAL, "呼吸内科", [])


def test_accession_number_is_the_report_number_where_not_stated() -> None:
    assert imaging(CT.replace("ACC1", "")).accession_number == "R1"


@pytest.mark.parametrize(
    ("code", "is_impression"),
    [
        ("59776-5^影像所见^LN", False),
        ("19005-8^x^LN", True),
        ("71020&IMP^胸片", True),
        ("71020&GDT^胸片", False),
        ("CTXB&IMP", True),
        ("1^诊断意见", True),
        ("1^检查结论", True),
        ("1^影像印象", True),
        ("1^Impression", True),
        ("1^检查所见", False),
        ("1^CT诊断报告", False),
        ("1^Findings", False),
        ("1^其他", False),
        ("", False),
    ],
)
def test_text_is_findings_or_impression_by_its_code(code: str, is_impression: bool) -> None:
    report = imaging(CT, f"OBX|1|TX|{code}||文字||||||F")
    assert (report.findings, report.impression) == (("", "文字") if is_impression else ("文字", ""))


@pytest.mark.parametrize("status", ["D", "X"])
def test_withdrawn_text_is_not_shown(status: str) -> None:
    assert (
        imaging(CT, f"OBX|1|TX|1^所见||旧||||||{status}", "OBX|2|TX|1||新||||||F").findings == "新"
    )


def test_figures_and_documents_are_no_report_text() -> None:
    report = imaging(
        CT, "NTE|1||备注", "OBX|1|NM|DLP||350|mGy.cm|||||F", "OBX|2|ED|PDF||^a^b||||||F"
    )
    assert report.findings == "备注"


def test_text_of_another_patient_withdraws_the_report() -> None:
    assert imaging(CT, "OBX|1|TX|1||错||||||W").status is ReportStatus.WRONG_PATIENT


@pytest.mark.parametrize(
    ("segments", "uid"),
    [
        (("ZDS|1.2.3^x^Application^DICOM", CT), "1.2.3"),
        ((CT, "ZDS|1.2.4"), "1.2.4"),
        ((CT, "OBX|1|ST|113014^Study^DCM||1.2.5||||||F"), "1.2.5"),
        ((CT, "OBX|1|ST|113014^DCM||1.2.6||||||F"), "1.2.6"),
        ((CT, "OBX|1|ST|113014^Study^L||1.2.7||||||F"), None),
        ((CT, "ZDS|no uid", "OBX|1|ST|113014^^DCM||1.2.8||||||F"), "1.2.8"),
        ((CT, "ZDS|1." + "2" * 63), None),
        ((CT,), None),
    ],
)
def test_study_is_named_by_zds_or_by_its_observation(
    segments: tuple[str, ...], uid: str | None
) -> None:
    report = imaging(*segments)
    assert report.study_instance_uid == uid
    if uid:
        assert uid not in report.findings


def test_further_procedure_of_an_imaging_report_is_warned_of() -> None:
    warnings: list[str] = []
    text = joined(HEADER, PATIENT, CT, "OBX|1|TX|||甲||||||F", CT, "OBX|1|TX|||乙||||||F")
    [report] = read_reports(er7.read(text), PROFILE, lambda _: False, warnings)
    assert isinstance(report, ImagingReport)
    assert report.findings == "甲\n乙"
    assert warnings == ["OBR[2]-4: further procedure of the report, not used"]


def test_laboratory_and_imaging_in_one_message_come_apart() -> None:
    first, second = reports(PATIENT, ORDER, RESULT, CT)
    assert isinstance(first, LabReport)
    assert isinstance(second, ImagingReport)


def test_time_after_the_message_itself_is_warned_of() -> None:
    warnings: list[str] = []
    order = ORDER.replace("|202611201000|", "|202611201016|")
    read_reports(er7.read(joined(HEADER, PATIENT, order)), PROFILE, lambda _: False, warnings)
    assert warnings == ["OBR[1]-22: later than the message itself (MSH-7)"]
