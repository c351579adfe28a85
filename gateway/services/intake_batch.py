"""A batch of submissions, worked off in the order of arrival; nothing here waits for anything."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Quarantined, Receipt, ReceiptStatus, Report, Submission
from gateway.canonical.lab import LabResult, ReportStatus, ResultStatus
from gateway.canonical.messages import DemographicsMessage, OrderMessage
from gateway.canonical.patient import Patient
from gateway.ids import new_id
from gateway.services.claims import claims_of
from gateway.services.intake_state import (
    FILLER,
    REPORT_OF_ACCESSION,
    BatchState,
    NewRows,
    Row,
    imaging_route_keys,
    route_key,
    submission_key,
)
from gateway.services.notices import NoticeKind, notice_row
from gateway.services.order_following import LaterReport, OrderFollowing
from gateway.services.patient_linking import Match, link
from gateway.services.person_messages import IDENTIFIERS_CONFLICT, PersonMessages
from gateway.services.quarantining import quarantine_row
from gateway.services.report_versions import Arrival, arrival
from gateway.services.settling import demographics_row, settle_person
from gateway.storage.codec import encode_with_and_without
from gateway.storage.intake import Route, RouteKey
from gateway.storage.sealing import Sealer

_STORED = Receipt(ReceiptStatus.STORED)
_DUPLICATE = Receipt(ReceiptStatus.DUPLICATE)
_CONTROL_ID_REUSED = Receipt(
    ReceiptStatus.REFUSED,
    "control_id_reused",
    "MSH-10",
    "this control id was used before for another message; send it under a new one",
)


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A report of a message, encoded. digest: equal for all that say the same, whenever made."""

    report: Report
    message: Submission
    content: bytes
    digest: bytes


class IntakeBatch:
    """Decides for each submission what is stored, and collects the rows."""

    def __init__(self, state: BatchState, sealer: Sealer, following: OrderFollowing) -> None:
        self._state = state
        self._rows = state.rows
        self._sealer = sealer
        self._following = following

    def take(self, message: Submission) -> Receipt:
        """What becomes of one submission."""
        key, digest = submission_key(message), sha256(message.raw).digest()
        known = self._state.digests.get(key)
        if known is not None:
            return _DUPLICATE if known == digest else self._refuse(message, _CONTROL_ID_REUSED)
        if not message.is_test and (refused := self._take_content(message)) is not None:
            return self._refuse(message, refused)
        self._state.digests[key] = digest
        self._rows.submissions.append(self._submission_row(message, digest))
        return _STORED

    def _take_content(self, message: Submission) -> Receipt | None:
        """Take what the message says; the refusal where it cannot be."""
        refused = self._take_reports(message) if message.reports else None
        for stated in message.demographics:
            refused = refused or self._take_demographics(stated, message)
        for order in message.orders:
            refused = refused or self._take_order(order, message)
        return self._take_merges(message) if message.merges else refused

    def _take_reports(self, message: Submission) -> Receipt | None:
        persons = self._state.persons
        claims = [claims_of(self._sealer, each.patient.identifiers) for each in message.reports]
        if any(link(each, persons).match is Match.CONFLICT for each in claims):
            return IDENTIFIERS_CONFLICT
        for report, claimed in zip(message.reports, claims, strict=True):
            # Linked again, because a report before it may have made the patient known.
            found = link(claimed, persons)
            person = settle_person(
                self._state, self._sealer, report.patient, found, message.received_at
            )
            self._take_report(person, _incoming(report, message))
        return None

    def _take_demographics(
        self, stated: DemographicsMessage, message: Submission
    ) -> Receipt | None:
        at = message.received_at
        found = link(claims_of(self._sealer, stated.patient.identifiers), self._state.persons)
        if found.match is Match.CONFLICT:
            return IDENTIFIERS_CONFLICT
        person = settle_person(self._state, self._sealer, stated.patient, found, at)
        self._rows.demographics.append(demographics_row(self._sealer, person, stated, at))
        return None

    def _take_order(self, order: OrderMessage, message: Submission) -> Receipt | None:
        """An order tells something only of a patient for whom there was a reminder."""
        found = link(claims_of(self._sealer, order.patient.identifiers), self._state.persons)
        if found.match is Match.CONFLICT:
            return IDENTIFIERS_CONFLICT
        known = [e for p in (found.person, *found.absorb) for e in self._state.events.get(p, ())]
        events = self._following.of_order(order, known, message.received_at)
        self._state.happened(found.person, events)
        return None

    def _take_merges(self, message: Submission) -> Receipt | None:
        records = PersonMessages(self._state, self._sealer, message.received_at)
        refused = records.take(message)
        if refused is not None:
            # The message is a batch of its own, so nothing else is undone with it.
            self._rows = self._state.rows = NewRows()
            self._state.changed.clear()
            return refused
        for astray in records.astray:
            incoming = _incoming(astray.report, message)
            self._store_newer(astray.key, astray.route, astray.person, incoming)
        return None

    def _take_report(self, person: str, incoming: _Incoming) -> None:
        report = incoming.report
        key = route_key(self._sealer, report.institution, FILLER, report.filler_order_number)
        route = self._state.routes.get(key)
        step = arrival(route, report.issued_at, report.message_at, incoming.digest)
        if step is Arrival.SAME and route is not None and self._state.concerns(route, person):
            return
        if route is None:
            self._store_version(key, Route(person, new_id(), person), incoming)
        elif step is Arrival.LATE_OLDER:
            self._store_late(key, route, incoming)
        else:
            self._store_newer(key, route, person, incoming)

    def _store_newer(self, key: RouteKey, route: Route, person: str, incoming: _Incoming) -> None:
        """A correction; if it names another patient, the old one's version is retracted first."""
        report, message = incoming.report, incoming.message
        status = report.status
        if not self._state.concerns(route, person):
            status = ReportStatus.WRONG_PATIENT
            route = replace(route, version=route.version + 1)
            taken_back = _incoming(_retraction(report), message)
            self._rows.reports.append(self._version_row(route, taken_back))
            route = replace(route, patient_key=person, person=person)
        self._notify(route, status, message.received_at)
        self._store_version(key, route, incoming)

    def _store_version(self, key: RouteKey, route: Route, incoming: _Incoming) -> None:
        report = incoming.report
        issued = report.issued_at.instant if report.issued_at else None
        route = replace(
            route,
            version=route.version + 1,
            issued_at=issued,
            message_at=report.message_at.instant if report.message_at else None,
            first_issued_at=route.first_issued_at or issued,
            content_digest=incoming.digest,
        )
        self._set_route(key, route)
        row = self._version_row(route, incoming)
        self._rows.reports.append(row)
        if self._state.events:
            self._follow(
                LaterReport(report, route.object_id, route.version, row["relevant_at"]), route
            )
        if isinstance(report, ImagingReport):
            self._join_study(report, route)

    def _follow(self, later: LaterReport, route: Route) -> None:
        """An own result of something that the hospital was reminded of."""
        person = self._state.absorbed.get(route.person, route.person)
        known = self._state.events.get(person, ())
        self._state.happened(person, self._following.of_result(later, known))

    def _store_late(self, key: RouteKey, route: Route, incoming: _Incoming) -> None:
        route = replace(route, version=route.version + 1)
        self._set_route(key, route)
        self._rows.reports.append(self._version_row(route, incoming, is_stale=True))

    def _set_route(self, key: RouteKey, route: Route) -> None:
        self._state.routes[key] = route
        self._rows.routes[key] = route_row(key, route)

    def _join_study(self, report: ImagingReport, route: Route) -> None:
        """Let the study find the report, and claim a study that came without a patient."""
        if report.accession_number:
            key = route_key(
                self._sealer, report.institution, REPORT_OF_ACCESSION, report.accession_number
            )
            self._set_route(key, Route(route.patient_key, route.object_id, route.person))
        for key in imaging_route_keys(self._sealer, report):
            study = self._state.routes.get(key)
            place = self._state.studies.get(study.object_id) if study else None
            if study is not None and place is not None and not place.is_linked:
                move = {"study": study.object_id, "old_key": place.patient_key}
                self._rows.study_moves.append(move | {"new_key": route.patient_key})
                self._state.studies.pop(study.object_id)

    def _notify(self, route: Route, status: ReportStatus, at: datetime) -> None:
        """Tell everyone who relied on the report that it changed (四（二）)."""
        for relied in self._state.reliances.get(route.object_id, ()):
            content = {
                "report": route.object_id,
                "relied_version": relied.version,
                "status": status,
                "decision": relied.decision_id,
                "practitioner": relied.practitioner,
            }
            kind = NoticeKind.RELIED_REPORT_CHANGED
            self._rows.notices.append(
                notice_row(self._sealer, kind, relied.institution, at, content)
            )

    def _version_row(self, route: Route, incoming: _Incoming, is_stale: bool = False) -> Row:
        report, message = incoming.report, incoming.message
        row_id = f"{route.object_id}/{route.version}"
        return {
            "patient_key": route.patient_key,
            "report_id": route.object_id,
            "version": route.version,
            "kind": "imaging" if isinstance(report, ImagingReport) else "lab",
            "institution": report.institution,
            "status": report.status,
            "relevant_at": _relevant_at(report, message.received_at),
            "arrived_at": message.received_at,
            "first_issued_at": route.first_issued_at,
            "is_stale": is_stale,
            "control_id": message.control_id,
            "content_sealed": self._sealer.seal("report_version", row_id, incoming.content),
        }

    def _submission_row(self, message: Submission, digest: bytes) -> Row:
        row_id = "/".join(submission_key(message))
        return {
            "institution": message.institution,
            "sending_application": message.sending_application,
            "control_id": message.control_id,
            "digest": digest,
            "received_at": message.received_at,
            "is_test": message.is_test,
            "charset": message.charset,
            "raw_sealed": self._sealer.seal("submission", row_id, message.raw),
        }

    def _refuse(self, message: Submission, receipt: Receipt) -> Receipt:
        kept = Quarantined(
            "hl7v2",
            message.raw,
            message.received_at,
            receipt.reason,
            receipt.location,
            receipt.hint,
            message.institution,
            message.control_id,
        )
        self._rows.quarantined.append(quarantine_row(self._sealer, kept))
        return receipt


def route_row(key: RouteKey, route: Route) -> Row:
    """A route as its table holds it."""
    return {
        "institution": key[0],
        "key_hash": key[1],
        "patient_key": route.patient_key,
        "object_id": route.object_id,
        "version": route.version,
        "issued_at": route.issued_at,
        "message_at": route.message_at,
        "first_issued_at": route.first_issued_at,
        "content_digest": route.content_digest,
    }


def _incoming(report: Report, message: Submission) -> _Incoming:
    content, timeless = encode_with_and_without(report, "message_at")
    return _Incoming(report, message, content, sha256(timeless).digest())


def _relevant_at(report: Report, arrived_at: datetime) -> datetime:
    """When the patient was examined, as well as it is known: orders and limits the look-back."""
    if isinstance(report, ImagingReport):
        times = (report.examined_at, report.issued_at)
    else:
        times = (report.collected_at, report.received_at or report.issued_at)
    return next((time.instant for time in times if time is not None), arrived_at)


def _retraction(report: Report) -> Report:
    """The version that takes a report away from a patient whom it never concerned."""
    nobody = Patient(())
    if isinstance(report, ImagingReport):
        return replace(
            report,
            patient=nobody,
            status=ReportStatus.WRONG_PATIENT,
            findings="",
            impression="",
            attachments=(),
        )
    withdrawn = tuple(_withdrawn(result) for result in report.results)
    return replace(
        report,
        patient=nobody,
        status=ReportStatus.WRONG_PATIENT,
        results=withdrawn,
        notes=(),
        attachments=(),
    )


def _withdrawn(result: LabResult) -> LabResult:
    """That there was a result of this test, so that a decision on it can be flagged; no more."""
    return LabResult(result.order, result.code, "", status=ResultStatus.WRONG_PATIENT)
