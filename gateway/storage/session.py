"""Transactions on either database, behind one small interface.

SQLite runs on the event loop with its own writer: everything that waits while a commit runs is
committed together (group commit), each unit inside its own savepoint. PostgreSQL has a pool and
one transaction per unit. Nothing is answered before its commit has ended.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Executable, Row

T = TypeVar("T")
#: A row of any shape; its columns are those of the statement.
AnyRow = Row[*tuple[Any, ...]]
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class Connection(Protocol):
    """A connection inside a transaction."""

    dialect: str

    async def all(self, statement: Executable, parameters: Parameters = None) -> Sequence[AnyRow]:
        """Every row that the statement yields."""

    async def run(self, statement: Executable, parameters: Parameters = None) -> int:
        """Execute a statement, many times for a list of parameters; the number of rows changed."""


Unit = Callable[[Connection], Awaitable[T]]


class Database(Protocol):
    """A store that runs units of work."""

    dialect: str

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that changes nothing."""

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit and commit; returns after the commit.

        A unit that raises is undone alone; a failed commit fails every unit in it.
        """

    async def close(self) -> None:
        """End every connection; waiting units are finished first."""
