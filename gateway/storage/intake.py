"""Look-ups and bulk writes of the intake: a few statements per batch, whatever its size."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Table,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from gateway.storage.session import Connection
from gateway.storage.tables import (
    imaging_instance,
    imaging_study,
    patient,
    received_code,
    reliance,
    routing,
    submission,
)

SubmissionKey = tuple[str, str, str]
RouteKey = tuple[str, bytes]
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a sender's object lives and how far it has come.

    `person` stands for the patient key since a merge, else it is the same. The times and the digest
    are those of the current version (reports only).
    """

    patient_key: str
    object_id: str
    person: str
    version: int = 0
    issued_at: datetime | None = None
    message_at: datetime | None = None
    first_issued_at: datetime | None = None
    content_digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class StudyPlace:
    """Which patient a study stands under, and whether by more than the sender's silence."""

    patient_key: str
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Reliance:
    """A decision that relies on a report version."""

    decision_id: str
    version: int
    institution: str
    practitioner: str


_ROUTES = select(
    routing.c.institution,
    routing.c.key_hash,
    routing.c.patient_key,
    routing.c.object_id,
    func.coalesce(patient.c.merged_into, routing.c.patient_key),
    routing.c.version,
    routing.c.issued_at,
    routing.c.message_at,
    routing.c.first_issued_at,
    routing.c.content_digest,
).join(patient, patient.c.patient_key == routing.c.patient_key)


async def digests_of(
    conn: Connection, keys: Collection[SubmissionKey]
) -> dict[SubmissionKey, bytes]:
    """The digest of each submission that is already stored."""
    table = submission.c
    key = (table.institution, table.sending_application, table.control_id)
    rows = await conn.all(select(*key, table.digest).where(_among(key, keys)))
    return {(row[0], row[1], row[2]): row[3] for row in rows}


async def routes_of(conn: Connection, keys: Collection[RouteKey]) -> dict[RouteKey, Route]:
    """The route of each sender's number that is known."""
    if not keys:
        return {}
    query = _ROUTES.where(_among((routing.c.institution, routing.c.key_hash), keys))
    return {(row[0], row[1]): Route(*tuple(row)[2:]) for row in await conn.all(query)}


async def study_places(conn: Connection, study_ids: Collection[str]) -> dict[str, StudyPlace]:
    """Where each study stands."""
    if not study_ids:
        return {}
    table = imaging_study.c
    query = select(table.study_id, table.patient_key, table.is_linked)
    rows = await conn.all(query.where(table.study_id.in_(study_ids)))
    return {row[0]: StudyPlace(row[1], row[2]) for row in rows}


async def reliances_on(
    conn: Connection, report_ids: Collection[str]
) -> dict[str, tuple[Reliance, ...]]:
    """The decisions that rely on each report."""
    if not report_ids:
        return {}
    table = reliance.c
    query = select(
        table.report_id, table.decision_id, table.version, table.institution, table.practitioner
    )
    found: dict[str, tuple[Reliance, ...]] = {}
    for row in await conn.all(query.where(table.report_id.in_(report_ids))):
        found[row[0]] = (*found.get(row[0], ()), Reliance(*tuple(row)[1:]))
    return found


async def insert_rows(conn: Connection, table: Table, rows: Rows) -> None:
    """Insert rows of equal shape; a key that exists is an error."""
    if rows:
        await conn.run(_insertion(table), rows)


async def insert_new(conn: Connection, table: Table, rows: Rows) -> None:
    """Insert the rows whose key does not exist; the others stay as they are."""
    if rows:
        await conn.run(_insert(conn.dialect, table).on_conflict_do_nothing(), rows)


async def upsert_rows(conn: Connection, table: Table, rows: Rows) -> None:
    """Insert rows, or replace every other column where the key exists."""
    if rows:
        await conn.run(_upsertion(conn.dialect, table, tuple(rows[0])), rows)


@cache
def _insertion(table: Table) -> Insert:
    return insert(table)


@cache
def _upsertion(dialect: str, table: Table, names: tuple[str, ...]) -> Insert:
    statement = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    updated: Insert = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    return updated


async def count_codes(conn: Connection, rows: Rows) -> None:
    """Add to the counts of local codes received."""
    if not rows:
        return
    statement = _insert(conn.dialect, received_code)
    keys = [column.name for column in received_code.primary_key]
    changed = {
        "count": received_code.c.count + statement.excluded["count"],
        "local_name": statement.excluded.local_name,
        "last_seen": func.coalesce(statement.excluded.last_seen, received_code.c.last_seen),
    }
    await conn.run(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


_MOVE_STUDY = (
    update(imaging_study)
    .where(
        imaging_study.c.patient_key == bindparam("old_key"),
        imaging_study.c.study_id == bindparam("study"),
    )
    .values(patient_key=bindparam("new_key"), is_linked=True)
)


async def move_studies(conn: Connection, rows: Rows) -> None:
    """Put studies under another patient: rows of `study`, `old_key`, `new_key`."""
    if rows:
        await conn.run(_MOVE_STUDY, rows)


async def instances_of_studies(
    conn: Connection, studies: Collection[tuple[str, str]]
) -> list[tuple[str, str, str, bytes]]:
    """(institution, study UID, SOP Instance UID, sealed header) of every instance stored."""
    table = imaging_instance.c
    key = (table.institution, table.study_instance_uid)
    columns = (*key, table.sop_instance_uid, table.header_sealed)
    query = select(*columns).where(_among(key, studies))
    return [(row[0], row[1], row[2], row[3]) for row in await conn.all(query)]


def _among(
    columns: tuple[ColumnElement[Any], ...], keys: Collection[tuple[Any, ...]]
) -> ColumnElement[bool]:
    """Whether the columns are one of the keys, of which there is at least one.

    Not as a comparison of rows, for which SQLite reads the whole table: keys with the same
    beginning, such as one sender's, become one list that either database looks up by its index.
    """
    endings: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for *beginning, ending in keys:
        endings[tuple(beginning)].append(ending)
    *leading, last = columns
    groups = (
        and_(*(c == v for c, v in zip(leading, beginning, strict=True)), last.in_(found))
        for beginning, found in endings.items()
    )
    return or_(*groups)


def _insert(dialect: str, table: Table) -> Any:
    """The dialect's INSERT, which knows ON CONFLICT."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)
