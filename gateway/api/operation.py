"""Health, readiness and metrics of the running process."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.callers import options_of
from gateway.api.json_answers import json_response

router = APIRouter(tags=["operation"])
_PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz", summary="The process answers")
async def health() -> Response:
    """200 as long as the process runs; it looks at nothing else."""
    return json_response({"status": "ok"})


@router.get("/readyz", summary="Every enabled listener accepts")
async def readiness(request: Request) -> Response:
    """200 only when every part accepts work, 503 before and after."""
    parts = dict(await options_of(request).readiness())
    ready = all(parts.values())
    answer = {"status": "ready" if ready else "not_ready", "parts": parts}
    return json_response(answer, 200 if ready else 503)


@router.get("/metrics", summary="Counts and latencies, Prometheus text format")
async def metrics(request: Request) -> Response:
    """No label holds an identifier of anything but routes and receipts."""
    exposition = options_of(request).metrics.exposition()
    return Response(exposition, headers={"Content-Type": _PROMETHEUS_TEXT})
