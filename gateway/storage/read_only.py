"""A store opened so that nothing can be changed: for questions about what is kept.

The database itself refuses to write, so no fault of ours can alter a record.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.errors import NotFound
from gateway.storage.postgresql import PostgresConnection
from gateway.storage.session import Unit
from gateway.storage.sqlite import SqliteConnection

T = TypeVar("T")


class Reader(Protocol):
    """A store that answers questions."""

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that changes nothing."""


class _SqliteReader:
    """The embedded store, its file opened for reading alone."""

    def __init__(self, file: Path) -> None:
        self._engine = create_engine("sqlite://", creator=lambda: _opened(file))
        self._connection = self._engine.connect()

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit on a snapshot."""
        self._connection.execute(text("BEGIN"))
        try:
            return await unit(SqliteConnection(self._connection))
        finally:
            self._connection.rollback()

    async def close(self) -> None:
        """Close the file."""
        self._connection.close()
        self._engine.dispose()


def _opened(file: Path) -> sqlite3.Connection:
    # A path is quoted by `as_uri`, so that no sign of it is taken for an option.
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")
    return connection


class _PostgresReader:
    """The deployed store; the server refuses every change of these sessions."""

    def __init__(self, url: str) -> None:
        settings = {"default_transaction_read_only": "on"}
        self._engine = create_async_engine(
            url, pool_size=1, connect_args={"server_settings": settings}
        )

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit in a read-only transaction."""
        async with self._engine.connect() as connection:
            return await unit(PostgresConnection(connection))

    async def close(self) -> None:
        """Close the connection."""
        await self._engine.dispose()


@asynccontextmanager
async def open_read_only(url: str) -> AsyncIterator[Reader]:
    """The database at a SQLAlchemy URL, for reading alone.

    Raises:
        NotFound: the file of the embedded store does not exist.
    """
    reader = _PostgresReader(url) if not url.startswith("sqlite") else _sqlite_reader(url)
    try:
        yield reader
    finally:
        await reader.close()


def _sqlite_reader(url: str) -> _SqliteReader:
    file = Path(make_url(url).database or "")
    if not file.is_file():
        raise NotFound("there is no database yet")
    return _SqliteReader(file)
