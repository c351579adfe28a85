"""What a batch of submissions needs to know, fetched once, and the rows it will write."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gateway.canonical.identifiers import PatientIdentifier
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Report, Submission
from gateway.ids import new_id
from gateway.services.changed_persons import PersonsChanged
from gateway.services.claims import claims_of
from gateway.services.patient_linking import KnownPersons
from gateway.services.person_records import Family, identifiers_in, load_family
from gateway.storage import intake as store
from gateway.storage.events import StoredEvent, append_events, events_of_persons
from gateway.storage.patients import merge_persons, persons_by_identifier, resident_ids_of
from gateway.storage.person_merges import note_merges, part_persons
from gateway.storage.person_tables import patient_version
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection
from gateway.storage.tables import (
    outbox,
    patient,
    patient_identifier,
    quarantine,
    report_version,
    routing,
    submission,
)

Row = dict[str, Any]
FILLER, STUDY = "filler", "study"
REPORT_OF_ACCESSION, STUDY_OF_ACCESSION = "report-of-accession", "study-of-accession"
#: How long after a reminder own orders and results are looked for; no window is longer.
FOLLOWED = timedelta(days=180)


def submission_key(message: Submission) -> store.SubmissionKey:
    """Under which a submission is known (MSH-4, MSH-3, MSH-10)."""
    return (message.institution, message.sending_application, message.control_id)


def route_key(sealer: Sealer, institution: str, kind: str, number: str) -> store.RouteKey:
    """Under which a sender's number is routed."""
    return (institution, sealer.lookup_hash("route", institution, kind, number))


@dataclass(slots=True)
class NewRows:
    """Everything a batch writes, table by table."""

    submissions: list[Row] = field(default_factory=list)
    patients: list[Row] = field(default_factory=list)
    identifiers: list[Row] = field(default_factory=list)
    reports: list[Row] = field(default_factory=list)
    routes: dict[store.RouteKey, Row] = field(default_factory=dict)
    quarantined: list[Row] = field(default_factory=list)
    notices: list[Row] = field(default_factory=list)
    merges: list[tuple[str, str]] = field(default_factory=list)
    study_moves: list[Row] = field(default_factory=list)
    merge_notes: list[Row] = field(default_factory=list)
    undone_merges: list[Row] = field(default_factory=list)
    new_roots: list[Row] = field(default_factory=list)
    moved_identifiers: list[Row] = field(default_factory=list)
    demographics: list[Row] = field(default_factory=list)
    events: list[StoredEvent] = field(default_factory=list)

    async def write(self, conn: Connection) -> None:
        """Write all of it inside the caller's transaction."""
        await store.insert_rows(conn, submission, self.submissions)
        await store.insert_rows(conn, patient, self.patients)
        await store.insert_rows(conn, patient_identifier, self.identifiers)
        await merge_persons(conn, self.merges)
        await note_merges(conn, self.merge_notes)
        await part_persons(conn, self.undone_merges, self.new_roots, self.moved_identifiers)
        await store.insert_rows(conn, patient_version, self.demographics)
        await store.insert_rows(conn, report_version, self.reports)
        await store.upsert_rows(conn, routing, list(self.routes.values()))
        await store.move_studies(conn, self.study_moves)
        await store.insert_rows(conn, outbox, self.notices)
        await store.insert_rows(conn, quarantine, self.quarantined)
        await append_events(conn, self.events)


@dataclass(slots=True)
class BatchState:
    """The state of the store as far as a batch touches it, kept current while it is worked off."""

    digests: dict[store.SubmissionKey, bytes]
    persons: KnownPersons
    routes: dict[store.RouteKey, store.Route]
    studies: dict[str, store.StudyPlace]
    reliances: dict[str, tuple[store.Reliance, ...]]
    rows: NewRows = field(default_factory=NewRows)
    absorbed: dict[str, str] = field(default_factory=dict)
    events: dict[str, list[StoredEvent]] = field(default_factory=dict)
    family: Family = field(default_factory=Family)
    changed: list[PersonsChanged] = field(default_factory=list)

    def concerns(self, route: store.Route, person: str) -> bool:
        """Whether the routed object is that person's."""
        return self.absorbed.get(route.person, route.person) == person

    def absorb(self, person: str, others: Iterable[str], at: datetime) -> None:
        """Let a person stand for others as well, here and in the store."""
        self.persons.absorb(person, others)
        for other in others:
            self.absorbed[other] = person
            self.rows.merges.append((person, other))
            self.rows.merge_notes.append(_merge_note(person, other, at))
            self.events.setdefault(person, []).extend(self.events.pop(other, ()))

    def happened(self, person: str, events: Iterable[StoredEvent]) -> None:
        """Keep events of a person, and know them for what follows in the batch."""
        for each in events:
            self.events.setdefault(person, []).append(each)
            self.rows.events.append(each)


def _merge_note(person: str, other: str, at: datetime) -> Row:
    return {
        "patient_key": person,
        "merge_id": new_id(),
        "other": other,
        "kept_hash": b"",
        "retired_hash": b"",
        "merged_at": at,
        "undone_at": None,
    }


async def load_state(
    conn: Connection, messages: Sequence[Submission], sealer: Sealer
) -> BatchState:
    """Fetch what the messages touch: six look-ups at the most, whatever their number."""
    family = await _family(conn, messages, sealer)
    reports = [report for message in messages for report in message.reports]
    reports += family.reports
    keys = {key for report in reports for key in route_keys(sealer, report)}
    routes = await store.routes_of(conn, keys)
    persons = await load_persons(conn, sealer, _identifiers(messages))
    known = {route.object_id for route in routes.values()}
    digests = await store.digests_of(conn, {submission_key(message) for message in messages})
    since = min(message.received_at for message in messages) - FOLLOWED
    return BatchState(
        digests,
        persons,
        routes,
        await store.study_places(conn, known),
        await store.reliances_on(conn, known),
        events=await events_of_persons(conn, set(persons.person_of.values()), since),
        family=family,
    )


async def _family(conn: Connection, messages: Sequence[Submission], sealer: Sealer) -> Family:
    """The records that a merge speaks of; such a message is a batch of its own."""
    first = messages[0]
    return await load_family(conn, sealer, first) if first.merges else Family()


def _identifiers(messages: Sequence[Submission]) -> Iterator[tuple[PatientIdentifier, ...]]:
    for message in messages:
        stated = (*message.reports, *message.orders, *message.demographics)
        yield from (each.patient.identifiers for each in stated)
        yield from (identifiers_in(each) for each in message.merges)


async def load_persons(
    conn: Connection, sealer: Sealer, identifiers: Iterable[tuple[PatientIdentifier, ...]]
) -> KnownPersons:
    """The persons known under any of the identifiers, with their resident ID numbers."""
    hashes = {claim.key for each in identifiers for claim in claims_of(sealer, each)}
    person_of = await persons_by_identifier(conn, hashes)
    return KnownPersons(person_of, await resident_ids_of(conn, set(person_of.values())))


def route_keys(sealer: Sealer, report: Report) -> list[store.RouteKey]:
    """Every sender's number of a report that is routed."""
    keys = [route_key(sealer, report.institution, FILLER, report.filler_order_number)]
    if isinstance(report, ImagingReport):
        keys += imaging_route_keys(sealer, report)
    return keys


def imaging_route_keys(sealer: Sealer, report: ImagingReport) -> list[store.RouteKey]:
    """The routes by which an imaging report finds its study."""
    keys = []
    if report.accession_number:
        number = report.accession_number
        keys.append(route_key(sealer, report.institution, STUDY_OF_ACCESSION, number))
    if report.study_instance_uid:
        keys.append(route_key(sealer, report.institution, STUDY, report.study_instance_uid))
    return keys
