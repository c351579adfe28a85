"""JSON out: one encoder for every answer."""

from decimal import Decimal
from typing import Any

import orjson
from starlette.responses import Response


def json_bytes(value: Any) -> bytes:
    """The value as JSON; instants are written in UTC with `Z`, decimals as numbers."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)


def json_response(value: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(json_bytes(value), status, media_type="application/json")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
