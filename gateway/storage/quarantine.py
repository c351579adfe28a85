"""Reading the quarantine and noting what a replay did."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, insert, select

from gateway.storage.session import Connection
from gateway.storage.tables import quarantine, quarantine_outcome


@dataclass(frozen=True, slots=True)
class StoredQuarantine:
    """A quarantined message, still sealed; last_status is that of the newest replay, "" if none."""

    quarantine_id: str
    protocol: str
    institution: str
    received_at: datetime
    reason: str
    location: str
    hint: str
    digest: bytes
    sealed: bytes
    last_status: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the work list, without its bytes; status is that of the newest replay."""

    quarantine_id: str
    protocol: str
    institution: str
    control_id: str
    received_at: datetime
    reason: str
    location: str
    hint: str
    digest: bytes
    status: str
    replayed_at: datetime | None
    replay_reason: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: None is any; statuses are those of the newest replay, "" for none."""

    institution: str | None = None
    statuses: Collection[str] | None = None
    reason: str | None = None
    location: str | None = None


_newest = (
    select(
        quarantine_outcome.c.quarantine_id,
        func.max(quarantine_outcome.c.replayed_at).label("replayed_at"),
    )
    .group_by(quarantine_outcome.c.quarantine_id)
    .subquery()
)
_STATUS = func.coalesce(quarantine_outcome.c.status, "")
_ENTRIES = quarantine.outerjoin(
    _newest, _newest.c.quarantine_id == quarantine.c.quarantine_id
).outerjoin(
    quarantine_outcome,
    and_(
        quarantine_outcome.c.quarantine_id == _newest.c.quarantine_id,
        quarantine_outcome.c.replayed_at == _newest.c.replayed_at,
    ),
)


async def find_quarantined(conn: Connection, quarantine_id: str) -> StoredQuarantine | None:
    """The quarantined message of that id."""
    table = quarantine.c
    query = (
        select(
            table.quarantine_id, table.protocol, table.institution, table.received_at,
            table.reason, table.location, table.hint, table.digest, table.body_sealed, _STATUS,
        )
        .select_from(_ENTRIES)
        .where(table.quarantine_id == quarantine_id)
    )  # fmt: skip
    rows = await conn.all(query)
    return StoredQuarantine(*tuple(rows[0])) if rows else None


async def list_quarantined(
    conn: Connection, wanted: Wanted, limit: int, before: str | None
) -> list[Listed]:
    """The newest entries first, those older than `before`."""
    table = quarantine.c
    columns: tuple[ColumnElement[Any], ...] = (
        table.quarantine_id, table.protocol, table.institution, table.control_id,
        table.received_at, table.reason, table.location, table.hint, table.digest, _STATUS,
        quarantine_outcome.c.replayed_at, func.coalesce(quarantine_outcome.c.reason, ""),
    )  # fmt: skip
    query = _narrowed(select(*columns), wanted)
    if before is not None:
        query = query.where(table.quarantine_id < before)
    ordered = query.order_by(table.quarantine_id.desc()).limit(limit)
    return [Listed(*tuple(row)) for row in await conn.all(ordered)]


async def count_quarantined(
    conn: Connection, wanted: Wanted
) -> list[tuple[str, str, str, str, int]]:
    """(institution, reason, location, status of the newest replay, count), most frequent first."""
    table = quarantine.c
    columns: tuple[ColumnElement[Any], ...] = (
        table.institution, table.reason, table.location, _STATUS,
    )  # fmt: skip
    count = func.count()
    query = _narrowed(select(*columns, count), wanted).group_by(*columns)
    rows = await conn.all(query.order_by(count.desc(), *columns))
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    table = quarantine.c
    query = query.select_from(_ENTRIES)
    if wanted.institution is not None:
        query = query.where(table.institution == wanted.institution)
    if wanted.statuses is not None:
        query = query.where(_STATUS.in_(wanted.statuses))
    if wanted.reason is not None:
        query = query.where(table.reason == wanted.reason)
    if wanted.location is not None:
        query = query.where(table.location == wanted.location)
    return query


async def note_replay(
    conn: Connection, quarantine_id: str, at: datetime, status: str, reason: str
) -> None:
    """Append what became of a replay."""
    row = {"quarantine_id": quarantine_id, "replayed_at": at, "status": status, "reason": reason}
    await conn.run(insert(quarantine_outcome), row)
