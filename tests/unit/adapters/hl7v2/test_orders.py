"""ORM, OML and OMG become order messages."""

import pytest

from adapters.errors import MappingFailure
from adapters.hl7v2 import er7
from adapters.hl7v2.orders import read_orders
from adapters.hl7v2.oru_context import Terms
from adapters.hl7v2.sender_profile import SenderProfile
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.lab import LocalCode
from gateway.canonical.messages import OrderAct, OrderMessage
from tests.messages import PATIENT, joined

HEADER = "MSH|^~\\&|HIS|H001|GW|ZJ|20261120101500||ORM^O01|O1|P|2.5.1"
VISIT = "PV1|1|O|内科门诊||||||||||||||||V001"
ORC = "ORC|NW|P1|||||||20261120100000|||D01^王医生"
OBR = "OBR|1|P1||ALB^白蛋白"


def orders(*segments: str, warnings: list[str] | None = None) -> tuple[OrderMessage, ...]:
    terms = Terms(SenderProfile(InstitutionCode("H001")), [] if warnings is None else warnings)
    message = er7.read(joined(HEADER, *segments))
    return read_orders(message, lambda code: code == "CT1", terms)


def test_new_order_is_read_whole() -> None:
    [order] = orders(PATIENT, VISIT, ORC, OBR)
    assert (order.institution, order.act, order.is_imaging) == ("H001", OrderAct.SIGNED, False)
    assert (order.placer_order_number, order.filler_order_number) == ("P1", "")
    assert order.code == LocalCode("ALB", "白蛋白")
    assert (order.visit_id, order.department, order.practitioner) == ("V001", "内科门诊", "D01")
    assert order.patient.name == "张三"
    assert order.acted_at is not None
    assert order.acted_at.text == "20261120100000"


def test_what_order_control_leaves_out_is_taken_from_elsewhere() -> None:
    [order] = orders(PATIENT, "ORC|NW", "OBR|1|P9|F9|CT1||||||||||||D02")
    assert (order.placer_order_number, order.filler_order_number) == ("P9", "F9")
    assert (order.practitioner, order.is_imaging, order.visit_id) == ("D02", True, "")
    assert order.acted_at is not None
    assert order.acted_at.text == "20261120101500", "the time of the message"


def test_section_tells_imaging_too() -> None:
    [order] = orders(PATIENT, ORC, OBR + "|" * 20 + "CT")
    assert order.is_imaging


@pytest.mark.parametrize(
    ("control", "status", "act"),
    [
        ("NW", "", OrderAct.SIGNED),
        ("RO", "", OrderAct.SIGNED),
        ("XO", "", OrderAct.CHANGED),
        ("CA", "", OrderAct.WITHDRAWN),
        ("OC", "", OrderAct.WITHDRAWN),
        ("DC", "", OrderAct.WITHDRAWN),
        ("RP", "", OrderAct.WITHDRAWN),
        ("SC", "IP", OrderAct.EXECUTED),
        ("SC", "CM", OrderAct.EXECUTED),
        ("SC", "CA", OrderAct.WITHDRAWN),
        ("SC", "HD", OrderAct.NOTED),
        ("NW", "IP", OrderAct.SIGNED),
        ("RE", "", OrderAct.EXECUTED),
        ("HD", "", OrderAct.NOTED),
        ("nw", "", OrderAct.SIGNED),
    ],
)
def test_control_code_says_what_happened(control: str, status: str, act: OrderAct) -> None:
    warnings: list[str] = []
    [order] = orders(PATIENT, f"ORC|{control}|P1|||{status}", OBR, warnings=warnings)
    assert (order.act, warnings) == (act, [])


def test_control_code_of_no_table_is_noted_with_a_warning() -> None:
    warnings: list[str] = []
    [order] = orders(PATIENT, "ORC|ZZ|P1", OBR, warnings=warnings)
    assert (order.act, warnings) == (
        OrderAct.NOTED,
        ["ORC[1]-1: control code without effect here"],
    )


def test_cancellation_may_be_an_order_control_alone() -> None:
    first, second = orders(PATIENT, "ORC|CA|P1", "ORC|CA||F2")
    assert (first.placer_order_number, first.code, first.act) == (
        "P1",
        LocalCode(""),
        OrderAct.WITHDRAWN,
    )
    assert second.filler_order_number == "F2"


def test_each_item_is_an_order() -> None:
    items = orders(PATIENT, ORC, OBR, "OBR|2|P2||GLU", "ORC|CA|P3", "OBR|1|P3||K", "ORC|CA|P4")
    assert [(item.code.code, item.act) for item in items] == [
        ("ALB", OrderAct.SIGNED),
        ("GLU", OrderAct.SIGNED),
        ("K", OrderAct.WITHDRAWN),
        ("", OrderAct.WITHDRAWN),
    ]


def test_prior_results_of_a_laboratory_order_are_no_orders() -> None:
    warnings: list[str] = []
    items = orders(PATIENT, ORC, OBR, PATIENT, "ORC|RE|OLD", "OBR|1|OLD||K", warnings=warnings)
    assert [item.placer_order_number for item in items] == ["P1"]
    assert warnings == ["PID[2]: prior results, not used"]


@pytest.mark.parametrize(
    ("segments", "reason", "place"),
    [
        ((ORC, OBR), "segment_missing", "PID[1]"),
        ((PATIENT,), "segment_missing", "ORC[1]"),
        ((PATIENT, OBR), "segment_sequence", "OBR[1]"),
        ((PATIENT, "ORC||P1", OBR), "required_field_missing", "ORC[1]-1"),
        ((PATIENT, "ORC|NW", "OBR|1|||ALB"), "required_field_missing", "ORC[1]-2"),
        ((PATIENT, "ORC|CA"), "required_field_missing", "ORC[1]-2"),
        ((PATIENT, "ORC|NW|P1|||||||soon", OBR), "invalid_time", "ORC[1]-9"),
    ],
)
def test_missing_element_is_located(segments: tuple[str, ...], reason: str, place: str) -> None:
    with pytest.raises(MappingFailure) as fault:
        orders(*segments)
    assert (fault.value.reason, fault.value.location) == (reason, place)
