"""What the physician does with a reminded item (四（二））; hot, so plain routes."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.callers import Call, authorized
from gateway.api.hot_route import HotRoute
from gateway.api.json_answers import json_response
from gateway.api.reading import read
from gateway.api.schemas.actions import (
    AcceptIn,
    CiteIn,
    FaultIn,
    RejectIn,
    ShownIn,
    UndoIn,
    ViewIn,
)
from gateway.services.actions import Rejection
from gateway.services.reminder_record import ItemRef

Body = TypeVar("Body", bound=BaseModel)
Answer = dict[str, Any]
Act = Callable[[Call, ItemRef, Body], Awaitable[Answer]]
_ITEM = "/api/v1/reminders/{reminder_id}/items/{key}"


async def _shown(call: Call, ref: ItemRef, _body: ShownIn) -> Answer:
    await call.services.actions.shown(ref, call.caller, call.at)
    return {}


async def _view(call: Call, ref: ItemRef, body: ViewIn) -> Answer:
    await call.services.actions.view(ref, call.caller, call.at, body.report, body.what)
    return {}


async def _accept(call: Call, ref: ItemRef, body: AcceptIn) -> Answer:
    acknowledged = frozenset(body.acknowledged)
    reports = tuple((report.id, report.version) for report in body.reports)
    return await call.services.actions.accept(ref, call.caller, call.at, acknowledged, reports)


async def _reject(call: Call, ref: ItemRef, body: RejectIn) -> Answer:
    rejection = Rejection(body.code, body.text, body.informed)
    return await call.services.actions.reject(ref, call.caller, call.at, rejection)


async def _undo(call: Call, ref: ItemRef, body: UndoIn) -> Answer:
    await call.services.actions.undo(ref, call.caller, call.at, body.reason)
    return {}


async def _cite(call: Call, ref: ItemRef, body: CiteIn) -> Answer:
    await call.services.actions.cite(ref, call.caller, call.at, body.filed_as)
    return {}


async def _fault(call: Call, ref: ItemRef, body: FaultIn) -> Answer:
    await call.services.actions.fault(ref, call.caller, call.at, body.kind, body.text)
    return {}


def _route(action: str, model: type[Body], act: Act[Body]) -> HotRoute:
    async def endpoint(request: Request) -> Response:
        call = authorized(request)
        body = await read(request, model)
        path = request.path_params
        ref = ItemRef(path["reminder_id"], path["key"])
        return json_response(await act(call, ref, body))

    return HotRoute(f"{_ITEM}/{action}", endpoint, methods=["POST"], name=action)


routes = [
    _route("shown", ShownIn, _shown),
    _route("view", ViewIn, _view),
    _route("accept", AcceptIn, _accept),
    _route("reject", RejectIn, _reject),
    _route("undo", UndoIn, _undo),
    _route("cite", CiteIn, _cite),
    _route("fault", FaultIn, _fault),
]
