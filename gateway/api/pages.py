"""The pages: server-rendered shells without patient data, in Chinese and in English.

What a page shows of patients it fetches with the caller's token; nothing of it is ever in a URL.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.api.callers import options_of
from gateway.api.json_answers import json_response
from gateway.security.roles import Role
from rules.wording import CLAUSES, OUTCOMES, VERDICTS
from rules.zhejiang_2021.duties import NEVER_ACCEPTABLE, REPEAT_REASONS

router = APIRouter(include_in_schema=False)
_WEB = Path(str(files("gateway") / "web"))
STATIC = _WEB / "static"

Language = Annotated[Literal["zh", "en"], Query(description="language of the page")]


@router.get("/")
async def start() -> Response:
    """The clinician's page is where a visitor starts."""
    return RedirectResponse("/workstation", 307)


@router.get("/workstation")
async def workstation(request: Request, lang: Language = "zh") -> Response:
    """The clinician's page: patient, draft orders, reminders, decisions."""
    reasons = [
        {
            "code": reason.code,
            "clause": reason.clause,
            "text": reason.text,
            "imaging_only": reason.imaging_only,
            "text_required": reason.text_required,
        }
        for reason in REPEAT_REASONS
    ]
    policy = {"reasons": reasons, "never_acceptable": sorted(NEVER_ACCEPTABLE)}
    return _page(request, "workstation.html", lang, {**_as(Role.HOSPITAL), **policy})


@router.get("/province")
async def province(request: Request, lang: Language = "zh") -> Response:
    """Indicators by institution for whoever supervises."""
    return _page(request, "province.html", lang, _as(Role.PROVINCE))


@router.get("/console")
async def console(request: Request, lang: Language = "zh") -> Response:
    """The hospital engineer's page: refused messages, mapping, conformance, connections."""
    return _page(request, "console.html", lang, _as(Role.HOSPITAL))


@router.get("/docs")
async def documentation(request: Request) -> Response:
    """The API described on one page, without any network beyond the gateway."""
    return HTMLResponse(_environment().get_template("docs.html").render(api=request.app.openapi()))


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The API described for machines (OpenAPI 3.1)."""
    return json_response(request.app.openapi())


def _page(request: Request, template: str, language: str, data: Mapping[str, Any]) -> Response:
    texts = _texts(language)
    page_data = {
        "language": language,
        "auth": options_of(request).auth,
        "full_viewer": options_of(request).viewer_folder is not None,
        "texts": texts,
        "outcomes": {one.value: _named(texts, one.value, text) for one, text in OUTCOMES.items()},
        "verdicts": {one.value: _named(texts, one.value, text) for one, text in VERDICTS.items()},
        "clauses": {code: _named(texts, code, text) for code, text in CLAUSES.items()},
        **data,
    }
    html = _environment().get_template(template).render(t=texts, lang=language, data=page_data)
    return HTMLResponse(html, headers={"Cache-Control": "no-cache"})


def _as(role: Role) -> dict[str, str]:
    """As whom a page calls the API where tokens are disabled."""
    return {"loopback_role": role.value}


def _named(texts: Mapping[str, str], key: str, chinese: str) -> str:
    """The page's own word for a term of the policy where it has one, else the policy's."""
    return texts.get(f"term.{key}", chinese)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_WEB / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _texts(language: str) -> dict[str, str]:
    texts: dict[str, str] = orjson.loads((_WEB / "texts" / f"{language}.json").read_bytes())
    return texts
