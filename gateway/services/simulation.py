"""What-if: the stored reminders of a period determined again under other rules. Changes nothing.

The store is read page by page on the event loop; opening, determining and counting happen in one
process per core. Only a few pages are under way at a time, so memory stays flat.
"""

import asyncio
import multiprocessing
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from gateway.canonical.recognition import EventName
from gateway.errors import InvalidRequest
from gateway.security.key_ring import KeyRing
from gateway.services.simulation_tally import Tally
from gateway.services.simulation_worker import Accepted, WhatIf, prepare, tally_page
from gateway.storage.read_only import Reader
from gateway.storage.reminder_history import (
    PastDecision,
    PastReminder,
    ReminderPeriod,
    count_reminders,
    decisions_on,
    reminders_after,
)
from gateway.storage.session import Connection, Unit
from rules.installed import load_policies
from rules.parameter_changes import InvalidChange, changed_policies
from rules.policy import NoPolicyInForce

_PAGE = 400
_PAGES_PER_WORKER = 3
_DECISIONS = (
    EventName.RECOGNITION_ACCEPTED,
    EventName.RECOGNITION_REJECTED,
    EventName.RECOGNITION_UNDONE,
)

#: Called with the reminders done so far and all of the period.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Page:
    """Some reminders, and what was accepted of them."""

    reminders: Sequence[PastReminder]
    accepted: Accepted


def require_answerable(question: WhatIf) -> None:
    """Refuse a question about parameters or policies that there are not.

    Raises:
        InvalidRequest: an unknown parameter or policy, a text that is no value of its parameter.
    """
    try:
        policies = changed_policies(load_policies(), question.changes)
        if question.policy is not None:
            policies.policy(question.policy)
    except (InvalidChange, NoPolicyInForce) as fault:
        raise InvalidRequest(str(fault)) from None


async def simulate(
    reader: Reader,
    ring: KeyRing,
    period: ReminderPeriod,
    question: WhatIf,
    workers: int,
    progress: Progress,
) -> Tally:
    """Count how the outcomes of the period's reminders would move.

    Args:
        reader: the store.
        ring: the keys it is encrypted with.
        period: which reminders.
        question: what would be different.
        workers: how many processes determine.
        progress: told of every page that is done.

    Raises:
        InvalidRequest: the question cannot be answered, see `require_answerable`; or a line was
            determined by a policy that is not installed any more.
        UnreadableField: these keys are not those of the store.
    """
    require_answerable(question)
    total, tally = await reader.read(lambda conn: count_reminders(conn, period)), Tally()
    progress(0, total)
    # A fresh interpreter per worker: a copy of this process would hold its connections too.
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawned, prepare, (ring, question)) as pool:
        async for part in _tallies(pool, _pages(reader, period), workers * _PAGES_PER_WORKER):
            tally.merge(part)
            progress(tally.reminders, total)
    return tally


async def _tallies(
    pool: ProcessPoolExecutor, pages: AsyncIterator[_Page], most: int
) -> AsyncIterator[Tally]:
    """The counts of each page, in order; at most so many pages are under way at a time."""
    under_way: deque[asyncio.Future[Tally]] = deque()
    async for page in pages:
        under_way.append(_sent(pool, page))
        if len(under_way) == most:
            yield await _answered(under_way.popleft())
    while under_way:
        yield await _answered(under_way.popleft())


def _sent(pool: ProcessPoolExecutor, page: _Page) -> asyncio.Future[Tally]:
    loop = asyncio.get_running_loop()
    return loop.run_in_executor(pool, tally_page, page.reminders, page.accepted)


async def _answered(page: asyncio.Future[Tally]) -> Tally:
    try:
        return await page
    except NoPolicyInForce as fault:
        raise InvalidRequest(str(fault)) from None


async def _pages(reader: Reader, period: ReminderPeriod) -> AsyncIterator[_Page]:
    last: PastReminder | None = None
    while True:
        page = await reader.read(_page_after(period, last))
        if not page.reminders:
            return
        yield page
        last = page.reminders[-1]


def _page_after(period: ReminderPeriod, last: PastReminder | None) -> Unit[_Page]:
    async def unit(conn: Connection) -> _Page:
        reminders = await reminders_after(conn, period, last, _PAGE)
        keys = {each.patient_key for each in reminders}
        return _Page(reminders, standing(await decisions_on(conn, keys, _DECISIONS)))

    return unit


def standing(decisions: Sequence[PastDecision]) -> dict[tuple[str, str], int | None]:
    """The acceptances that nobody undid or turned round, with their price.

    Args:
        decisions: of some patients, in the order in which they happened; the key is that of the
            indicators: institution, visit and line.
    """
    last = {(each.institution, each.visit_hash, each.line_key): each for each in decisions}
    return {
        (each.reminder_id, each.line_key): each.price_fen
        for each in last.values()
        if each.name == EventName.RECOGNITION_ACCEPTED
    }
