"""Queries of the reminder path: candidates in one statement, reminders, decisions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    CompoundSelect,
    Integer,
    bindparam,
    insert,
    literal,
    null,
    select,
    union_all,
)

from gateway.storage.intake import upsert_rows
from gateway.storage.session import AnyRow, Connection
from gateway.storage.tables import (
    Instant,
    decision,
    imaging_study,
    offer,
    reliance,
    reminder,
    report_version,
)

STUDY = "study"


@dataclass(frozen=True, slots=True)
class Held:
    """A report version or a study as the store holds it, still sealed.

    kind: `lab`, `imaging` or `study`; seen_at: arrival of the version, or of the last instance.
    """

    kind: str
    id: str
    version: int
    institution: str
    status: str
    seen_at: datetime
    first_issued_at: datetime | None
    sealed: bytes


@dataclass(frozen=True, slots=True)
class StoredReminder:
    """A reminder as the store holds it, still sealed."""

    patient_key: str
    reminder_id: str
    institution: str
    visit_hash: bytes
    created_at: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as the store holds it, still sealed."""

    decision_id: str
    line_key: str
    reminder_id: str
    state: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class StoredOffer:
    """That a reminder offered something of a patient, in a visit."""

    patient_key: str
    reminder_id: str
    visit_hash: bytes
    offered_at: datetime


def _held_query() -> CompoundSelect[*tuple[Any, ...]]:
    report, study = report_version.c, imaging_study.c
    keys: BindParameter[str] = bindparam("keys", expanding=True)
    since: BindParameter[datetime] = bindparam("since")
    receiver: BindParameter[str] = bindparam("receiver")
    reports = select(
        report.kind, report.report_id, report.version, report.institution, report.status,
        report.arrived_at, report.first_issued_at, report.is_stale, report.content_sealed,
    ).where(
        report.patient_key.in_(keys), report.relevant_at >= since, report.institution != receiver
    )  # fmt: skip
    studies = select(
        literal(STUDY), study.study_id, literal(1, Integer), study.institution, literal(""),
        study.last_received_at, null().cast(Instant), literal(False, Boolean),
        study.summary_sealed,
    ).where(
        study.patient_key.in_(keys), study.relevant_at >= since, study.institution != receiver
    )  # fmt: skip
    return union_all(reports, studies)


# Statements of the hot path are built once: building one takes as long as running it.
_HELD = _held_query()
_DECISIONS = (
    select(
        decision.c.decision_id,
        decision.c.line_key,
        decision.c.reminder_id,
        decision.c.state,
        decision.c.content_sealed,
    )
    .where(
        decision.c.patient_key.in_(bindparam("keys", expanding=True)),
        decision.c.visit_hash == bindparam("visit"),
    )
    .order_by(decision.c.decision_id)
)
_KEEP = insert(reminder)


async def held_by(
    conn: Connection, patient_keys: Collection[str], since: datetime, receiver: str
) -> list[Held]:
    """What other institutions hold of a patient since an instant, newest current versions only."""
    values = {"keys": list(patient_keys), "since": since, "receiver": receiver}
    return _newest(await conn.all(_HELD, values))


def _newest(rows: Sequence[AnyRow]) -> list[Held]:
    """The newest version of each that is not a late older one; corrections are few."""
    newest: dict[str, Held] = {}
    for kind, id_, version, institution, status, seen_at, issued_at, is_stale, sealed in rows:
        known = newest.get(id_)
        if not is_stale and (known is None or known.version < version):
            newest[id_] = Held(kind, id_, version, institution, status, seen_at, issued_at, sealed)
    return list(newest.values())


async def store_reminder(conn: Connection, stored: StoredReminder) -> None:
    """Keep a reminder."""
    await conn.run(
        _KEEP,
        {
            "patient_key": stored.patient_key,
            "reminder_id": stored.reminder_id,
            "institution": stored.institution,
            "visit_hash": stored.visit_hash,
            "created_at": stored.created_at,
            "content_sealed": stored.sealed,
        },
    )


async def find_reminder(conn: Connection, reminder_id: str) -> StoredReminder | None:
    """The reminder of that id."""
    rows = await conn.all(select(reminder).where(reminder.c.reminder_id == reminder_id))
    return StoredReminder(*tuple(rows[0])) if rows else None


async def reminders_of_visit(
    conn: Connection, institution: str, visit_hash: bytes
) -> list[StoredReminder]:
    """The reminders of one visit, oldest first."""
    query = select(reminder).where(
        reminder.c.institution == institution, reminder.c.visit_hash == visit_hash
    )
    rows = await conn.all(query.order_by(reminder.c.reminder_id))
    return [StoredReminder(*tuple(row)) for row in rows]


async def store_offers(conn: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Note what a reminder offered; the newest offer of a report to an institution counts."""
    await upsert_rows(conn, offer, rows)


async def find_offer(conn: Connection, report_id: str, institution: str) -> StoredOffer | None:
    """The newest offer of a report (or study) to an institution."""
    table = offer.c
    query = select(
        table.patient_key, table.reminder_id, table.visit_hash, table.offered_at
    ).where(table.report_id == report_id, table.institution == institution)  # fmt: skip
    rows = await conn.all(query.order_by(table.offered_at.desc()).limit(1))
    return StoredOffer(*tuple(rows[0])) if rows else None


async def decisions_of_visit(
    conn: Connection, patient_keys: Collection[str], visit_hash: bytes
) -> dict[str, StoredDecision]:
    """The newest decision on each line of a visit, by line key."""
    rows = await conn.all(_DECISIONS, {"keys": list(patient_keys), "visit": visit_hash})
    return {row[1]: StoredDecision(*tuple(row)) for row in rows}


async def store_decision(conn: Connection, row: dict[str, object]) -> None:
    """Append a decision."""
    await conn.run(insert(decision), row)


async def store_reliances(conn: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Note which report versions a decision relies on."""
    if rows:
        await conn.run(insert(reliance), rows)
