"""JSON out: one encoder for every answer."""

from typing import Any

import orjson
from starlette.responses import Response


def json_bytes(value: Any) -> bytes:
    """The value as JSON; frozen records become objects, instants are written in UTC with `Z`."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def json_response(value: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(json_bytes(value), status, media_type="application/json")
