"""JSON in: a body of limited size, checked against its schema, every fault located."""

from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from gateway.api.error_responses import faults_of
from gateway.api.problem import Problem, RefusedRequest, invalid

MAX_BODY_BYTES = 1024 * 1024
Model = TypeVar("Model", bound=BaseModel)

_NOT_JSON = Problem(
    415, "unsupported_media_type", "Not JSON", "send the body as application/json, in UTF-8"
)
_TOO_LARGE = Problem(
    413, "too_large", "Request too large", f"the body must not exceed {MAX_BODY_BYTES} bytes"
)


async def body_of(request: Request) -> bytes:
    """The whole body; raises `RefusedRequest` if it is too large or not declared as JSON.

    A declared type is demanded because a browser lets foreign pages send any other one.
    """
    if not _is_json(request.headers.get("content-type", "")):
        raise RefusedRequest(_NOT_JSON)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise RefusedRequest(_TOO_LARGE)
        chunks.append(chunk)
    return b"".join(chunks)


async def read(request: Request, model: type[Model]) -> Model:
    """The body as the model; an empty body stands for `{}`. Raises `RefusedRequest`."""
    body = await body_of(request)
    try:
        value = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError as error:
        raise RefusedRequest(_malformed(error)) from None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = faults_of(error.errors(include_url=False, include_input=False))
        raise RefusedRequest(invalid(faults)) from None


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _malformed(error: orjson.JSONDecodeError) -> Problem:
    place = f"the body is no JSON: line {error.lineno}, column {error.colno}"
    return Problem(400, "malformed_json", "Malformed JSON", place)
