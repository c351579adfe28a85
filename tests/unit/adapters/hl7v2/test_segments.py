"""PID, OBX and NTE as typed values."""

from datetime import date

import pytest

from adapters.errors import MappingFailure
from adapters.hl7v2 import er7
from adapters.hl7v2.segments import lab_result, note_text, patient
from adapters.hl7v2.sender_profile import SenderProfile
from gateway.canonical.identifiers import IdentityType, InstitutionCode, PatientIdentifier
from gateway.canonical.lab import LabResult, LocalCode, ResultStatus
from gateway.canonical.patient import Patient, Sex
from tests.messages import HEADER, joined

PROFILE = SenderProfile(InstitutionCode("H001"))
RESIDENT = "990101199001011230"
WRONG = "990101199001011231"


def segment(text: str) -> er7.Segment:
    return er7.read(joined(HEADER, text)).segments[1]


def read_patient(text: str) -> tuple[Patient, list[str]]:
    warnings: list[str] = []
    return patient(segment(text), PROFILE, warnings), warnings


def identifiers(cx: str) -> tuple[PatientIdentifier, ...]:
    return read_patient(f"PID|1||{cx}")[0].identifiers


def read_result(text: str) -> tuple[LabResult, list[str]]:
    warnings: list[str] = []
    return lab_result(segment(text), LocalCode("CBC"), (), warnings), warnings


def value(kind: str, text: str) -> str:
    return read_result(f"OBX|1|{kind}|A||{text}|U|||||F")[0].value


@pytest.mark.parametrize(
    "cx",
    [
        f"{RESIDENT}^^^^NI",
        f"{RESIDENT}^^^^NNCHN",
        f"{RESIDENT}^^^^01",
        f"{RESIDENT}^^^^sfz",
        f"{RESIDENT}^^^&2.16.156.10011.1.3&ISO",
        f"{RESIDENT}^^^PSB&2.16.156.10011.1.3&ISO^MR",
        f"{RESIDENT}^^^2.16.156.10011.1.3",
    ],
)
def test_resident_id_is_known_by_type_or_authority(cx: str) -> None:
    assert identifiers(cx) == (PatientIdentifier(IdentityType.RESIDENT_ID, RESIDENT),)


@pytest.mark.parametrize(
    ("kind", "type_"),
    [("03", IdentityType.PASSPORT), ("PPN", IdentityType.PASSPORT), ("99", IdentityType.OTHER)],
)
def test_other_documents_are_known_by_their_type(kind: str, type_: IdentityType) -> None:
    assert identifiers(f"e123^^^^{kind}") == (PatientIdentifier(type_, "E123"),)


@pytest.mark.parametrize("kind", ["", "^^^^MR", "^^^H001^PI", "^^^^PT"])
def test_number_of_the_sender_belongs_to_the_sender(kind: str) -> None:
    expected = PatientIdentifier(IdentityType.LOCAL, "A7", InstitutionCode("H001"))
    assert identifiers(f"a7{kind}") == (expected,)


def test_invalid_resident_id_is_counted_and_the_local_number_kept() -> None:
    read, warnings = read_patient(f"PID|1||{WRONG}^^^^NI~A7^^^^MR~A7^^^^PI")
    assert [identifier.value for identifier in read.identifiers] == ["A7"]
    assert read.invalid_identifiers == 1
    assert warnings == ["PID[1]-3[1].1: wrong check character (GB 11643)"]


def test_identifier_of_another_kind_is_passed_over() -> None:
    read, warnings = read_patient("PID|1||A7^^^^MR~V9^^^^VN")
    assert len(read.identifiers) == 1
    assert read.invalid_identifiers == 0
    assert warnings == ["PID[1]-3[2].5: identifier type not known, not used"]


@pytest.mark.parametrize("pid", ["PID|1", "PID|1||", "PID|1||~"])
def test_patient_without_any_identifier_is_a_located_fault(pid: str) -> None:
    with pytest.raises(MappingFailure) as caught:
        read_patient(pid)
    assert (caught.value.reason, caught.value.location) == ("required_field_missing", "PID[1]-3")


@pytest.mark.parametrize(
    ("xpn", "as_sent", "name"),
    [
        ("张三", "张三", "张三"),
        ("欧阳^玘", "欧阳玘", "欧阳玘"),
        ("阿卜杜拉•买买提", "阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("Smith&van^John^Q", "Smith John Q", "Smith John Q"),
        ("ZHANG^SAN^^^^^L^A~张^三^^^^^L^I", "张三", "张三"),
        ("ZHANG^SAN~张^三", "张三", "张三"),
        ("", None, None),
        ("~", None, None),
        ('""', "", None),
    ],
)
def test_name_is_kept_as_sent_and_normalized(
    xpn: str, as_sent: str | None, name: str | None
) -> None:
    read, _ = read_patient(f"PID|1||A7||{xpn}")
    assert (read.name_as_sent, read.name) == (as_sent, name)


@pytest.mark.parametrize(
    ("sent", "sex"),
    [
        ("M", Sex.MALE),
        ("f", Sex.FEMALE),
        ("男", Sex.MALE),
        ("2", Sex.FEMALE),
        ("O", Sex.OTHER),
        ("", Sex.UNKNOWN),
        ("9", Sex.UNKNOWN),
    ],
)
def test_sex_is_read_from_both_tables(sent: str, sex: Sex) -> None:
    read, warnings = read_patient(f"PID|1||A7||||19900101|{sent}")
    assert (read.sex, read.birth_date, warnings) == (sex, date(1990, 1, 1), [])


def test_sex_in_no_table_is_unknown_with_a_warning() -> None:
    read, warnings = read_patient("PID|1||A7|||||雄")
    assert (read.sex, len(warnings)) == (Sex.UNKNOWN, 1)


def test_result_is_read_as_sent() -> None:
    text = (
        "OBX|1|NM|WBC^白细胞^L|b|6.20|10\\S\\9/L^^UCUM|3.5~9.5|H~HH^x^y|||C||||LAB-9^别家"
        "||^流式^L~M2|XN-9000^Sysmex^^~Modul 2|||||某检验所^^^^^^^^^LAB-1"
    )
    read, warnings = read_result(text)
    assert read == LabResult(
        order=LocalCode("CBC"),
        code=LocalCode("WBC", "白细胞", "L"),
        value="6.20",
        unit="10^9/L",
        reference_range="3.5~9.5",
        abnormal_flags=("H", "HH"),
        status=ResultStatus.CORRECTED,
        value_type="NM",
        sub_id="b",
        detection_system="XN-9000 Sysmex; Modul 2",
        method="流式; M2",
        performing_institution=InstitutionCode("LAB-1"),
    )
    assert warnings == []
    assert read.is_critical


def test_short_result_has_empty_parts() -> None:
    read, warnings = read_result("OBX|1|ST|A||阴性(-)")
    assert (read.value, read.unit, read.detection_system, read.method) == (
        "阴性(-)",
        "",
        None,
        None,
    )
    assert read.performing_institution is None
    assert (read.status, warnings) == (
        ResultStatus.PRELIMINARY,
        ["OBX[1]-11: status missing, read as preliminary"],
    )


@pytest.mark.parametrize(
    ("fields", "laboratory"),
    [
        ("LAB-9^别家", "LAB-9"),
        ("LAB-9||||||||^^^^^^^^^LAB-1", "LAB-1"),
        ("LAB-9||||||||检验所", "LAB-9"),
        ("||||||||检验所", None),
    ],
)
def test_performing_laboratory_is_obx_23_else_obx_15(fields: str, laboratory: str | None) -> None:
    read, _ = read_result(f"OBX|1|NM|A||1|U|||||F||||{fields}")
    assert read.performing_institution == laboratory


def test_unprintable_laboratory_is_a_located_fault() -> None:
    with pytest.raises(MappingFailure) as caught:
        read_result("OBX|1|NM|A||1|U|||||F||||LAB\\X00\\1")
    assert (caught.value.reason, caught.value.location) == ("invalid_value", "OBX[1]-15[1].1")


@pytest.mark.parametrize(
    ("kind", "sent", "text"),
    [
        ("NM", "6.20", "6.20"),
        ("NM", "<0.5", "<0.5"),
        ("NM", '""', ""),
        ("ST", "3~5", "3~5"),
        ("ST", "10^9 & more", "10^9 & more"),
        ("", "阳性", "阳性"),
        ("XX", "as is", "as is"),
        ("TX", "line one~line two", "line one\nline two"),
        ("FT", "one\\.br\\two", "one\ntwo"),
        ("FT", "结节3~5mm~随访", "结节3~5mm\n随访"),
        ("CE", "POS^阳性^L", "阳性"),
        ("CWE", "E.COLI~KPN^肺炎克雷伯菌", "E.COLI; 肺炎克雷伯菌"),
        ("SN", "<^0.5", "<0.5"),
        ("SN", "^1^:^128", "1:128"),
        ("SN", "^10^-^20", "10-20"),
        ("DT", "20261120", "20261120"),
        ("ED", "^application^pdf^Base64^JVBERi0=", "application pdf"),
        ("RP", "http://x/1^PACS^Application^PDF", "PACS Application"),
    ],
)
def test_value_is_read_by_its_type(kind: str, sent: str, text: str) -> None:
    assert value(kind, sent) == text


@pytest.mark.parametrize(
    ("sent", "unit"),
    [
        ("10^9/L", "10^9/L"),
        ("x10^12/L^^UCUM", "x10^12/L"),
        ("*10^-3", "*10^-3"),
        ("10\\S\\9/L", "10^9/L"),
        ("g/L^克每升^L", "g/L"),
        ("^克每升^L", "克每升"),
        ("％", "％"),
        ("", ""),
    ],
)
def test_unit_is_kept_with_its_unescaped_caret(sent: str, unit: str) -> None:
    assert read_result(f"OBX|1|ST|A||1|{sent}|||||F")[0].unit == unit


def test_number_without_unit_is_only_warned_of() -> None:
    read, warnings = read_result("OBX|1|NM|PH||7.4||||||F")
    assert (read.value, warnings) == ("7.4", ["OBX[1]-6: unit missing"])


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("I", ResultStatus.REGISTERED),
        ("N", ResultStatus.REGISTERED),
        ("O", ResultStatus.REGISTERED),
        ("P", ResultStatus.PRELIMINARY),
        ("R", ResultStatus.PRELIMINARY),
        ("S", ResultStatus.PRELIMINARY),
        ("F", ResultStatus.FINAL),
        ("U", ResultStatus.FINAL),
        ("C", ResultStatus.CORRECTED),
        ("X", ResultStatus.CANCELLED),
        ("D", ResultStatus.DELETED),
        ("W", ResultStatus.WRONG_PATIENT),
    ],
)
def test_result_status_is_table_0085(code: str, status: ResultStatus) -> None:
    assert read_result(f"OBX|1|ST|A||1||||||{code}")[0].status is status


def test_result_status_in_no_table_is_preliminary() -> None:
    read, warnings = read_result("OBX|1|ST|A||1||||||Q")
    assert read.status is ResultStatus.PRELIMINARY
    assert warnings == ["OBX[1]-11: status not in table 0085, read as preliminary"]


def test_note_repetitions_are_lines() -> None:
    assert note_text(segment("NTE|1||标本溶血~请复查\\F\\")) == "标本溶血\n请复查|"
    assert note_text(segment("NTE|1")) == ""
