"""Upload quality of an institution: what was refused and its replay, mapping, conformance."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.callers import Authorized
from gateway.api.documented import accepts
from gateway.api.json_answers import json_response
from gateway.api.reading import read
from gateway.api.reminder_requests import institution_code
from gateway.api.schemas.quality import ReplayIn
from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.times import local_date
from gateway.errors import InvalidRequest
from gateway.services.quarantine_list import QuarantineState, Selection

router = APIRouter(tags=["quality"], prefix="/api/v1/quality")

Institution = Annotated[str | None, Query(description="by default the caller's own")]
State = Annotated[QuarantineState | None, Query(description="what became of an entry")]
Reason = Annotated[str | None, Query(description="a reason code")]
Location = Annotated[str | None, Query(description="the place at fault, as listed")]
Limit = Annotated[int, Query(ge=1, le=500, description="entries of one page")]
Before = Annotated[str | None, Query(description="what the page before returned as next")]
Days = Annotated[int, Query(ge=1, le=366, description="so many days up to today")]


@router.get("/quarantine", summary="Messages that could not be taken, newest first")
async def quarantine(
    call: Authorized,
    institution: Institution = None,
    state: State = None,
    reason: Reason = None,
    limit: Limit = 100,
    before: Before = None,
) -> Response:
    """Reason, place, hint and state of each; never a body."""
    selection = Selection(_named(institution), state, reason)
    entries = call.services.quarantine.entries
    return json_response(await entries(selection, call.caller, limit, before))


@router.get("/quarantine/counts", summary="How many messages could not be taken, and why")
async def counts(
    call: Authorized,
    institution: Institution = None,
    state: State = None,
    reason: Reason = None,
    location: Location = None,
) -> Response:
    """By institution, reason, place and state, most frequent first."""
    selection = Selection(_named(institution), state, reason, location)
    return json_response({"counts": await call.services.quarantine.counts(selection, call.caller)})


@router.post(
    "/quarantine/replays",
    summary="Replay messages after a mapping or a profile was repaired",
    openapi_extra=accepts(ReplayIn),
)
async def replays(request: Request, call: Authorized) -> Response:
    """What became of each, in the order in which they came; what was taken stays as it is."""
    body = await read(request, ReplayIn)
    service = call.services.quarantine
    if body.ids:
        return json_response({"replays": await service.replay(body.ids, call.caller, call.at)})
    institution = None if body.institution is None else institution_code(body.institution)
    state = None if body.state is None else QuarantineState(body.state)
    selection = Selection(institution, state, body.reason, body.location)
    done = await service.replay_selected(selection, call.caller, call.at)
    return json_response({"replays": done})


@router.get("/mappings", summary="How many of the received local codes are mapped")
async def mappings(call: Authorized, institution: Institution = None) -> Response:
    """With the codes that are not, by frequency, and candidates for a reviewer."""
    today = local_date(call.at)
    report = call.services.quality.mappings
    return json_response(await report(_named(institution), call.caller, today))


@router.get("/conformance", summary="What a sender's messages deviate in from the standard")
async def conformance(
    call: Authorized, institution: Institution = None, days: Days = 30
) -> Response:
    """From a sample of its messages, by place and day."""
    today = local_date(call.at)
    report = call.services.quality.conformance
    return json_response(await report(_named(institution), call.caller, today, days))


@router.get("/connections", summary="What happened lately on a sender's connections")
async def connections(call: Authorized, institution: Institution = None) -> Response:
    """Counts, the last messages by control id, and where framing broke; no patient data."""
    report = call.services.quality.connections
    return json_response({"connections": report(_named(institution), call.caller)})


def _named(institution: str | None) -> InstitutionCode | None:
    if institution is None:
        return None
    try:
        return InstitutionCode(institution)
    except InvalidRecord as fault:
        raise InvalidRequest(str(fault), parameter="institution") from None
