"""PostgreSQL through asyncpg: a pool, one transaction per unit."""

from collections.abc import Sequence
from typing import TypeVar

import orjson
from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from gateway.storage.session import AnyRow, Parameters, Unit

T = TypeVar("T")


class PostgresConnection:
    """A connection inside a transaction."""

    dialect = "postgresql"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self, statement: Executable, parameters: Parameters = None) -> Sequence[AnyRow]:
        """Every row that the statement yields."""
        return (await self._connection.execute(statement, parameters)).all()

    async def run(self, statement: Executable, parameters: Parameters = None) -> int:
        """Execute a statement; the number of rows changed."""
        return (await self._connection.execute(statement, parameters)).rowcount


class PostgresDatabase:
    """The deployed store."""

    dialect = "postgresql"

    def __init__(self, url: str, pool_size: int) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
        )

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit in a transaction that is rolled back."""
        async with self._engine.connect() as connection:
            return await unit(PostgresConnection(connection))

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit in a transaction of its own and commit it."""
        async with self._engine.begin() as connection:
            return await unit(PostgresConnection(connection))

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()
