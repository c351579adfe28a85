"""Health, readiness, metrics, headers, the description of the API, and the empty pages."""

import re
from typing import Any

import httpx
import pytest

from gateway.api.access_table import ACCESS
from gateway.api.openapi import _MODELS
from gateway.security.roles import Role
from tests.end_to_end.city import ALBUMIN, NOW
from tests.end_to_end.house import House
from tests.end_to_end.messages import Message, Result, a_person

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]
PAGES = ("/workstation", "/province", "/docs")


async def test_process_is_healthy_and_ready(house: House) -> None:
    assert (await house.http.get("/healthz")).json() == {"status": "ok"}
    ready = await house.http.get("/readyz")
    assert ready.status_code == 200
    parts = {"http": True, "mllp": True, "dicom": True, "storage": True}
    assert ready.json() == {"status": "ready", "parts": parts}


async def test_metrics_count_requests_by_route_template(house: House) -> None:
    await house.deliver(Message(a_person(), [Result(ALBUMIN)]))
    await house.get("/api/v1/reports/secret-report")
    text = (await house.http.get("/metrics")).text
    counted = 'method="GET",route="/api/v1/reports/{report_id}",status="404"'
    assert f"recognition_http_requests_total{{{counted}}}" in text
    assert 'recognition_intake_total{protocol="hl7v2"' in text
    assert "secret-report" not in text


@pytest.mark.parametrize("path", [*PAGES, "/healthz", "/static/house.js", "/nowhere"])
async def test_every_answer_carries_the_security_headers(house: House, path: str) -> None:
    headers = (await house.http.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


async def test_answers_are_kept_out_of_caches(house: House) -> None:
    person = a_person()
    await house.deliver(Message(person, [Result(ALBUMIN)]))
    item = await house.item(person, ALBUMIN)
    answer = await house.get(f"/api/v1/reports/{item['report']['id']}")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_page_loads_nothing_from_elsewhere(house: House, path: str, language: str) -> None:
    answer = await house.http.get(path, params={"lang": language})
    assert answer.status_code == 200
    sources = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert sources
    assert all(source.startswith(("/", "?", "#")) for source in sources)
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", answer.text)
    assert " style=" not in answer.text
    assert not re.search(r"\son\w+=", answer.text)


async def test_unknown_language_is_refused(house: House) -> None:
    assert (await house.http.get("/workstation", params={"lang": "xx"})).status_code == 422


async def test_start_leads_to_the_workstation(house: House) -> None:
    answer = await house.http.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/workstation")


async def test_description_names_every_route_with_its_scopes(house: House) -> None:
    described = (await house.http.get("/openapi.json")).json()
    found = {
        (method.upper(), path): operation["x-scopes"]
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }
    pages = {"/", "/workstation", "/province", "/console", "/docs", "/openapi.json"}
    # DICOMweb is described by PS3.18, and the viewer is a page of its own.
    elsewhere = ("/dicom-web/", "/viewer")
    expected = {
        (method, path): sorted(scopes)
        for (method, path), scopes in ACCESS.items()
        if path not in pages and not path.startswith(elsewhere)
    }
    assert found == expected


async def test_description_holds_every_schema_it_refers_to(house: House) -> None:
    text = (await house.http.get("/openapi.json")).text
    schemas = (await house.http.get("/openapi.json")).json()["components"]["schemas"]
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert referred <= schemas.keys()
    assert {model.__name__ for model in _MODELS} <= schemas.keys()


def items_of(answer: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_items_are_published_without_token(house: House) -> None:
    answer = await house.http.get("/api/v1/catalog/items")
    listed = items_of(answer)
    assert answer.json()["next"] is None
    assert len(listed) == 273
    (albumin,) = (item for item in listed if item["code"] == ALBUMIN)
    assert (albumin["kind"], albumin["modality"]) == ("lab", None)
    assert {item["modality"] for item in listed} == {None, "DR", "CT", "MR"}


@pytest.mark.parametrize("path", ["items", "institutions"])
@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_pages_of_a_list_hold_everything_once(house: House, path: str, limit: int) -> None:
    whole = items_of(await house.http.get(f"/api/v1/catalog/{path}"))
    collected: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": limit}
    while len(collected) < 40 or limit == 100:
        answer = await house.http.get(f"/api/v1/catalog/{path}", params=query)
        collected += items_of(answer)
        if answer.json()["next"] is None:
            break
        query["next"] = answer.json()["next"]
    assert collected == whole[: len(collected)]
    assert len(collected) >= min(len(whole), 40)


@pytest.mark.parametrize("limit", [0, 1001, "many"])
async def test_limit_outside_its_range_is_refused(house: House, limit: object) -> None:
    answer = await house.http.get("/api/v1/catalog/items", params={"limit": str(limit)})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "limit"


@pytest.mark.parametrize("cursor", ["x", "ZnJvbTo", "ZnJvbTp4", "b3RoZXI6MQ", "é"])
async def test_invented_cursor_is_refused(house: House, cursor: str) -> None:
    answer = await house.http.get("/api/v1/catalog/items", params={"next": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "next"


async def test_registered_institutions_are_published(house: House) -> None:
    listed = items_of(await house.http.get("/api/v1/catalog/institutions"))
    assert [one["code"] for one in listed] == sorted(one["code"] for one in listed)
    assert {"code", "name", "tier", "kind", "city", "county"} == listed[0].keys()


async def test_hospital_sees_only_its_own_figures(house: House) -> None:
    query = {"start": f"{NOW:%Y-%m-%d}", "end": f"{NOW:%Y-%m-%d}", "by": "institution"}
    own = await house.get("/api/v1/statistics/summary", **query)
    everybody = await house.get("/api/v1/statistics/summary", role=Role.PROVINCE, **query)
    assert own.status_code == everybody.status_code == 200
    assert {group["group"] for group in own.json()["groups"]} <= {"R3A"}
