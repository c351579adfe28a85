"""What a patient holds at other institutions, found by exact identifiers and opened."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.canonical.imaging import ImagingReport
from gateway.canonical.lab import LabReport
from gateway.canonical.order import ReminderRequest
from gateway.canonical.patient import Patient
from gateway.canonical.recognition import EventName
from gateway.canonical.study import StudySummary
from gateway.services.claims import claims_of
from gateway.services.held import Held, HeldImagingReport, HeldLabReport, HeldStudy
from gateway.services.intake_state import load_persons
from gateway.services.patient_linking import Match, link
from gateway.storage import reminders as store
from gateway.storage.events import events_of_visit
from gateway.storage.patients import keys_of_persons
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection

#: Grounds for a repeat that speak of a result the physician has opened (四（三）4, 5).
_SPEAK_OF_VIEWED = frozenset({"E04", "E05"})


@dataclass(frozen=True, slots=True)
class StandingDecision:
    """The decision that stands on a line, with the versions it was made on."""

    state: str
    reports: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is known of a patient for one reminder.

    person is "" unless the match is exact. viewed: reports opened in this visit, None if nobody
    needs to know.
    """

    match: Match
    person: str = ""
    held: tuple[Held, ...] = ()
    decisions: dict[str, StandingDecision] | None = None
    viewed: frozenset[str] | None = None


async def load_holdings(
    conn: Connection, sealer: Sealer, request: ReminderRequest, since: datetime, visit: bytes
) -> Holdings:
    """Find the patient and what others hold of him since an instant."""
    match, persons = await _persons(conn, sealer, request.patient)
    if match is not Match.EXACT:
        return Holdings(match)
    keys = await keys_of_persons(conn, persons)
    held = await held_of(conn, sealer, keys, since, request.institution)
    decided = await store.decisions_of_visit(conn, keys, visit)
    return Holdings(
        match,
        persons[0],
        held,
        {key: _standing(sealer, each) for key, each in decided.items()},
        await _viewed(conn, request, visit),
    )


async def held_of(
    conn: Connection, sealer: Sealer, keys: Collection[str], since: datetime, receiver: str
) -> tuple[Held, ...]:
    """What institutions other than the receiver hold under these patient keys, opened."""
    rows = await store.held_by(conn, keys, since, receiver)
    return tuple(_opened(sealer, row) for row in rows)


async def _persons(
    conn: Connection, sealer: Sealer, patient: Patient
) -> tuple[Match, tuple[str, ...]]:
    known = await load_persons(conn, sealer, [patient.identifiers])
    found = link(claims_of(sealer, patient.identifiers), known)
    if found.match is Match.EXACT:
        return found.match, (found.person, *found.absorb)
    return (Match.CONFLICT if found.match is Match.CONFLICT else Match.NONE), ()


async def _viewed(
    conn: Connection, request: ReminderRequest, visit: bytes
) -> frozenset[str] | None:
    """The reports opened in this visit, looked up only where a declaration speaks of it."""
    declared = {each.code for line in request.orders for each in line.declared}
    if declared.isdisjoint(_SPEAK_OF_VIEWED):
        return None
    events = await events_of_visit(conn, request.institution, visit)
    return frozenset(each.report_id for each in events if each.name == EventName.REPORT_VIEWED)


def _opened(sealer: Sealer, row: store.Held) -> Held:
    if row.kind == store.STUDY:
        summary = sealer.open_record("imaging_study", row.id, StudySummary, row.sealed)
        return HeldStudy(row.id, summary, row.seen_at)
    row_id = f"{row.id}/{row.version}"
    if row.kind == "imaging":
        imaging = sealer.open_record("report_version", row_id, ImagingReport, row.sealed)
        return HeldImagingReport(row.id, row.version, imaging)
    lab = sealer.open_record("report_version", row_id, LabReport, row.sealed)
    return HeldLabReport(row.id, row.version, lab, row.first_issued_at)


def _standing(sealer: Sealer, stored: store.StoredDecision) -> StandingDecision:
    content = sealer.open_record("decision", stored.decision_id, dict[str, Any], stored.sealed)
    reports = tuple((each[0], each[1]) for each in content.get("reports", ()))
    return StandingDecision(stored.state, reports)
