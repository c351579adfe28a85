"""Every refusal is a problem document (RFC 9457) that says what to mend and where."""

from typing import Any

import httpx
import pytest

from gateway.api.reading import MAX_BODY_BYTES
from gateway.security.roles import Role
from tests.end_to_end.city import ALBUMIN, RECEIVER, TOWN
from tests.end_to_end.house import House
from tests.end_to_end.messages import a_person

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]
REMINDERS = "/api/v1/reminders"
ITEM = "/api/v1/reminders/unknown/items/unknown"


def a_question(**changes: Any) -> dict[str, Any]:
    person = a_person()
    question = {
        "institution": RECEIVER,
        "visit": {"id": "V1"},
        "patient": {"identifiers": person.identifiers},
        "trigger": "order",
        "orders": [{"id": "1", "item_code": ALBUMIN}],
    }
    return question | changes


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["code"] == code
    assert document["type"] == f"urn:recognition:problem:{code}"
    assert document["title"]
    assert len(document["correlation_id"]) == 32
    return document


def pointers(document: dict[str, Any]) -> list[str]:
    return [fault["pointer"] for fault in document["errors"]]


async def test_request_without_token_is_unauthenticated(house: House) -> None:
    answer = await house.http.post(REMINDERS, json=a_question())
    problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Basic dTpw", "Bearer", "Bearer not.a.token"])
async def test_anything_but_our_token_is_refused(house: House, header: str) -> None:
    answer = await house.http.post(REMINDERS, json=a_question(), headers={"Authorization": header})
    problem(answer, 401, "unauthenticated")


async def test_token_is_refused_after_its_lifetime(house: House) -> None:
    header = house.token()
    lifetime = house.gateway.settings.token_lifetime_hours
    house.clock.advance(hours=lifetime)
    try:
        answer = await house.http.get("/api/v1/reports/R", headers=header)
    finally:
        house.clock.advance(hours=-lifetime)
    problem(answer, 401, "unauthenticated")


async def test_role_without_scope_is_refused(house: House) -> None:
    answer = await house.post(REMINDERS, a_question(), role=Role.PROVINCE)
    document = problem(answer, 403, "access_denied")
    assert "reminders" in document["detail"]


async def test_token_of_another_institution_is_refused(house: House) -> None:
    problem(await house.post(REMINDERS, a_question(), TOWN), 403, "access_denied")


async def test_administrator_cannot_read_reports(house: House) -> None:
    answer = await house.get("/api/v1/reports/R", role=Role.ADMIN)
    problem(answer, 403, "access_denied")


async def test_malformed_body_is_located_by_line(house: House) -> None:
    headers = {**house.token(), "Content-Type": "application/json"}
    answer = await house.http.post(REMINDERS, content=b'{"institution": \n oops}', headers=headers)
    assert "line 2" in problem(answer, 400, "malformed_json")["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_body_that_is_not_declared_as_json_is_refused(
    house: House, content_type: str
) -> None:
    headers = {**house.token(), "Content-Type": content_type}
    answer = await house.http.post(REMINDERS, content=b"{}", headers=headers)
    problem(answer, 415, "unsupported_media_type")


async def test_json_dialects_are_accepted(house: House) -> None:
    headers = {**house.token(), "Content-Type": "application/fhir+json; charset=utf-8"}
    answer = await house.http.post(REMINDERS, json=a_question(), headers=headers)
    assert answer.status_code == 200


async def test_body_above_the_limit_is_refused(house: House) -> None:
    answer = await house.post(REMINDERS, {"padding": "x" * MAX_BODY_BYTES})
    problem(answer, 413, "too_large")


async def test_every_missing_member_is_named(house: House) -> None:
    document = problem(await house.post(REMINDERS, {}), 422, "invalid_request")
    assert pointers(document) == ["#/institution", "#/visit", "#/patient", "#/trigger"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"trigger": "later"}, "#/trigger"),
        ({"visit": {"id": ""}}, "#/visit/id"),
        ({"visit": {"id": "V1", "class": "day"}}, "#/visit/class"),
        ({"visit": {"id": "V1", "triage": 9}}, "#/visit/triage"),
        ({"institution": " R"}, "#/institution"),
        ({"orders": [{"id": "1"}]}, "#/orders/0"),
        ({"orders": [{"item_code": "A", "declared": [{"code": "E11"}]}]},
         "#/orders/0/declared/0/code"),
        ({"orders": [{"id": "1", "item_code": "A"}, {"id": "1", "item_code": "B"}]}, "#"),
        ({"orders": "none"}, "#/orders"),
        ({"context": {"diagnoses": [{"code": "J96", "onset": "someday"}]}},
         "#/context/diagnoses/0/onset"),
        ({"patient": {"identifiers": [{"type": "01", "value": "330199197001010011"}]}},
         "#/patient/identifiers/0/value"),
        ({"patient": {"identifiers": [{"type": "77", "value": "1"}]}},
         "#/patient/identifiers/0/type"),
    ],
)  # fmt: skip
async def test_fault_is_located_by_its_pointer(
    house: House, change: dict[str, Any], pointer: str
) -> None:
    answer = await house.post(REMINDERS, a_question(**change))
    assert pointers(problem(answer, 422, "invalid_request")) == [pointer]


async def test_fault_never_repeats_what_was_sent(house: House) -> None:
    number = "330199197001010011"
    patient = {"identifiers": [{"type": "01", "value": number}], "name": "赵不存在"}
    answer = await house.post(REMINDERS, a_question(patient=patient, trigger="赵不存在"))
    assert number not in answer.text
    assert "赵不存在" not in answer.text


async def test_unknown_address_is_a_problem(house: House) -> None:
    problem(await house.get("/api/v2/reminders"), 404, "not_found")


async def test_other_method_names_the_right_one(house: House) -> None:
    answer = await house.get(REMINDERS)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["reports/R1", "reports/R1/versions", "reports/R1/images",
                                  "reports/R1/images/0", "determinations/D1"])  # fmt: skip
async def test_what_does_not_exist_is_not_found(house: House, path: str) -> None:
    problem(await house.get(f"/api/v1/{path}"), 404, "not_found")


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("view", {"report": "R"}, "#/what"),
        ("view", {"report": "R", "what": "film"}, "#/what"),
        ("accept", {"reports": [{"id": "R"}]}, "#/reports/0/version"),
        ("reject", {"code": "E01"}, "#/informed"),
        ("reject", {"code": "E11", "informed": True}, "#/code"),
        ("cite", {}, "#/filed_as"),
        ("fault", {"kind": "other"}, "#/kind"),
    ],
)
async def test_action_with_a_fault_is_located(
    house: House, action: str, body: dict[str, Any], pointer: str
) -> None:
    answer = await house.post(f"{ITEM}/{action}", body)
    assert pointers(problem(answer, 422, "invalid_request")) == [pointer]


async def test_action_on_unknown_item_is_not_found(house: House) -> None:
    problem(await house.post(f"{ITEM}/shown", {}), 404, "not_found")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"start": "2026-11-01"}, "end"),
        ({"start": "soon", "end": "2026-11-01"}, "start"),
        ({"start": "2026-11-02", "end": "2026-11-01"}, "end"),
        ({"start": "2026-11-01", "end": "2026-11-02", "by": "physician"}, "by"),
    ],
)
async def test_faulty_period_names_its_parameter(
    house: House, query: dict[str, str], parameter: str
) -> None:
    answer = await house.get("/api/v1/statistics/summary", role=Role.PROVINCE, **query)
    document = problem(answer, 422, "invalid_request")
    assert [fault["parameter"] for fault in document["errors"]] == [parameter]


async def test_visit_event_of_another_institution_is_refused(house: House) -> None:
    body = {"institution": TOWN, "event": "visit_closed", "at": "2026-11-20T12:00:00"}
    problem(await house.post("/api/v1/visits/V1/events", body), 403, "access_denied")


async def test_order_event_without_order_is_located(house: House) -> None:
    body = {"institution": RECEIVER, "event": "order_signed", "at": "2026-11-20T12:00:00+08:00"}
    answer = await house.post("/api/v1/visits/V1/events", body)
    assert pointers(problem(answer, 422, "invalid_request")) == ["#/order_id"]
