"""Reminders of visits that are not closed, page by page; nothing here writes."""

from datetime import datetime

from sqlalchemy import exists, literal, select, tuple_

from gateway.storage.reminders import StoredReminder
from gateway.storage.session import Connection
from gateway.storage.tables import Instant, event, reminder


async def open_reminders(
    conn: Connection,
    since: datetime,
    closing_event: str,
    last: StoredReminder | None,
    limit: int,
) -> list[StoredReminder]:
    """The next page of reminders made since an instant whose visit no event has closed.

    `last` is the end of the page before, None for the first one.
    """
    column = reminder.c
    closed = exists().where(
        event.c.institution == column.institution,
        event.c.visit_hash == column.visit_hash,
        event.c.name == closing_event,
    )
    query = select(reminder).where(column.created_at >= since, ~closed)
    if last is not None:
        place = tuple_(literal(last.created_at, Instant), literal(last.reminder_id))
        query = query.where(tuple_(column.created_at, column.reminder_id) > place)
    rows = await conn.all(query.order_by(column.created_at, column.reminder_id).limit(limit))
    return [
        StoredReminder(
            row.patient_key, row.reminder_id, row.institution, row.visit_hash, row.created_at,
            row.content_sealed,
        )
        for row in rows
    ]  # fmt: skip
