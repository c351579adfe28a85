"""What the workstation tells of a visit: orders signed, withdrawn or repeated, the visit closed."""

from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.callers import Authorized
from gateway.api.documented import accepts
from gateway.api.json_answers import json_response
from gateway.api.reading import read
from gateway.api.reminder_requests import institution_code
from gateway.api.schemas.actions import VisitEventIn
from gateway.canonical.times import CHINA_STANDARD_TIME
from gateway.services.visits import VisitEvent

router = APIRouter(tags=["visits"])


@router.post(
    "/api/v1/visits/{visit_id}/events",
    summary="Something happened to a visit or to one of its orders",
    openapi_extra=accepts(VisitEventIn),
)
async def record_event(visit_id: str, request: Request, call: Authorized) -> Response:
    """Append the event to every indicator key it concerns; telling it twice changes nothing."""
    body = await read(request, VisitEventIn)
    institution = institution_code(body.institution)
    happened = VisitEvent(institution, body.event, body.order_id, _aware(body.at))
    await call.services.visits.record(visit_id, happened, call.caller_for(institution), call.at)
    return json_response({})


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=CHINA_STANDARD_TIME)
