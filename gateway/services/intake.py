"""The intake of messages: everything that waits while a commit runs shares the next commit.

Nothing is answered before its commit has ended. A fault that one submission causes in the store
is isolated by taking the batch apart; the others are not held up.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from gateway.canonical.intake import Receipt, ReceiptStatus, Submission
from gateway.log import get_logger
from gateway.services.changed_persons import tell_of_changed_persons
from gateway.services.intake_batch import IntakeBatch
from gateway.services.intake_state import load_state
from gateway.services.order_following import OrderFollowing
from gateway.services.received_codes import ReceivedCodes
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database

_log = get_logger("intake")
_FAILED = Receipt(
    ReceiptStatus.FAILED, "storage_unavailable", hint="nothing was stored; send again"
)
#: Another process may create the same patient at the same instant; the second look finds it.
_ATTEMPTS = 3
#: Turns of the loop that a message takes from its socket to the intake.
_IDLE_TURNS = 3

Waiting = tuple[Submission, asyncio.Future[Receipt]]


class IntakeService:
    """Takes submissions from every connection and stores them in batches, in order of arrival."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        codes: ReceivedCodes,
        following: OrderFollowing,
        batch_size: int,
    ) -> None:
        self._database = database
        self._following = following
        self._sealer = sealer
        self._codes = codes
        self._batch_size = batch_size
        self._waiting: deque[Waiting] = deque()
        self._task: asyncio.Task[None] | None = None

    async def receive(self, message: Submission) -> Receipt:
        """Store a submission; the receipt is given after the commit."""
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work_off())
        return await future

    async def close(self) -> None:
        """Finish what waits."""
        if self._task is not None:
            await self._task

    async def _work_off(self) -> None:
        while self._waiting:
            await self._let_in()
            batch = self._next_batch()
            receipts = await self._store_or_isolate([message for message, _ in batch])
            for (_, future), receipt in zip(batch, receipts, strict=True):
                if not future.done():
                    future.set_result(receipt)

    async def _let_in(self) -> None:
        """Let the sockets be read until nothing more comes at once, so that batches are large.

        A commit costs the same whatever it holds. No timer: a single message waits for a few idle
        turns of the loop, some ten microseconds.
        """
        idle_turns = 0
        while idle_turns < _IDLE_TURNS and len(self._waiting) < self._batch_size:
            before = len(self._waiting)
            await asyncio.sleep(0)
            idle_turns = 0 if len(self._waiting) > before else idle_turns + 1

    def _next_batch(self) -> list[Waiting]:
        """What is stored together. A merge stands alone, so that it sees all that came before."""
        batch = [self._waiting.popleft()]
        while self._waiting and len(batch) < self._batch_size:
            if batch[0][0].merges or self._waiting[0][0].merges:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _store_or_isolate(self, messages: Sequence[Submission]) -> list[Receipt]:
        try:
            return await self._store(messages)
        except Exception as error:
            _log.error("batch failed", error_type=type(error).__name__, batch=len(messages))
        if len(messages) == 1:
            return [_FAILED]
        return [receipt for each in messages for receipt in await self._store_or_isolate([each])]

    async def _store(self, messages: Sequence[Submission]) -> list[Receipt]:
        for attempt in range(_ATTEMPTS):
            try:
                receipts = await self._database.write(lambda conn: self._take(conn, messages))
            except IntegrityError:
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                self._codes.saw(messages, receipts)
                return receipts
        raise AssertionError("unreachable")  # pragma: no cover - the loop returns or raises

    async def _take(self, conn: Connection, messages: Sequence[Submission]) -> list[Receipt]:
        state = await load_state(conn, messages, self._sealer)
        batch = IntakeBatch(state, self._sealer, self._following)
        receipts = [batch.take(message) for message in messages]
        await state.rows.write(conn)
        await tell_of_changed_persons(conn, self._sealer, state.changed)
        return receipts
