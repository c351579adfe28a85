"""Transactions: a unit that fails is undone alone, a failed commit fails all, reads see commits."""

import asyncio

import pytest
from sqlalchemy import select, text

from gateway.storage.session import Connection, Database
from gateway.storage.sqlite import SqliteDatabase
from gateway.storage.tables import patient
from tests.factories import NOON

pytestmark = pytest.mark.integration


def row(key: str) -> dict[str, object]:
    return {
        "patient_key": key,
        "merged_into": None,
        "created_at": NOON,
        "demographics_sealed": b"",
    }


async def insert(conn: Connection, key: str) -> None:
    await conn.run(patient.insert(), row(key))


async def keys(database: Database) -> list[str]:
    query = select(patient.c.patient_key).order_by(patient.c.patient_key)
    return [found[0] for found in await database.read(lambda conn: conn.all(query))]


async def test_failing_unit_is_undone_alone(database: Database) -> None:
    async def fails(conn: Connection) -> None:
        await insert(conn, "lost")
        raise LookupError

    done = await asyncio.gather(
        database.write(lambda conn: insert(conn, "a")),
        database.write(fails),
        database.write(lambda conn: insert(conn, "b")),
        return_exceptions=True,
    )
    assert [type(each) for each in done] == [type(None), LookupError, type(None)]
    assert await keys(database) == ["a", "b"]


async def test_result_is_given_after_the_commit(database: Database) -> None:
    async def unit(conn: Connection) -> str:
        await insert(conn, "a")
        return "done"

    assert await database.write(unit) == "done"
    assert await keys(database) == ["a"]


async def test_read_changes_nothing(database: Database) -> None:
    await database.read(lambda conn: insert(conn, "a"))
    assert await keys(database) == []


async def test_sqlite_is_durable_and_checkpoints_beside(tmp_path: object) -> None:
    database = SqliteDatabase(f"sqlite:///{tmp_path}/x.sqlite3")
    pragmas = {}
    for name in ("journal_mode", "synchronous", "wal_autocheckpoint"):
        query = text(f"PRAGMA {name}")
        pragmas[name] = (await database.read(lambda conn, q=query: conn.all(q)))[0][0]
    await database.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "wal_autocheckpoint": 0}


async def test_failed_commit_fails_every_unit_in_it(tmp_path: object) -> None:
    """A deferred constraint breaks at COMMIT; neither unit may believe that it was stored."""
    database = SqliteDatabase(f"sqlite:///{tmp_path}/x.sqlite3")
    schema = (
        "CREATE TABLE a (id INTEGER PRIMARY KEY)",
        "CREATE TABLE b (a_id INTEGER REFERENCES a DEFERRABLE INITIALLY DEFERRED)",
    )
    for statement in (*schema, "PRAGMA foreign_keys=ON"):
        await _outside(database, statement)
    done = await asyncio.gather(
        database.write(lambda conn: conn.run(text("INSERT INTO a VALUES (1)"))),
        database.write(lambda conn: conn.run(text("INSERT INTO b VALUES (99)"))),
        return_exceptions=True,
    )
    assert all(isinstance(each, Exception) for each in done)
    left = await database.read(lambda conn: conn.all(text("SELECT count(*) FROM a")))
    await database.close()
    assert left[0][0] == 0


async def _outside(database: SqliteDatabase, statement: str) -> None:
    """Run a statement on the writing connection outside any transaction."""
    database._writer.exec_driver_sql(statement)
    database._writer.commit()
