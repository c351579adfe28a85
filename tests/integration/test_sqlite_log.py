"""The write-ahead log stays short, however long the writing goes on without a pause."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.storage import sqlite
from gateway.storage.session import Connection
from gateway.storage.sqlite import SqliteDatabase

pytestmark = pytest.mark.integration
WRITTEN = 60_000_000
ROW = 40_000


async def test_log_begins_anew_while_writing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_LONG_LOG_PAGES", 500)
    monkeypatch.setattr(sqlite, "_CHECKPOINT_SECONDS", 0.02)
    database = SqliteDatabase(f"sqlite:///{tmp_path / 'x.sqlite3'}")

    async def unit(conn: Connection) -> int:
        return await conn.run(text("INSERT INTO rows VALUES (zeroblob(:size))"), {"size": ROW})

    await database.write(lambda conn: conn.run(text("CREATE TABLE rows (content BLOB)")))
    for _ in range(WRITTEN // ROW):
        await database.write(unit)
        await asyncio.sleep(0.001)  # as a process has other work to do between its commits
    log = (tmp_path / "x.sqlite3-wal").stat().st_size
    assert await database.read(lambda conn: conn.all(text("SELECT count(*) FROM rows"))) == [
        (WRITTEN // ROW,)
    ]
    await database.close()
    assert log < WRITTEN / 4
