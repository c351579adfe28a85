"""Refusals of use cases as problem documents."""

import orjson
import pytest
from starlette.exceptions import HTTPException

from gateway import errors
from gateway.api.error_responses import problem_of, problem_of_http
from gateway.api.problem import Problem, pointer_to


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Unauthenticated, 401),
        (errors.AccessDenied, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (errors.InvalidRequest, 422),
        (errors.Unavailable, 503),
        (errors.InvalidSettings, 500),
        (errors.GatewayError, 500),
    ],
)
def test_each_refusal_has_its_status(error: type[errors.GatewayError], status: int) -> None:
    problem = problem_of(error("why"))
    assert (problem.status, problem.code, problem.detail) == (status, error.code, "why")


def test_refusal_derived_elsewhere_keeps_its_kind() -> None:
    class Stale(errors.Conflict):
        code = "stale"

    assert problem_of(Stale("why")).status == 409


def test_field_of_a_refusal_becomes_a_pointer() -> None:
    problem = problem_of(errors.InvalidRequest("unknown", field="what", allowed=("report",)))
    assert problem.errors[0].as_json() == {"detail": "unknown", "pointer": "#/what"}
    assert problem.details == {"allowed": ("report",)}


def test_parameter_of_a_refusal_is_named() -> None:
    problem = problem_of(errors.InvalidRequest("too early", parameter="end"))
    assert problem.errors[0].as_json() == {"detail": "too early", "parameter": "end"}


def test_unavailable_says_when_to_come_back() -> None:
    assert problem_of(errors.Unavailable("busy")).headers["Retry-After"] == "2"


def test_other_statuses_of_routing_are_problems_too() -> None:
    problem = problem_of_http(HTTPException(406, "cannot"))
    assert (problem.status, problem.code, problem.detail) == (406, "http_error", "cannot")


def test_document_leaves_out_what_is_empty() -> None:
    document = orjson.loads(Problem(404, "not_found", "Not found", "none").response("id").body)
    assert document.keys() == {"type", "title", "status", "detail", "code", "correlation_id"}


def test_pointer_escapes_its_own_characters() -> None:
    assert pointer_to("a/b", 0, "c~d") == "#/a~1b/0/c~0d"
    assert pointer_to() == "#"
