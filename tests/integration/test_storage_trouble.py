"""Disk full, database down, database slow: the sender is told to try again, nothing is lost."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from gateway.storage.sqlite import SqliteDatabase
from gateway.storage.tables import report_version, submission
from tests.end_to_end.city import ALBUMIN
from tests.end_to_end.house import House, acknowledgment_of, open_house
from tests.end_to_end.messages import Message, Result, a_person
from tests.services.postgresql import PostgresServer

pytestmark = pytest.mark.integration
_INTERNAL_ERROR = "207"


def a_message() -> Message:
    """A report of somebody."""
    return Message(a_person(), (Result(ALBUMIN),))


async def refused_for_now(house: House, message: Message) -> None:
    """Answered, and in the way that makes a sender repeat the message."""
    answer = acknowledgment_of(await house.send(message.encoded))
    assert (answer.code, answer.condition) == ("AR", _INTERNAL_ERROR)


async def stored_once(house: House, *messages: Message) -> None:
    """Every message, and nothing else, is stored exactly once."""
    kept = sorted(row.control_id for row in await house.rows(submission))
    assert kept == sorted(message.control_id for message in messages)
    assert len(await house.rows(report_version)) == len(messages)


async def test_full_disk_is_answered_and_the_resend_is_taken(tmp_path: Path) -> None:
    """SQLite's own limit of pages ends a commit as a full disk does."""
    async with open_house(tmp_path) as house:
        before, during = a_message(), a_message()
        await house.deliver(before)
        database = house.gateway.database
        assert isinstance(database, SqliteDatabase)

        async def pages(limit: int) -> None:
            await database.write(
                lambda conn: conn.all(text(f"PRAGMA max_page_count={limit}"))  # type: ignore[arg-type,return-value]
            )

        await pages(1)
        large = (Result(ALBUMIN, "x" * 200_000, value_type="ST"),)
        during = Message(during.person, large)
        await refused_for_now(house, during)
        await refused_for_now(house, Message(a_person(), large, number=""))
        await pages(1_000_000)
        await house.deliver(during)
        await stored_once(house, before, during)


@asynccontextmanager
async def postgres_house(server: PostgresServer, folder: Path) -> AsyncIterator[tuple[House, str]]:
    """A gateway on a database of its own, with the database's name."""
    with server.fresh_database() as url:
        async with open_house(folder, database_url=url) as house:
            yield house, str(make_url(url).database)


async def test_database_down_is_answered_and_the_resend_is_taken(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    async with postgres_house(postgres_server, tmp_path) as (house, name):
        before, during = a_message(), a_message()
        await house.deliver(before)

        def sql(statement: str) -> Awaitable[str]:
            return asyncio.to_thread(postgres_server.sql, statement)

        await sql(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        await sql(end)
        await refused_for_now(house, during)
        ready = await house.http.get("/readyz")
        assert ready.status_code == 503
        await sql(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        await house.deliver(during)
        await stored_once(house, before, during)


async def answered_after_release(
    house: House, release: Callable[[], Awaitable[object]]
) -> list[Message]:
    """Several senders wait while the store is held by somebody else."""
    messages = [a_message() for _ in range(5)]
    waiting = [asyncio.create_task(house.send(message.encoded)) for message in messages]
    done, _ = await asyncio.wait(waiting, timeout=0.7)
    assert not done, "answered before anything could be stored"
    await release()
    answers = await asyncio.gather(*waiting)
    assert {acknowledgment_of(answer).code for answer in answers} == {"AA"}
    return messages


async def test_slow_database_makes_senders_wait_on_sqlite(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.deliver(first := a_message())
        other = create_engine(house.gateway.settings.effective_database_url)
        with other.connect() as held:
            held.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
            held.execute(text("BEGIN IMMEDIATE"))

            # SQLite's writer waits inside the loop, so the lock ends by itself after a while.
            def let_go() -> None:
                held.execute(text("ROLLBACK"))

            timer = asyncio.get_running_loop().run_in_executor(None, _after, 0.5, let_go)
            message = a_message()
            assert acknowledgment_of(await house.send(message.encoded)).code == "AA"
            await timer
        other.dispose()
        await stored_once(house, first, message)


def _after(seconds: float, work: Callable[[], None]) -> None:
    time.sleep(seconds)
    work()


async def test_slow_database_makes_senders_wait_on_postgresql(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    async with postgres_house(postgres_server, tmp_path) as (house, _):
        await house.deliver(first := a_message())
        held, free = asyncio.Event(), asyncio.Event()

        async def hold(conn: object) -> None:
            await conn.run(text("LOCK TABLE submission IN ACCESS EXCLUSIVE MODE"))  # type: ignore[attr-defined]
            held.set()
            await free.wait()

        holding = asyncio.create_task(house.gateway.database.write(hold))
        await held.wait()

        async def release() -> None:
            free.set()
            await holding

        messages = await answered_after_release(house, release)
        await stored_once(house, first, *messages)
