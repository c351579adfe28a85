"""Stored reminders of a period, in order of time and page by page; nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal, select, tuple_

from gateway.storage.session import Connection
from gateway.storage.tables import Instant, event, reminder


@dataclass(frozen=True, slots=True)
class ReminderPeriod:
    """A half-open period of instants, of one institution or of all."""

    start: datetime
    end: datetime
    institution: str | None = None

    def includes(self) -> ColumnElement[bool]:
        """Whether a row of the reminder table belongs to it."""
        column = reminder.c
        within = and_(column.created_at >= self.start, column.created_at < self.end)
        return within if self.institution is None else within & (
            column.institution == self.institution
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PastReminder:
    """A stored reminder, still sealed."""

    created_at: datetime
    reminder_id: str
    patient_key: str
    institution: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision event: its line, and of an acceptance the receiver's price (fen), if any."""

    visit_hash: bytes
    institution: str
    line_key: str
    name: str
    reminder_id: str
    price_fen: int | None


async def count_reminders(conn: Connection, period: ReminderPeriod) -> int:
    """How many reminders the period holds."""
    query = select(func.count()).select_from(reminder).where(period.includes())
    return int((await conn.all(query))[0][0])


async def reminders_after(
    conn: Connection, period: ReminderPeriod, last: PastReminder | None, limit: int
) -> list[PastReminder]:
    """The next page of the period, oldest first; `last` is the end of the page before."""
    column = reminder.c
    query = select(
        column.created_at, column.reminder_id, column.patient_key, column.institution,
        column.content_sealed,
    ).where(period.includes())  # fmt: skip
    if last is not None:
        place = tuple_(literal(last.created_at, Instant), literal(last.reminder_id))
        query = query.where(tuple_(column.created_at, column.reminder_id) > place)
    query = query.order_by(column.created_at, column.reminder_id).limit(limit)
    return [PastReminder(*row) for row in await conn.all(query)]


async def decisions_on(
    conn: Connection, patient_keys: Collection[str], names: Collection[str]
) -> list[PastDecision]:
    """The decision events about these patients, in the order in which they happened."""
    column = event.c
    query = select(
        column.visit_hash, column.institution, column.line_key, column.name, column.reminder_id,
        column.price_fen,
    ).where(column.patient_key.in_(patient_keys), column.name.in_(names))  # fmt: skip
    rows = await conn.all(query.order_by(column.at, column.event_id))
    return [PastDecision(*row) for row in rows]
