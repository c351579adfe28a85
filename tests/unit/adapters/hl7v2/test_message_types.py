"""Which messages are taken, and what their content is."""

import pytest

from adapters.errors import MappingFailure
from adapters.hl7v2 import er7
from adapters.hl7v2.message_types import Content, read_content
from adapters.hl7v2.oru_context import Terms
from adapters.hl7v2.sender_profile import SenderProfile
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.lab import LabReport
from gateway.canonical.messages import MergeAct
from tests.messages import ORDER, PATIENT, RESULT, joined

MERGE = (PATIENT, "MRG|000456^^^H001^MR")
UNLINK = (PATIENT, PATIENT.replace("000123", "000456"))
SPECIMEN = "SPM|1|S1||BLD^全血|||||||||||||20261120083000|20261120084500"


def content(kind: str, *segments: str, warnings: list[str] | None = None) -> Content:
    header = f"MSH|^~\\&|LIS|H001|GW|ZJ|20261120101500||{kind}|C1|P|2.5.1"
    terms = Terms(SenderProfile(InstitutionCode("H001")), [] if warnings is None else warnings)
    return read_content(er7.read(joined(header, *segments)), lambda _: False, terms)


def filled(read: Content) -> tuple[int, int, int, int]:
    return len(read.reports), len(read.orders), len(read.demographics), len(read.merges)


@pytest.mark.parametrize(
    ("kind", "segments", "expected"),
    [
        ("ORU^R01", (PATIENT, ORDER, RESULT), (1, 0, 0, 0)),
        ("OUL^R22", (PATIENT, SPECIMEN, ORDER, RESULT), (1, 0, 0, 0)),
        ("ORM^O01", (PATIENT, "ORC|NW|P1", ORDER), (0, 1, 0, 0)),
        ("OML^O21", (PATIENT, "ORC|NW|P1", ORDER), (0, 1, 0, 0)),
        ("OMG^O19", (PATIENT, "ORC|NW|P1", ORDER), (0, 1, 0, 0)),
        ("ADT^A04", (PATIENT,), (0, 0, 1, 0)),
        ("ADT^A08", (PATIENT,), (0, 0, 1, 0)),
        ("ADT^A31", (PATIENT,), (0, 0, 1, 0)),
        ("ADT^A37", UNLINK, (0, 0, 0, 1)),
        ("ADT^A40", MERGE, (0, 0, 0, 1)),
        ("ADT^A47", MERGE, (0, 0, 0, 1)),
    ],
)
def test_message_says_one_kind_of_thing(
    kind: str, segments: tuple[str, ...], expected: tuple[int, ...]
) -> None:
    assert filled(content(kind, *segments)) == expected


def test_merge_and_changed_number_are_told_apart() -> None:
    acts = [content(f"ADT^{event}", *MERGE).merges[0].act for event in ("A40", "A47")]
    assert acts == [MergeAct.MERGE, MergeAct.CHANGE]


def test_missing_event_is_clear_where_there_is_one_only() -> None:
    warnings: list[str] = []
    assert filled(content("OML", PATIENT, "ORC|NW|P1", warnings=warnings)) == (0, 1, 0, 0)
    assert warnings == ["MSH[1]-9[1].2: event missing, read as O21"]


def specimen_reports(*segments: str, warnings: list[str] | None = None) -> list[LabReport]:
    reports = content("OUL^R22", PATIENT, *segments, warnings=warnings).reports
    return [report for report in reports if isinstance(report, LabReport)]


def test_analyser_message_gives_the_specimen_before_its_orders() -> None:
    bare = ORDER.replace("|202611200900", "|")
    second = bare.replace("|L1|", "|L2|")
    first, other = specimen_reports(
        SPECIMEN, bare, "ORC|RE|P7", "NTE|1||溶血", RESULT, "NTE|1||复查", RESULT,
        SPECIMEN.replace("20261120083000", "20261120093000"), second, RESULT,
    )  # fmt: skip
    assert (first.specimen, first.placer_order_number, len(first.results)) == ("全血", "P7", 2)
    assert (first.notes, first.results[0].notes, first.results[1].notes) == (
        ("溶血",),
        ("复查",),
        (),
    )
    times = [r.collected_at.text for r in (first, other) if r.collected_at is not None]
    assert times == ["20261120083000", "20261120093000"]


def test_observation_of_the_specimen_itself_is_warned_of() -> None:
    warnings: list[str] = []
    [report] = specimen_reports(SPECIMEN, RESULT, "ORC|RE", ORDER, RESULT, warnings=warnings)
    assert (len(report.results), warnings) == (1, ["OBX[1]: specimen observation, not used"])


def test_second_message_inside_one_is_a_fault() -> None:
    for kind in ("ORU^R01", "OUL^R22"):
        with pytest.raises(MappingFailure, match="segment_sequence"):
            content(kind, PATIENT, ORDER, RESULT, "MSH|^~\\&|other")
