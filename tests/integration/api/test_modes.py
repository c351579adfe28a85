"""Switched-off tokens on loopback, the time limit, and what happens when the store is gone."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from gateway.errors import InvalidSettings
from gateway.storage.session import Connection
from tests.end_to_end.city import ALBUMIN, RECEIVER, TOWN
from tests.end_to_end.house import House, open_house
from tests.end_to_end.messages import Message, Result, a_person

pytestmark = pytest.mark.integration


def question(identifiers: list[dict[str, str]], institution: str = RECEIVER) -> dict[str, Any]:
    return {
        "institution": institution,
        "visit": {"id": "V1"},
        "patient": {"identifiers": identifiers},
        "trigger": "order",
        "orders": [{"item_code": ALBUMIN}],
    }


async def reminded(house: House, headers: dict[str, str]) -> httpx.Response:
    person = a_person()
    await house.deliver(Message(person, [Result(ALBUMIN)]))
    return await house.http.post(
        "/api/v1/reminders", json=question(person.identifiers), headers=headers
    )


async def test_without_tokens_the_body_names_the_institution(tmp_path: Path) -> None:
    async with open_house(tmp_path, auth="disabled") as house:
        answer = await reminded(house, {})
        assert [item["outcome"] for item in answer.json()["items"]] == ["RECOGNIZABLE"]


async def test_without_tokens_headers_name_institution_and_role(tmp_path: Path) -> None:
    async with open_house(tmp_path, auth="disabled") as house:
        mine = {"X-Recognition-Institution": RECEIVER}
        report = (await reminded(house, mine)).json()["items"][0]["report"]["id"]
        path = f"/api/v1/reports/{report}"
        assert (await house.http.get(path, headers=mine)).status_code == 200
        other = {"X-Recognition-Institution": TOWN}
        assert (await house.http.get(path, headers=other)).status_code == 403
        province = mine | {"X-Recognition-Role": "province"}
        assert (await house.http.get(path, headers=province)).status_code == 403
        nobody = mine | {"X-Recognition-Role": "emperor"}
        assert (await house.http.get(path, headers=nobody)).status_code == 401


async def test_without_tokens_a_rebound_name_is_refused(tmp_path: Path) -> None:
    async with open_house(tmp_path, auth="disabled") as house:
        answer = await reminded(house, {"Host": "hospital.example"})
        assert answer.status_code == 403


async def test_without_tokens_only_loopback_is_listened_on(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings):
        async with open_house(tmp_path, auth="disabled", http_host="0.0.0.0"):
            pass


async def test_reminder_past_its_time_limit_is_empty(tmp_path: Path) -> None:
    """The database is held by another writer for longer than the limit."""
    async with open_house(tmp_path, reminder_time_limit_ms=150) as house:
        held, release = asyncio.Event(), asyncio.Event()

        async def hold(_conn: Connection) -> None:
            held.set()
            await release.wait()

        person = a_person()
        await house.deliver(Message(person, [Result(ALBUMIN)]))
        writer = asyncio.create_task(house.gateway.database.write(hold))
        await held.wait()
        try:
            answer = await house.post("/api/v1/reminders", question(person.identifiers))
        finally:
            release.set()
            await writer
        assert answer.status_code == 200
        assert answer.json() == {
            "reminder_id": None,
            "policy": None,
            "catalog_edition": None,
            "patient_match": None,
            "items": [],
        }
        assert (
            "recognition_reminders_past_limit_total 1.0" in (await house.http.get("/metrics")).text
        )
        assert (await house.item(person, ALBUMIN))["outcome"] == "RECOGNIZABLE"


async def test_unforeseen_failure_tells_nothing_but_its_number(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with open_house(tmp_path) as house:

        async def drop(conn: Connection) -> None:
            await conn.run(text("drop table report_version"))

        person = a_person("钱无表")
        await house.deliver(Message(person, [Result(ALBUMIN)]))
        await house.gateway.database.write(drop)
        answer = await house.post("/api/v1/reminders", question(person.identifiers))
        assert answer.status_code == 500
        document = answer.json()
        assert document["code"] == "internal"
        assert "report_version" not in answer.text
        logged = "".join(capfd.readouterr())
        assert person.resident_id not in logged
        assert "Traceback" not in logged
        assert document["correlation_id"] in logged


async def test_port_is_free_again_after_the_end(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        port = house.ports.http_port
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port or 0)) != 0
