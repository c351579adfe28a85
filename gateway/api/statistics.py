"""Indicators of a period (一（一）, 八（三）)."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from gateway.api.callers import Authorized
from gateway.api.json_answers import json_response
from gateway.errors import InvalidRequest

router = APIRouter(tags=["statistics"])

Grouping = Literal["province", "institution", "department", "item", "source"]
Start = Annotated[date, Query(description="first day, in China")]
End = Annotated[date, Query(description="last day, included")]


@router.get("/api/v1/statistics/summary", summary="The indicators of a period")
async def summary(call: Authorized, start: Start, end: End, by: Grouping = "province") -> Response:
    """Numerator, denominator, and value or the reason why it is not computed, by group."""
    if end < start:
        raise InvalidRequest("the period ends before it begins", parameter="end")
    return json_response(
        await call.services.statistics.summary(start, end, call.caller, call.at, by)
    )
