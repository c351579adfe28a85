"""The workstation's question becomes canonical records."""

from datetime import date
from typing import Any

import pytest

from gateway.api.problem import RefusedRequest
from gateway.api.reminder_requests import reminder_request
from gateway.api.schemas.reminders import ReminderIn
from gateway.canonical.identifiers import IdentityType
from gateway.canonical.order import ReminderRequest, Trigger, VisitClass, VisitPurpose
from tests.factories import resident_number


def requested(**members: Any) -> ReminderRequest:
    body: dict[str, Any] = {
        "institution": "330100A",
        "visit": {"id": "V1"},
        "patient": {"identifiers": [{"type": "01", "value": resident_number()}]},
        "trigger": "arrival",
    }
    return reminder_request(ReminderIn.model_validate(body | members))


def identifier(type_: str | None, value: str) -> Any:
    stated = {"value": value} if type_ is None else {"type": type_, "value": value}
    return requested(patient={"identifiers": [stated]}).patient.identifiers[0]


def test_least_question_leaves_everything_else_open() -> None:
    request = requested()
    assert request.trigger is Trigger.ARRIVAL
    assert request.orders == ()
    assert (request.visit.visit_class, request.visit.purpose, request.visit.rescue) == (
        None,
        None,
        False,
    )
    assert request.context.blood_request is False


def test_absent_members_may_also_be_null() -> None:
    request = requested(department=None, practitioner=None, orders=None, context=None)
    assert (request.department, request.practitioner) == ("", "")


def test_unknown_members_are_tolerated() -> None:
    request = requested(visit={"id": "V1", "bed": 7}, colour="blue")
    assert request.visit.id == "V1"


def test_whole_visit_is_taken_over() -> None:
    visit = {"id": "V1", "class": "emergency", "purpose": "forensic", "rescue": True, "triage": 2}
    taken = requested(visit=visit).visit
    assert taken.visit_class is VisitClass.EMERGENCY
    assert taken.purpose is VisitPurpose.FORENSIC
    assert (taken.rescue, taken.triage) == (True, 2)


@pytest.mark.parametrize("type_", ["01", "NI", "NNCHN", "SFZ"])
def test_resident_number_is_normalized(type_: str) -> None:
    number = resident_number()
    found = identifier(type_, f" {number.lower()} ")
    assert (found.type, found.value) == (IdentityType.RESIDENT_ID, number)


@pytest.mark.parametrize("type_", [None, "local", "MR", "PI", "PT"])
def test_own_number_belongs_to_the_asking_institution(type_: str | None) -> None:
    found = identifier(type_, "P77")
    assert (found.type, found.assigner) == (IdentityType.LOCAL, "330100A")


def test_passport_belongs_to_nobody() -> None:
    found = identifier("03", "E12345678")
    assert (found.type, found.assigner) == (IdentityType.PASSPORT, None)


def test_every_impossible_number_is_located() -> None:
    stated = [
        {"type": "01", "value": "1"},
        {"type": "03", "value": "E1"},
        {"type": "x", "value": "2"},
    ]
    with pytest.raises(RefusedRequest) as refused:
        requested(patient={"identifiers": stated})
    places = [fault.pointer for fault in refused.value.problem.errors]
    assert places == ["#/patient/identifiers/0/value", "#/patient/identifiers/2/type"]


def test_patient_without_numbers_is_no_error() -> None:
    assert requested(patient={"identifiers": []}).patient.identifiers == ()


def test_name_is_kept_as_sent_and_compared_normalized() -> None:
    patient = requested(patient={"identifiers": [], "name": "买买提•艾力"}).patient
    assert (patient.name, patient.name_as_sent) == ("买买提·艾力", "买买提•艾力")


def test_order_without_id_is_numbered_by_its_place() -> None:
    orders = [{"local_code": "ALB"}, {"id": "X", "item_code": "25030100200"}, {"local_code": "TP"}]
    assert [order.id for order in requested(orders=orders).orders] == ["1", "X", "3"]


def test_declared_exception_keeps_its_text() -> None:
    declared = [{"code": "E10", "text": "会诊要求"}, {"code": "E08"}]
    (order,) = requested(orders=[{"local_code": "ALB", "declared": declared}]).orders
    assert [(one.code, one.text) for one in order.declared] == [("E10", "会诊要求"), ("E08", None)]


def test_clinical_context_is_taken_over() -> None:
    context = {
        "diagnoses": [
            {"code": "J96.000", "name": "呼吸衰竭", "onset": "2026-11-19T08:00:00+08:00"},
            {"code": "I10", "status": "history", "onset": ""},
        ],
        "planned_procedures": [{"code": "32.4100", "date": "2026-11-21", "department": "胸外科"}],
        "performed_procedures": [{"code": "39.6100", "name": None}],
        "anaesthesia": "general",
        "blood_request": True,
    }
    taken = requested(context=context).context
    first, second = taken.diagnoses
    assert (first.onset, first.active) == (date(2026, 11, 19), True)
    assert (second.onset, second.active) == (None, False)
    assert taken.planned_procedures[0].day == date(2026, 11, 21)
    assert taken.performed_procedures[0].name == ""
    assert (taken.anaesthesia, taken.blood_request) == ("general", True)
