"""What a batch of submissions needs to know, fetched once, and the rows it will write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.canonical.identifiers import IdentityType, PatientIdentifier
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Report, Submission
from gateway.services.patient_linking import Claim, KnownPersons
from gateway.storage import intake as store
from gateway.storage.patients import merge_persons, persons_by_identifier, resident_ids_of
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


def submission_key(message: Submission) -> store.SubmissionKey:
    """Under which a submission is known (MSH-4, MSH-3, MSH-10)."""
    return (message.institution, message.sending_application, message.control_id)


def route_key(sealer: Sealer, institution: str, kind: str, number: str) -> store.RouteKey:
    """Under which a sender's number is routed."""
    return (institution, sealer.lookup_hash("route", institution, kind, number))


def claims_of(sealer: Sealer, identifiers: Iterable[PatientIdentifier]) -> tuple[Claim, ...]:
    """The identifiers as lookup hashes."""
    return tuple(
        Claim(identifier_hash(sealer, each), each.type is IdentityType.RESIDENT_ID)
        for each in identifiers
    )


def identifier_hash(sealer: Sealer, identifier: PatientIdentifier) -> bytes:
    """The lookup hash of one identifier; a hospital's own number includes the hospital."""
    return sealer.lookup_hash(
        "identifier", identifier.type, identifier.value, identifier.assigner or ""
    )


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

    async def write(self, conn: Connection) -> None:
        """Write all of it inside the caller's transaction."""
        await store.insert_rows(conn, submission, self.submissions)
        await store.insert_rows(conn, patient, self.patients)
        await store.insert_rows(conn, patient_identifier, self.identifiers)
        await merge_persons(conn, self.merges)
        await store.insert_rows(conn, report_version, self.reports)
        await store.upsert_rows(conn, routing, list(self.routes.values()))
        await store.move_studies(conn, self.study_moves)
        await store.insert_rows(conn, outbox, self.notices)
        await store.insert_rows(conn, quarantine, self.quarantined)


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

    def concerns(self, route: store.Route, person: str) -> bool:
        """Whether the routed object is that person's."""
        return self.absorbed.get(route.person, route.person) == person

    def absorb(self, person: str, others: Iterable[str]) -> None:
        """Let a person stand for others as well, here and in the store."""
        self.persons.absorb(person, others)
        for other in others:
            self.absorbed[other] = person
            self.rows.merges.append((person, other))


async def load_state(
    conn: Connection, messages: Sequence[Submission], sealer: Sealer
) -> BatchState:
    """Fetch what the messages touch: five look-ups at the most, whatever their number."""
    reports = [report for message in messages for report in message.reports]
    keys = {key for report in reports for key in route_keys(sealer, report)}
    routes = await store.routes_of(conn, keys)
    persons = await load_persons(conn, sealer, (report.patient.identifiers for report in reports))
    known = {route.object_id for route in routes.values()}
    digests = await store.digests_of(conn, {submission_key(message) for message in messages})
    return BatchState(
        digests,
        persons,
        routes,
        await store.study_places(conn, known),
        await store.reliances_on(conn, known),
    )


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
