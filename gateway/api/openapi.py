"""The description of the API (OpenAPI 3.1): FastAPI's own, and the hot routes by hand."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.api.access_table import ACCESS
from gateway.api.documented import SCHEMAS, accepts
from gateway.api.schemas.actions import (
    AcceptIn,
    CiteIn,
    FaultIn,
    RejectIn,
    ShownIn,
    UndoIn,
    ViewIn,
    VisitEventIn,
)
from gateway.api.schemas.answers import ProblemOut, ReminderOut
from gateway.api.schemas.quality import ReplayIn
from gateway.api.schemas.reminders import ReminderIn

_ITEM = "/api/v1/reminders/{reminder_id}/items/{key}"
_ACTIONS: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("shown", ShownIn, "The reminder was really shown"),
    ("view", ViewIn, "Report or images were delivered to the physician"),
    ("accept", AcceptIn, "予以认可: answers the citation block for the record"),
    ("reject", RejectIn, "不予认可: answers the repeat grounds for the record"),
    ("undo", UndoIn, "Take the decision back"),
    ("cite", CiteIn, "The citation was filed into the record"),
    ("fault", FaultIn, "A technical fault of what was offered; no rejection"),
)
_MODELS = (
    ReminderIn,
    *(model for _, model, _ in _ACTIONS),
    VisitEventIn,
    ReplayIn,
    ReminderOut,
    ProblemOut,
)
_ABOUT = (
    "Mutual recognition of laboratory and imaging results between hospitals. The gateway makes "
    "determinations (判定); the treating physician makes decisions (决定). Errors are problem "
    "documents (RFC 9457)."
)


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description; made once, then kept by the application."""
    if app.openapi_schema is None:
        app.openapi_schema = _description(app)
    return app.openapi_schema


def _description(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=_ABOUT, routes=app.routes
    )
    paths: dict[str, Any] = {**_hot_paths(), **document["paths"]}
    document["paths"] = paths
    components = document.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **_schemas()}
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    for path, operations in paths.items():
        for method, operation in operations.items():
            _complete(operation, method.upper(), path)
    return document


def _schemas() -> dict[str, Any]:
    template = SCHEMAS + "{model}"
    modes = [(model, "validation") for model in _MODELS]
    _, schema = models_json_schema(modes, ref_template=template)  # type: ignore[arg-type]
    found: dict[str, Any] = schema["$defs"]
    return found


def _hot_paths() -> dict[str, Any]:
    found: dict[str, Any] = {"/api/v1/reminders": {"post": _remind()}}
    for action, model, summary in _ACTIONS:
        operation = {
            "tags": ["reminders"],
            "summary": summary,
            "operationId": f"item_{action}",
            "parameters": [_in_path("reminder_id"), _in_path("key")],
            "responses": {"200": _json_answer({"type": "object"})},
            **accepts(model),
        }
        found[f"{_ITEM}/{action}"] = {"post": operation}
    return found


def _remind() -> dict[str, Any]:
    answer = {"$ref": SCHEMAS + ReminderOut.__name__}
    return {
        "tags": ["reminders"],
        "summary": "What the patient holds elsewhere, and whether it can be recognised",
        "operationId": "remind",
        "responses": {"200": _json_answer(answer)},
        **accepts(ReminderIn),
    }


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _json_answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "OK", "content": {"application/json": {"schema": schema}}}


def _complete(operation: dict[str, Any], method: str, path: str) -> None:
    """Add what the access table and the common errors say about an operation."""
    scopes = sorted(ACCESS.get((method, path), ()))
    operation["security"] = [{"token": []}] if scopes else []
    operation["x-scopes"] = scopes
    content = {"application/problem+json": {"schema": {"$ref": SCHEMAS + ProblemOut.__name__}}}
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {"description": "Refused", "content": content}
