"""What belongs to which patient, order and result."""

import pytest

from adapters.errors import MappingFailure
from adapters.hl7v2 import er7
from adapters.hl7v2.oru_groups import PatientGroup, groups_of
from tests.messages import HEADER, ORDER, PATIENT, RESULT, joined


def groups(*segments: str) -> list[PatientGroup]:
    return groups_of(er7.read(joined(HEADER, *segments)), [])


def test_each_patient_has_its_own_orders() -> None:
    first, second = groups(PATIENT, "PV1|1", ORDER, RESULT, RESULT, PATIENT, ORDER, ORDER)
    assert (first.pv1 is not None, len(first.orders), len(first.orders[0].observations)) == (
        True,
        1,
        2,
    )
    assert (second.pv1, len(second.orders)) == (None, 2)


def test_order_control_belongs_to_the_order_after_it() -> None:
    [group] = groups(PATIENT, "ORC|RE|A", ORDER, ORDER)
    assert [order.orc is not None for order in group.orders] == [True, False]


def test_notes_belong_to_what_stands_before_them() -> None:
    [group] = groups(
        PATIENT, "NTE|a", "ORC|RE", "NTE|b", ORDER, "NTE|c", RESULT, "NTE|d", "NTE|e", RESULT
    )
    [order] = group.orders
    assert [note.text(1) for note in order.notes] == ["c"]
    assert [[note.text(1) for note in order.remarks(obx)] for obx in order.observations] == [
        ["d", "e"],
        [],
    ]


def test_results_after_specimen_are_results_where_none_came_before() -> None:
    [group] = groups(PATIENT, ORDER, "SPM|1", RESULT, ORDER, RESULT, "SPM|2", "SPM|3")
    first, second = group.orders
    assert len(first.observations) == 1
    assert second.spm is not None
    assert second.spm.text(1) == "2"


def test_observation_on_the_specimen_is_no_result() -> None:
    warnings: list[str] = []
    text = joined(HEADER, PATIENT, ORDER, RESULT, "SPM|1", "OBX|1|ST|TEMP||4", "NTE|x")
    [group] = groups_of(er7.read(text), warnings)
    assert len(group.orders[0].observations) == 1
    assert group.orders[0].notes_of == {}
    assert warnings == ["OBX[2]: specimen observation, not used"]


def test_unknown_segments_are_passed_over() -> None:
    [group] = groups(PATIENT, "ZZ1|x", ORDER, "ZZ2|y", RESULT, "TQ1|1")
    assert len(group.orders[0].observations) == 1


def test_study_segment_belongs_to_its_order_or_to_all() -> None:
    [group] = groups(PATIENT, "ZDS|1.2", ORDER, "ZDS|1.3")
    assert group.study is not None
    assert group.orders[0].study is not None
    assert (group.study.text(1), group.orders[0].study.text(1)) == ("1.2", "1.3")


@pytest.mark.parametrize(
    ("segments", "reason", "location"),
    [
        ((), "segment_missing", "PID[1]"),
        ((ORDER,), "segment_missing", "PID[1]"),
        (("PV1|1", PATIENT), "segment_missing", "PID[1]"),
        (("ORC|RE", PATIENT), "segment_missing", "PID[1]"),
        (("ZDS|1.2", PATIENT), "segment_missing", "PID[1]"),
        ((PATIENT,), "segment_missing", "OBR[1]"),
        ((PATIENT, ORDER, PATIENT), "segment_missing", "OBR[1]"),
        ((PATIENT, RESULT), "segment_sequence", "OBX[1]"),
        ((PATIENT, "SPM|1", ORDER), "segment_sequence", "SPM[1]"),
        ((PATIENT, ORDER, HEADER), "segment_sequence", "MSH[2]"),
    ],
)
def test_segment_out_of_place_is_a_located_fault(
    segments: tuple[str, ...], reason: str, location: str
) -> None:
    with pytest.raises(MappingFailure) as caught:
        groups(*segments)
    assert (caught.value.reason, caught.value.location) == (reason, location)
