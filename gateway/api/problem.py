"""A problem document (RFC 9457) and the refusals that only HTTP knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from gateway.api.json_answers import json_bytes

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:recognition:problem:"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One fault of a request; `pointer` is a JSON pointer (RFC 6901) as a URI fragment into the
    body, or `parameter` names a part of the path or query."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def as_json(self) -> dict[str, str]:
        """The member of `errors`."""
        place = {"pointer": self.pointer, "parameter": self.parameter}
        return {"detail": self.detail} | {name: at for name, at in place.items() if at is not None}


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, safe to show. `code` is stable; `details` are further members."""

    status: int
    code: str
    title: str
    detail: str
    errors: Sequence[FieldFault] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, correlation_id: str) -> Response:
        """The answer; the correlation id finds the log lines of the request."""
        body: dict[str, Any] = {
            "type": _TYPE + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "correlation_id": correlation_id,
        }
        if self.errors:
            body["errors"] = [fault.as_json() for fault in self.errors]
        if self.details:
            body["details"] = dict(self.details)
        return Response(json_bytes(body), self.status, dict(self.headers), MEDIA_TYPE)


class RefusedRequest(Exception):
    """A request that HTTP itself refuses: not JSON, too large, not located where it must be."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def pointer_to(*steps: str | int) -> str:
    """The JSON pointer of a place in the body, as a URI fragment: `#/orders/0/item_code`."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "#" + "".join(f"/{step}" for step in escaped)


def invalid(errors: Sequence[FieldFault]) -> Problem:
    """422 with every fault located."""
    return Problem(
        422, "invalid_request", "Invalid request", "the request has faults; see errors", errors
    )
