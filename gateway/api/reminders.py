"""`POST /api/v1/reminders`: hot, so a plain route; it never makes an order wait."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.api.callers import authorized
from gateway.api.error_responses import correlation_id
from gateway.api.hot_route import HotRoute
from gateway.api.json_answers import json_response
from gateway.api.reading import read
from gateway.api.reminder_requests import reminder_request
from gateway.api.schemas.reminders import ReminderIn
from gateway.log import get_logger

_log = get_logger("reminders")
_MILLISECONDS = 1000


async def remind(request: Request) -> Response:
    """The reminders for one question; past the time limit an empty list, logged."""
    call = authorized(request)
    question = reminder_request(await read(request, ReminderIn))
    caller = call.caller_for(question.institution)
    limit = call.options.reminder_time_limit_ms
    try:
        async with asyncio.timeout(limit / _MILLISECONDS):
            answer = await call.services.reminders.remind(question, caller, call.at)
    except TimeoutError:
        call.options.metrics.count_reminder_past_limit()
        _log.warning(
            "reminder_past_limit",
            correlation_id=correlation_id(request),
            institution=question.institution,
            trigger=question.trigger.value,
            duration_ms=limit,
        )
        answer = _nothing_to_show()
    return json_response(answer)


def _nothing_to_show() -> dict[str, Any]:
    return {
        "reminder_id": None,
        "policy": None,
        "catalog_edition": None,
        "patient_match": None,
        "items": [],
    }


routes = [HotRoute("/api/v1/reminders", remind, methods=["POST"])]
