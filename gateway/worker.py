"""What runs beside the requests: the register follows imports, counts are written out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from gateway.log import get_logger
from gateway.services.received_codes import ReceivedCodes
from gateway.services.registry import RegistryHolder
from gateway.storage.session import Database

_log = get_logger("worker")
_REFRESH_SECONDS = 2.0
_FLUSH_SECONDS = 5.0
#: Work, and the seconds between its rounds.
Periodic = tuple[float, Callable[[], Awaitable[object]]]


@asynccontextmanager
async def background_work(
    database: Database,
    registry: RegistryHolder,
    codes: ReceivedCodes,
    further: Iterable[Periodic],
) -> AsyncIterator[None]:
    """Run the periodic work while the body runs; write the last counts at the end.

    further: work beyond the register's and the counts'.
    """

    async def refresh() -> None:
        await database.read(registry.refresh_if_changed)

    tasks = [
        asyncio.create_task(_every(_REFRESH_SECONDS, refresh)),
        asyncio.create_task(_every(_FLUSH_SECONDS, lambda: codes.flush(database))),
        *(asyncio.create_task(_every(seconds, work)) for seconds, work in further),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await codes.flush(database)


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception as error:  # the next round may find the store again
            _log.warning("periodic work failed", error_type=type(error).__name__)
