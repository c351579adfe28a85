"""GET /api/v1/determinations and `gateway replay`, on both databases, through the ports."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from gateway.errors import NotFound
from gateway.security.roles import Role
from gateway.services.explanations import ExplanationService
from gateway.services.reminder_record import ReminderRecord
from gateway.storage.audit_tables import audit_record
from gateway.storage.reminders import find_reminder
from gateway.storage.session import Connection
from gateway.storage.tables import reminder
from rules.policy import Policies
from tests.end_to_end.city import ALBUMIN, GLUCOSE, NOW
from tests.end_to_end.commands import gateway_command
from tests.end_to_end.house import House, Json, open_house
from tests.end_to_end.messages import Message, Result, a_person

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A listening gateway on the small city, once on each database."""
    changes: Json = {}
    if request.param == "postgresql":
        changes["database_url"] = request.getfixturevalue("postgres_url")
    async with open_house(tmp_path_factory.mktemp("house"), **changes) as opened:
        yield opened


async def _offered(house: House, code: str = ALBUMIN, days: int = 3, **settings: Any) -> Json:
    message = Message(a_person(), [Result(code)], collected=NOW - timedelta(days=days))
    await house.deliver(message)
    return await house.item(message.person, code, **settings)


async def _explained(house: House, item: Json, **caller: Any) -> Json:
    answer = await house.get(f"/api/v1/determinations/{item['determination_id']}", **caller)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_physician_is_told_why_and_what_would_change_it(house: House) -> None:
    explained = await _explained(house, await _offered(house, days=35))
    assert explained["outcome"] == "NOT_RECOGNIZABLE"
    summary = explained["summary"]
    assert summary["text"] == "白蛋白：不符合互认条件。"
    assert any("距今35天" in reason for reason in summary["reasons"])
    assert any("晚5天采样" in way for way in summary["counterfactuals"])
    assert {way["outcome"] for way in explained["counterfactuals"]} == {"RECOGNIZABLE"}


async def test_failed_assessment_names_the_pass_that_would_do(house: House) -> None:
    explained = await _explained(house, await _offered(house, GLUCOSE))
    (reason,) = explained["summary"]["reasons"]
    assert reason.startswith("二（一）")
    assert any("室间质评" in way for way in explained["summary"]["counterfactuals"])


async def test_auditor_gets_facts_values_policy_and_edition(house: House) -> None:
    item = await _offered(house)
    explained = await _explained(house, item, role=Role.HOSPITAL)
    (part,) = explained["parts"]
    assert part["facts"]["report"]["id"] == item["report"]["id"]
    assert explained["policy"] == {"id": "zhejiang_2021", "document": "浙卫发〔2021〕33号"}
    assert explained["edition"] == "zhejiang_2021"
    (days,) = (each for each in explained["parameters"] if each["name"] == "window_days")
    assert (days["value"], days["valid_from"], days["valid_to"]) == (30, "2021-10-14", None)
    assert days["source"].startswith("四（一）")


async def test_explanation_leaves_an_audit_record_and_names_no_patient(house: House) -> None:
    item = await _offered(house)
    before = await _views(house)
    explained = await _explained(house, item)
    assert await _views(house) == before + 1
    assert "330199" not in str(explained)


async def _views(house: House) -> int:
    rows = await house.rows(audit_record)
    return sum(row.action == "determination:viewed" for row in rows)


async def test_replay_of_a_stored_line_is_identical(house: House) -> None:
    name = (await _offered(house))["determination_id"]
    done = await gateway_command(house, "replay", name)
    assert (done.returncode, done.stdout) == (0, f"{name}: identical\n")


async def test_replay_of_another_line_shows_where_it_differs(house: House) -> None:
    item = await _offered(house)
    await _overwrite(house, item["reminder_id"])
    name = item["determination_id"]
    done = await gateway_command(house, "replay", name)
    assert done.returncode == 1
    first, *places = done.stdout.splitlines()
    assert first == f"{name}: different (stored → now)"
    assert "  outcome: EXEMPT → RECOGNIZABLE" in places
    assert len(places) == 1


async def _overwrite(house: House, reminder_id: str) -> None:
    """Store another outcome than was determined, as an earlier faulty release might have."""
    gateway = house.gateway

    async def unit(conn: Connection) -> None:
        stored = await find_reminder(conn, reminder_id)
        assert stored is not None
        kept = gateway.sealer.open_record("reminder", reminder_id, ReminderRecord, stored.sealed)
        items = tuple(replace(each, line={**each.line, "outcome": "EXEMPT"}) for each in kept.items)
        sealed = gateway.sealer.seal_record("reminder", reminder_id, replace(kept, items=items))
        await conn.run(
            update(reminder)
            .where(reminder.c.reminder_id == reminder_id)
            .values(content_sealed=sealed)
        )

    await gateway.database.write(unit)


async def test_replay_of_an_unknown_determination_says_so(house: House) -> None:
    done = await gateway_command(house, "replay", f"{'0' * 32}.{'0' * 20}")
    assert done.returncode == 1
    assert "there is no such determination" in done.stderr


async def test_replay_of_a_line_whose_policy_is_gone_says_so(house: House) -> None:
    name = (await _offered(house))["determination_id"]
    one = house.gateway
    bare = ExplanationService(one.database, one.sealer, one.cipher, Policies(()))
    with pytest.raises(NotFound, match="zhejiang_2021"):
        await bare.replay(name)
