"""Queries of merges: how the records of a person became one, and how they are parted again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from gateway.storage.person_tables import patient_merge
from gateway.storage.session import Connection
from gateway.storage.tables import patient, patient_identifier, reliance, reminder, report_version

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class StoredMerge:
    """A merge in force: `other` became a part of `person`."""

    person: str
    merge_id: str
    other: str
    kept_hash: bytes
    retired_hash: bytes


@dataclass(frozen=True, slots=True)
class HeldReport:
    """The current version of a report under a patient key, still sealed."""

    patient_key: str
    report_id: str
    version: int
    kind: str
    sealed: bytes


async def merges_among(conn: Connection, keys: Collection[str]) -> list[StoredMerge]:
    """The merges in force between these patient keys, oldest first."""
    table = patient_merge.c
    query = select(
        table.patient_key, table.merge_id, table.other, table.kept_hash, table.retired_hash
    ).where(
        or_(table.patient_key.in_(keys), table.other.in_(keys)), table.undone_at.is_(None)
    )  # fmt: skip
    return [StoredMerge(*row) for row in await conn.all(query.order_by(table.merge_id))]


async def identifiers_of(conn: Connection, keys: Collection[str]) -> dict[bytes, str]:
    """The patient key under which each identifier of these keys stands, merges set aside."""
    table = patient_identifier.c
    query = select(table.identifier_hash, table.patient_key).where(table.patient_key.in_(keys))
    return {row[0]: row[1] for row in await conn.all(query)}


async def current_reports(conn: Connection, keys: Collection[str]) -> list[HeldReport]:
    """The current version of every report that stands under these keys."""
    table = report_version.c
    query = select(
        table.patient_key, table.report_id, table.version, table.kind, table.content_sealed
    ).where(table.patient_key.in_(keys), table.is_stale.is_(False))
    rows = await conn.all(query.order_by(table.report_id, table.version))
    return list({row[1]: HeldReport(*tuple(row)) for row in rows}.values())


async def note_merges(conn: Connection, rows: Rows) -> None:
    """Keep how persons became one."""
    if rows:
        await conn.run(insert(patient_merge), rows)


_UNDO = (
    update(patient_merge)
    .where(
        patient_merge.c.patient_key == bindparam("person"),
        patient_merge.c.merge_id == bindparam("merge"),
    )
    .values(undone_at=bindparam("at"))
)
_ROOT = (
    update(patient)
    .where(patient.c.patient_key == bindparam("part"))
    .values(merged_into=bindparam("root"))
)
_MOVE_IDENTIFIER = (
    update(patient_identifier)
    .where(patient_identifier.c.identifier_hash == bindparam("moved"))
    .values(patient_key=bindparam("person"))
)


async def part_persons(conn: Connection, undone: Rows, roots: Rows, moved: Rows) -> None:
    """Take merges back: rows of (person, merge, at), (part, root) and (moved, person)."""
    for statement, rows in ((_UNDO, undone), (_ROOT, roots), (_MOVE_IDENTIFIER, moved)):
        if rows:
            await conn.run(statement, rows)


async def decisions_relying_on(
    conn: Connection, keys: Collection[str]
) -> list[tuple[str, str, str, str]]:
    """(institution, practitioner, decision, report) of whoever relies on reports of these keys."""
    table = reliance.c
    query = select(
        table.institution, table.practitioner, table.decision_id, table.report_id
    ).where(table.patient_key.in_(keys))  # fmt: skip
    rows = await conn.all(query.order_by(table.decision_id, table.report_id))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def reminders_since(
    conn: Connection, keys: Collection[str], since: datetime
) -> list[tuple[str, str]]:
    """(institution, reminder) of every reminder about these keys since an instant."""
    table = reminder.c
    query = select(table.institution, table.reminder_id).where(
        table.patient_key.in_(keys), table.created_at >= since
    )
    return [(row[0], row[1]) for row in await conn.all(query.order_by(table.reminder_id))]
