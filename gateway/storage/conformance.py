"""Queries of the conformance report: messages to sample, counts to add, findings to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.storage.conformance_tables import conformance_finding, conformance_sample
from gateway.storage.session import Connection
from gateway.storage.tables import submission

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SealedMessage:
    """A stored message as it came, still sealed; `row` is the name under which it was sealed."""

    institution: str
    row: str
    received_at: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True)
class DayOfFindings:
    """How often a deviation was seen on a day."""

    institution: str
    day: date
    location: str
    text: str
    severity: str
    count: int


@dataclass(frozen=True, slots=True)
class DayOfSamples:
    """How many messages of a sender were checked on a day, and how many deviated."""

    institution: str
    day: date
    checked: int
    deviating: int


async def message_of(conn: Connection, key: tuple[str, str, str]) -> SealedMessage | None:
    """The stored message of a sender (institution, sending application, control id)."""
    table = submission.c
    query = select(table.received_at, table.raw_sealed).where(
        table.institution == key[0],
        table.sending_application == key[1],
        table.control_id == key[2],
    )
    rows = await conn.all(query)
    return SealedMessage(key[0], "/".join(key), rows[0][0], rows[0][1]) if rows else None


async def add_samples(conn: Connection, samples: Rows, findings: Rows) -> None:
    """Add to the counts of a day."""
    kind = (sqlite if conn.dialect == "sqlite" else postgresql).insert
    for table, rows, counted in (
        (conformance_sample, samples, ("checked", "deviating")),
        (conformance_finding, findings, ("count",)),
    ):
        if not rows:
            continue
        statement = kind(table)
        added = {name: table.c[name] + statement.excluded[name] for name in counted}
        keys = [column.name for column in table.primary_key]
        await conn.run(statement.on_conflict_do_update(index_elements=keys, set_=added), rows)


async def samples_since(conn: Connection, institution: str, since: date) -> list[DayOfSamples]:
    """The days on which messages of a sender were checked, oldest first."""
    table = conformance_sample
    query = select(table).where(table.c.institution == institution, table.c.day >= since)
    return [DayOfSamples(*tuple(row)) for row in await conn.all(query.order_by(table.c.day))]


async def findings_since(conn: Connection, institution: str, since: date) -> list[DayOfFindings]:
    """The deviations of a sender, day by day, oldest first."""
    table = conformance_finding
    query = select(table).where(table.c.institution == institution, table.c.day >= since)
    ordered = query.order_by(table.c.day, table.c.count.desc(), table.c.location, table.c.text)
    return [DayOfFindings(*tuple(row)) for row in await conn.all(ordered)]
