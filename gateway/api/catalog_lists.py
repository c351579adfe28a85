"""The published lists of items and institutions (八（四）), without a token."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.callers import services_of
from gateway.api.json_answers import json_response
from gateway.canonical.institution import Institution
from gateway.canonical.times import local_date
from gateway.errors import InvalidRequest, NotFound
from item_catalog.catalog import NoEditionInForce
from item_catalog.items import CatalogItem, ImagingItem

router = APIRouter(tags=["catalog"])
T = TypeVar("T")
_KEEP = {"Cache-Control": "public, max-age=300"}

Limit = Annotated[int, Query(ge=1, le=1000, description="entries of one page")]
Next = Annotated[str | None, Query(description="what the page before returned as next")]


@router.get("/api/v1/catalog/items", summary="The items of mutual recognition in force today")
async def items(request: Request, limit: Limit = 1000, next: Next = None) -> Response:  # noqa: A002
    """Laboratory items, then imaging items, each in the order of its annex; corrected names."""
    services = services_of(request)
    try:
        edition = services.catalog.edition_on(local_date(services.clock()))
    except NoEditionInForce:
        raise NotFound("no edition of the catalog is in force today") from None
    page, following = _page(list(edition.items()), limit, next)
    answer = {"edition": edition.id, "items": [_item(one) for one in page], "next": following}
    return _published(answer)


@router.get("/api/v1/catalog/institutions", summary="The institutions registered today")
async def institutions(request: Request, limit: Limit = 1000, next: Next = None) -> Response:  # noqa: A002
    """In the order of their codes."""
    services = services_of(request)
    registered = services.registry.current.institutions(local_date(services.clock()))
    page, following = _page(registered, limit, next)
    return _published({"items": [_institution(one) for one in page], "next": following})


def _published(answer: Any) -> Response:
    response = json_response(answer)
    response.headers.update(_KEEP)
    return response


def _page(entries: Sequence[T], limit: int, cursor: str | None) -> tuple[Iterable[T], str | None]:
    """The entries of one page and the cursor of the next; the cursor means nothing outside."""
    start = 0 if cursor is None else _position(cursor)
    end = start + limit
    return entries[start:end], _cursor(end) if end < len(entries) else None


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"from:{position}".encode()).decode().rstrip("=")


def _position(cursor: str) -> int:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        word, _, number = text.partition(":")
        if word == "from" and number.isascii() and number.isdigit():
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise InvalidRequest("next is none that a page returned", parameter="next")


def _item(item: CatalogItem) -> dict[str, Any]:
    if isinstance(item, ImagingItem):
        return {
            "code": item.code,
            "name": item.name,
            "kind": "imaging",
            "modality": item.modality.value,
            "body_region": item.body_region,
            "definition": item.definition,
        }
    components = [one.name for one in item.panel.components] if item.panel else []
    return {
        "code": item.code,
        "name": item.name,
        "kind": "lab",
        "modality": None,
        "components": components,
    }


def _institution(institution: Institution) -> dict[str, Any]:
    return {
        "code": institution.code,
        "name": institution.name,
        "tier": institution.tier.value,
        "kind": institution.kind.value,
        "city": institution.city,
        "county": institution.county,
    }
