"""Queries of the outbox: what waits for somebody outside, and that it was delivered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from gateway.storage.session import Connection
from gateway.storage.tables import outbox


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that waits, still sealed."""

    outbox_id: str
    kind: str
    institution: str
    sealed: bytes


async def undelivered(
    conn: Connection, kind: str, institutions: Collection[str], limit: int
) -> list[Notice]:
    """The oldest notices of a kind that wait for these institutions."""
    if not institutions:
        return []
    table = outbox.c
    query = select(table.outbox_id, table.kind, table.institution, table.content_sealed).where(
        table.kind == kind, table.institution.in_(institutions), table.delivered_at.is_(None)
    )
    rows = await conn.all(query.order_by(table.outbox_id).limit(limit))
    return [Notice(*tuple(row)) for row in rows]


async def mark_delivered(conn: Connection, outbox_id: str, at: datetime) -> None:
    """Note that the other side has it."""
    await conn.run(update(outbox).where(outbox.c.outbox_id == outbox_id).values(delivered_at=at))
