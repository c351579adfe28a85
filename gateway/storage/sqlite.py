"""SQLite, write-ahead log, synchronous FULL: durable at power loss, one writer, group commit."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import Engine, Executable, create_engine, event, make_url

from gateway.storage.session import AnyRow, Parameters, Unit

T = TypeVar("T")
_MAX_GROUP = 64
_CHECKPOINT_SECONDS = 1.0
#: 64 MB in pages of 4 KB.
_LONG_LOG_PAGES = 16_384
_FEW_PAGES = 4096
_PATIENCE = "PRAGMA busy_timeout=10000"
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    _PATIENCE,
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
    # Checkpoints stall a commit by up to seconds, so they run beside it (`_checkpoint_forever`).
    "PRAGMA wal_autocheckpoint=0",
)


class SqliteConnection:
    """A connection of the embedded database; calls do not suspend."""

    dialect = "sqlite"

    def __init__(self, connection: SyncConnection) -> None:
        self._connection = connection

    async def all(self, statement: Executable, parameters: Parameters = None) -> Sequence[AnyRow]:
        """Every row that the statement yields."""
        return self._connection.execute(statement, parameters).all()

    async def run(self, statement: Executable, parameters: Parameters = None) -> int:
        """Execute a statement; the number of rows changed."""
        return self._connection.execute(statement, parameters).rowcount


class SqliteDatabase:
    """The embedded store: one writing connection, one reading connection."""

    dialect = "sqlite"

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._writer = self._engine.connect()
        self._reader = self._engine.connect()
        self._waiting: deque[tuple[Unit[Any], asyncio.Future[Any]]] = deque()
        self._read_lock = asyncio.Lock()
        self._group_task: asyncio.Task[None] | None = None
        self._checkpoint_task: asyncio.Task[None] | None = None

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit on a snapshot of the committed state."""
        async with self._read_lock:
            self._reader.exec_driver_sql("BEGIN")
            try:
                return await unit(SqliteConnection(self._reader))
            finally:
                self._reader.rollback()

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit with all others that wait now, and commit them together."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, future))
        self._start_tasks()
        return await future

    async def close(self) -> None:
        """Finish what waits, fold the log into the file, and close."""
        if self._group_task is not None:
            await self._group_task
        if self._checkpoint_task is not None:
            self._checkpoint_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._checkpoint_task
        self._writer.close()
        self._reader.close()
        self._engine.dispose()

    def _start_tasks(self) -> None:
        if self._group_task is None or self._group_task.done():
            self._group_task = asyncio.create_task(self._commit_groups())
        if self._checkpoint_task is None:
            self._checkpoint_task = asyncio.create_task(self._checkpoint_forever())

    async def _commit_groups(self) -> None:
        while self._waiting:
            size = min(len(self._waiting), _MAX_GROUP)
            await self._commit_group([self._waiting.popleft() for _ in range(size)])
            await asyncio.sleep(0)

    async def _commit_group(self, group: list[tuple[Unit[Any], asyncio.Future[Any]]]) -> None:
        done: list[tuple[asyncio.Future[Any], Any]] = []
        try:
            self._writer.exec_driver_sql("BEGIN IMMEDIATE")
            for unit, future in group:
                await self._run_in_savepoint(unit, future, done)
            self._writer.commit()
        except Exception as error:
            self._writer.rollback()
            for _, future in group:
                _fail(future, error)
            return
        for future, result in done:
            if not future.done():
                future.set_result(result)

    async def _run_in_savepoint(
        self,
        unit: Unit[Any],
        future: asyncio.Future[Any],
        done: list[tuple[asyncio.Future[Any], Any]],
    ) -> None:
        self._writer.exec_driver_sql("SAVEPOINT unit")
        try:
            done.append((future, await unit(SqliteConnection(self._writer))))
        except Exception as error:
            self._writer.exec_driver_sql("ROLLBACK TO unit")
            _fail(future, error)
        self._writer.exec_driver_sql("RELEASE unit")

    async def _checkpoint_forever(self) -> None:
        while True:
            await asyncio.sleep(_CHECKPOINT_SECONDS)
            await asyncio.to_thread(self._checkpoint)

    def _checkpoint(self) -> None:
        """Copy the log into the file beside the writer, and let a long log begin anew.

        While writing goes on without a pause, the log never begins anew by itself. That holds the
        writer up for what came in since the copy, some milliseconds; it is not tried while a long
        read elsewhere keeps a part of the log from being copied.
        """
        with self._engine.connect() as connection:
            *_, pages, copied = connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()
            if copied > _LONG_LOG_PAGES and pages - copied < _FEW_PAGES:
                connection.exec_driver_sql("PRAGMA busy_timeout=100")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(RESTART)")
                connection.exec_driver_sql(_PATIENCE)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _engine(url: str) -> Engine:
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"check_same_thread": False}, insertmanyvalues_page_size=500
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # SQLAlchemy's own BEGIN is switched off: the units above state theirs.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    return engine
