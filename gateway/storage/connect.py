"""From a URL to an open database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import literal, select

from gateway.storage.postgresql import PostgresDatabase
from gateway.storage.session import Connection, Database
from gateway.storage.sqlite import SqliteDatabase


@asynccontextmanager
async def open_database(url: str, pool_size: int) -> AsyncIterator[Database]:
    """The database at a SQLAlchemy URL, closed at the end."""
    database = SqliteDatabase(url) if url.startswith("sqlite") else PostgresDatabase(url, pool_size)
    try:
        yield database
    finally:
        await asyncio.shield(database.close())


async def answers(database: Database) -> bool:
    """Whether the store answers now."""

    async def unit(conn: Connection) -> bool:
        return bool(await conn.all(select(literal(1))))

    try:
        return await database.read(unit)
    except Exception:  # whatever ails the store, it does not answer
        return False
