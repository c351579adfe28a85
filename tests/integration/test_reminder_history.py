"""Reminders of a period come page by page, each once; the store opened so refuses every change."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from gateway.errors import NotFound
from gateway.security.field_encryption import FieldCipher
from gateway.security.key_ring import new_ring
from gateway.storage.connect import open_database
from gateway.storage.read_only import Reader, open_read_only
from gateway.storage.reminder_history import (
    PastReminder,
    ReminderPeriod,
    count_reminders,
    decisions_on,
    reminders_after,
)
from gateway.storage.schema import migrate
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection
from gateway.storage.tables import reminder
from tests.past_reminders import Past, past_reminders, reminder_id, store_past
from tests.spec.zhejiang_2021.arrange import AT

COUNT = 40
START = AT.astimezone(UTC)
ALL = ReminderPeriod(START - timedelta(days=1), START + timedelta(days=40))


@pytest.fixture(scope="module")
def pasts() -> list[Past]:
    """Reminders, many of them of the same instant."""
    return [
        replace(past, at=START + timedelta(hours=number // 7))
        for number, past in enumerate(past_reminders(COUNT))
    ]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, pasts: list[Past]
) -> str:
    """A store that holds them, once on each database."""
    if request.param == "sqlite":
        place = f"sqlite:///{tmp_path_factory.mktemp('store') / 'has?odd#name.sqlite3'}"
    else:
        place = request.getfixturevalue("postgres_url")
    asyncio.run(_fill(place, pasts))
    return place


async def _fill(url: str, pasts: list[Past]) -> None:
    await migrate(url)
    async with open_database(url, pool_size=2) as database:
        await store_past(database, Sealer(FieldCipher(new_ring())), pasts)


@pytest.fixture
async def reader(url: str) -> AsyncIterator[Reader]:
    """The store, for reading alone."""
    async with open_read_only(url) as opened:
        yield opened


async def _pages(reader: Reader, period: ReminderPeriod, limit: int) -> list[PastReminder]:
    found: list[PastReminder] = []
    while True:
        last = found[-1] if found else None
        page = await reader.read(lambda conn, at=last: reminders_after(conn, period, at, limit))
        if not page:
            return found
        found += page


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
async def test_pages_hold_each_reminder_once_in_order(reader: Reader, limit: int) -> None:
    found = await _pages(reader, ALL, limit)
    assert [each.reminder_id for each in found] == [reminder_id(n) for n in range(COUNT)]
    assert [each.created_at for each in found] == sorted(each.created_at for each in found)


async def test_period_begins_included_and_ends_excluded(reader: Reader) -> None:
    period = ReminderPeriod(START + timedelta(hours=1), START + timedelta(hours=3))
    found = await _pages(reader, period, 5)
    assert [each.reminder_id for each in found] == [reminder_id(n) for n in range(7, 21)]
    assert await reader.read(lambda conn: count_reminders(conn, period)) == 14


async def test_period_of_one_institution_holds_its_reminders_alone(
    reader: Reader, pasts: list[Past]
) -> None:
    period = replace(ALL, institution="R1")
    expected = [reminder_id(n) for n, past in enumerate(pasts) if past.institution == "R1"]
    assert 0 < len(expected) < COUNT
    assert [each.reminder_id for each in await _pages(reader, period, 3)] == expected
    assert await reader.read(lambda conn: count_reminders(conn, period)) == len(expected)


async def test_decisions_come_in_the_order_of_time(reader: Reader, pasts: list[Past]) -> None:
    names = {name for past in pasts for name, _, _ in past.events}
    keys = {f"{0:032x}", f"{1:032x}"}
    found = await reader.read(lambda conn: decisions_on(conn, keys, names))
    timed = [
        (past.at + timedelta(minutes=place), number, event)
        for number, past in enumerate(pasts[:4])
        for place, event in enumerate(past.events)
    ]
    expected = [event for _, _, event in sorted(timed, key=lambda each: each[:2])]
    assert [(each.name, each.line_key, each.price_fen) for each in found] == expected


async def _delete_all(conn: Connection) -> None:
    await conn.run(delete(reminder))


async def test_store_opened_for_reading_refuses_every_change(reader: Reader) -> None:
    with pytest.raises(DBAPIError):
        await reader.read(_delete_all)
    assert len(await reader.read(lambda conn: conn.all(select(reminder)))) == COUNT


async def test_reading_leaves_the_file_as_it_was(tmp_path: Path, pasts: list[Past]) -> None:
    file = tmp_path / "gateway.sqlite3"
    url = f"sqlite:///{file}"
    await _fill(url, pasts)
    before = hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns
    async with open_read_only(url) as reader:
        assert len(await _pages(reader, ALL, 7)) == COUNT
    assert (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns) == before


async def test_store_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "none.sqlite3"
    with pytest.raises(NotFound):
        async with open_read_only(f"sqlite:///{file}"):
            pass
    assert not file.exists()
