"""The append-only event log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, func, insert, or_, select

from gateway.storage.session import Connection
from gateway.storage.tables import event, patient


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One event with its dimensions; times in UTC, price in fen (0.01 CNY).

    (institution, visit_hash, line_key) is the key over which indicators count. outcome is that of
    the determination; inferred_exception: an exception was inferred, not declared.
    """

    patient_key: str
    event_id: str
    name: str
    at: datetime
    institution: str
    department: str = ""
    practitioner: str = ""
    visit_hash: bytes
    line_key: str = ""
    item_code: str = ""
    outcome: str = ""
    inferred_exception: bool = False
    reminder_id: str = ""
    source_institution: str = ""
    report_id: str = ""
    report_version: int = 0
    price_fen: int | None = None
    detail: str = ""


_NAMES = [field.name for field in fields(StoredEvent)]
_COLUMNS = [event.c[name] for name in _NAMES]
_APPEND = insert(event)
_PERSONS: BindParameter[str] = bindparam("persons", expanding=True)
_OF_PERSONS = (
    select(func.coalesce(patient.c.merged_into, patient.c.patient_key), *_COLUMNS)
    .join(event, event.c.patient_key == patient.c.patient_key)
    .where(or_(patient.c.patient_key.in_(_PERSONS), patient.c.merged_into.in_(_PERSONS)))
    .order_by(event.c.at, event.c.event_id)
)


async def append_events(conn: Connection, events: Sequence[StoredEvent]) -> None:
    """Append events inside the caller's transaction."""
    if events:
        rows = [{name: getattr(each, name) for name in _NAMES} for each in events]
        await conn.run(_APPEND, rows)


async def events_of_cohort(
    conn: Connection, start: datetime, end: datetime, institutions: Collection[str] | None
) -> list[StoredEvent]:
    """The events of the half-open period, of some institutions or of all."""
    query = select(*_COLUMNS).where(event.c.at >= start, event.c.at < end)
    if institutions is not None:
        query = query.where(event.c.institution.in_(institutions))
    return _events(await conn.all(query.order_by(event.c.at, event.c.event_id)))


async def events_of_visit(
    conn: Connection, institution: str, visit_hash: bytes
) -> list[StoredEvent]:
    """The events of one visit in order."""
    query = select(*_COLUMNS).where(
        event.c.institution == institution, event.c.visit_hash == visit_hash
    )
    return _events(await conn.all(query.order_by(event.c.at, event.c.event_id)))


async def events_of_persons(
    conn: Connection, persons: Collection[str], since: datetime
) -> dict[str, list[StoredEvent]]:
    """The events of some persons since an instant, in order, those of absorbed ones with them."""
    if not persons:
        return {}
    rows = await conn.all(_OF_PERSONS, {"persons": list(persons)})
    found: dict[str, list[StoredEvent]] = {}
    for person, each in zip(
        (row[0] for row in rows), _events([row[1:] for row in rows]), strict=True
    ):
        # Not a condition of the statement: a database might then go by the time, not the person.
        if each.at >= since:
            found.setdefault(person, []).append(each)
    return found


def _events(rows: Sequence[object]) -> list[StoredEvent]:
    return [StoredEvent(**dict(zip(_NAMES, row, strict=True))) for row in rows]  # type: ignore[call-overload]
