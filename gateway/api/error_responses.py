"""Errors to problem documents (RFC 9457): the only place where HTTP learns of our errors."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from traceback import extract_tb
from types import MappingProxyType
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.problem import FieldFault, Problem, RefusedRequest, invalid, pointer_to
from gateway.errors import (
    AccessDenied,
    Conflict,
    GatewayError,
    InvalidRequest,
    NotAcceptable,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from gateway.ids import new_id
from gateway.log import get_logger

_log = get_logger("http")

#: Status and title of each refusal; everything else is our own fault.
_STATUS: Mapping[type[GatewayError], tuple[int, str]] = MappingProxyType(
    {
        Unauthenticated: (401, "Not authenticated"),
        AccessDenied: (403, "Not allowed"),
        NotFound: (404, "Not found"),
        NotAcceptable: (406, "Not acceptable"),
        Conflict: (409, "Conflict with the present state"),
        InvalidRequest: (422, "Invalid request"),
        Unavailable: (503, "Temporarily unavailable"),
    }
)
_HEADERS: Mapping[int, Mapping[str, str]] = MappingProxyType(
    {401: {"WWW-Authenticate": 'Bearer realm="recognition"'}, 503: {"Retry-After": "2"}}
)
_HTTP_CODES: Mapping[int, tuple[str, str, str]] = MappingProxyType(
    {
        404: ("not_found", "Not found", "no such address"),
        405: ("method_not_allowed", "Method not allowed", "this address has other methods"),
        413: ("too_large", "Request too large", "the body is larger than this address takes"),
    }
)
_OUR_FAULT = Problem(
    500, "internal", "Internal error", "the request failed; the log has its correlation id"
)


def problem_of(error: GatewayError) -> Problem:
    """The problem document of a refusal of a use case."""
    status, title = next(
        (found for kind, found in _STATUS.items() if isinstance(error, kind)),
        (500, "Internal error"),
    )
    details = dict(error.details)
    errors = _located(error.message, details.pop("field", None), details.pop("parameter", None))
    headers = _HEADERS.get(status, {})
    return Problem(status, error.code, title, error.message, errors, details, headers)


def _located(message: str, field: object, parameter: object) -> list[FieldFault]:
    """The place that a service named: `field` of the body, `parameter` of path or query."""
    if field is not None:
        return [FieldFault(message, pointer=pointer_to(str(field)))]
    if parameter is not None:
        return [FieldFault(message, parameter=str(parameter))]
    return []


def problem_of_http(error: HTTPException) -> Problem:
    """The problem document of what routing refused."""
    code, title, detail = _HTTP_CODES.get(
        error.status_code, ("http_error", "Request refused", str(error.detail))
    )
    return Problem(error.status_code, code, title, detail, headers=dict(error.headers or {}))


def faults_of(errors: Sequence[Mapping[str, Any]]) -> list[FieldFault]:
    """Validation errors, each with its place; the value itself is never repeated."""
    return [_fault(error) for error in errors]


def _fault(error: Mapping[str, Any]) -> FieldFault:
    steps = tuple(error["loc"])
    detail = str(error["msg"]).removeprefix("Value error, ")
    if steps and steps[0] in {"query", "path", "header"}:
        return FieldFault(detail, parameter=str(steps[-1]))
    return FieldFault(detail, pointer=pointer_to(*steps))


def correlation_id(request: Request) -> str:
    """The identifier that the log lines and the answer of this request share."""
    if not hasattr(request.state, "correlation_id"):
        request.state.correlation_id = new_id()
    return str(request.state.correlation_id)


def install(app: FastAPI) -> None:
    """Let every refusal leave the application as a problem document."""
    app.add_exception_handler(GatewayError, _gateway_error)
    app.add_exception_handler(RefusedRequest, _refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_middleware(LastResort)


def _gateway_error(request: Request, error: Exception) -> Response:
    problem = problem_of(cast(GatewayError, error))
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log_failure(request, error)
    return problem.response(correlation_id(request))


def _refused(request: Request, error: Exception) -> Response:
    return cast(RefusedRequest, error).problem.response(correlation_id(request))


def _http_error(request: Request, error: Exception) -> Response:
    return problem_of_http(cast(HTTPException, error)).response(correlation_id(request))


def _validation_error(request: Request, error: Exception) -> Response:
    faults = faults_of(cast(RequestValidationError, error).errors())
    return invalid(faults).response(correlation_id(request))


def log_failure(request: Request, error: BaseException) -> None:
    """One line about our own failure: its kind and place, never its message, which may quote."""
    frames = extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else None
    _log.error(
        "request_failed",
        correlation_id=correlation_id(request),
        error_type=type(error).__name__,
        location=place,
        method=request.method,
        route=route_of(request.scope),
    )


def route_of(scope: Scope) -> str:
    """The template of the route that answers, `-` where none does."""
    return str(getattr(scope.get("route"), "path", "-"))


class LastResort:
    """Answers what nobody foresaw with 500 and logs it; nothing is passed on to the server's own
    log, whose tracebacks may hold patient data."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, started = Request(scope), False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            log_failure(request, error)
            if not started:
                await _OUR_FAULT.response(correlation_id(request))(scope, receive, send)
