"""A report with its results, its versions, its images; the explanation of a determination."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gateway.api.callers import Authorized
from gateway.api.json_answers import json_response

router = APIRouter(tags=["reports"])
_PNG_SIGNATURE = b"\x89PNG"
#: A slice never changes; the browser may keep it while the physician scrolls back and forth.
_KEEP_SLICE = {"Cache-Control": "private, max-age=600"}

Center = Annotated[float | None, Query(description="window center, in units of the modality")]
Width = Annotated[float | None, Query(gt=0, description="window width, with center")]


@router.get("/api/v1/reports/{report_id}", summary="The current version of a report")
async def report(report_id: str, call: Authorized) -> Response:
    """Results as sent, critical ones first; readable where a reminder offered it, or by its own
    institution. Every call leaves an audit record."""
    return json_response(await call.services.viewing.report(report_id, call.caller, call.at))


@router.get("/api/v1/reports/{report_id}/versions", summary="Every version of a report")
async def versions(report_id: str, call: Authorized) -> Response:
    """Oldest first."""
    return json_response(await call.services.viewing.versions(report_id, call.caller, call.at))


@router.get("/api/v1/reports/{report_id}/images", summary="The slices of an examination, in order")
async def images(report_id: str, call: Authorized) -> Response:
    """What there is to look at; each slice is fetched by its index."""
    slices = await call.services.viewing.images(report_id, call.caller, call.at)
    return json_response({"slices": slices})


@router.get(
    "/api/v1/reports/{report_id}/images/{index}",
    summary="One slice as a picture",
    responses={200: {"content": {"image/png": {}, "image/jpeg": {}}}},
)
async def slice_picture(
    report_id: str, index: int, call: Authorized, center: Center = None, width: Width = None
) -> Response:
    """PNG or JPEG, windowed; without center and width the window that the header states."""
    name = await call.services.viewing.slice(report_id, index, call.caller, call.at)
    window = (center, width) if center is not None and width is not None else (None, None)
    picture = await asyncio.to_thread(call.options.render, name, *window)
    media_type = "image/png" if picture.startswith(_PNG_SIGNATURE) else "image/jpeg"
    return Response(picture, headers=_KEEP_SLICE, media_type=media_type)


@router.get("/api/v1/determinations/{determination_id}", summary="The whole explanation")
async def determination(determination_id: str, call: Authorized) -> Response:
    """`summary` is for the physician: outcome, reasons, hints, and what would change it. The rest
    is for the auditor: facts and findings of every part, parameter values with dates and sources,
    policy, edition. All as stored; only the counterfactuals are worked out when asked for."""
    explained = await call.services.explanations.determination(
        determination_id, call.caller, call.at
    )
    return json_response(explained)
