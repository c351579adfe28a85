"""Telling downstream systems of corrections: the outbox, worked off with every notice sent again
until it is acknowledged.

The control id of a message is the notice's own id, so that a receiver knows a message that it got
twice. What a destination refuses for its content stays undelivered and is seen in the log.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Report
from gateway.canonical.lab import LabReport, ReportStatus
from gateway.log import get_logger
from gateway.storage.outbox import Notice, mark_delivered, undelivered
from gateway.storage.reports import StoredVersion, versions_of
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database

CORRECTION = "relied_report_changed"
_AT_ONCE = 100
_REFUSED_RESTS = timedelta(hours=1)
_log = get_logger("delivery")


@dataclass(frozen=True, slots=True)
class Correction:
    """A report as it stands now, for an institution that relied on what it said before.

    control_id names the message; report carries the patient of the version relied on, without
    results where it never concerned that patient.
    """

    control_id: str
    institution: InstitutionCode
    report: Report


class Delivery(StrEnum):
    """How sending ended: taken by all, refused for its content, or nobody answered."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


#: Sends a correction. Raises nothing for a peer's trouble.
Deliver = Callable[[Correction], Awaitable[Delivery]]


class OutboxDelivery:
    """Delivers the notices of the institutions that have a destination."""

    def __init__(self, database: Database, sealer: Sealer, deliver: Deliver) -> None:
        self._database = database
        self._sealer = sealer
        self._deliver = deliver
        self._refused: dict[str, datetime] = {}

    async def deliver(self, destinations: Collection[str], at: datetime) -> int:
        """Send what waits for these institutions, oldest first; how many were taken.

        An institution that does not answer is left for this round, so that it delays nobody else;
        what was refused for its content is not sent again for an hour.
        """
        waiting = await self._database.read(
            lambda conn: undelivered(conn, CORRECTION, destinations, _AT_ONCE)
        )
        taken, silent = 0, set[str]()
        for notice in waiting:
            refused_at = self._refused.get(notice.outbox_id)
            if notice.institution in silent or (refused_at and at - refused_at < _REFUSED_RESTS):
                continue
            ended = await self._delivered(notice, at)
            taken += ended is Delivery.TAKEN
            if ended is Delivery.UNREACHABLE:
                silent.add(notice.institution)
        return taken

    async def _delivered(self, notice: Notice, at: datetime) -> Delivery:
        correction = await self._correction(notice)
        ended = Delivery.REFUSED if correction is None else await self._deliver(correction)
        if ended is Delivery.TAKEN:
            self._refused.pop(notice.outbox_id, None)
            await self._database.write(lambda conn: mark_delivered(conn, notice.outbox_id, at))
            return ended
        if ended is Delivery.REFUSED:
            self._refused[notice.outbox_id] = at
        _log.warning("notice waits", kind=notice.kind, institution=notice.institution, status=ended)
        return ended

    async def _correction(self, notice: Notice) -> Correction | None:
        content = self._sealer.open_record(
            "outbox", notice.outbox_id, dict[str, Any], notice.sealed
        )
        versions = await self._database.read(lambda conn: versions_of(conn, content["report"]))
        relied = next((v for v in versions if v.version == content["relied_version"]), None)
        if relied is None:
            return None
        # Under the patient of that version: a report that moved on is retracted there.
        own = [v for v in versions if v.patient_key == relied.patient_key and not v.is_stale]
        before, now = self._opened(relied), self._opened(own[-1])
        institution = InstitutionCode(notice.institution)
        return Correction(notice.outbox_id, institution, _for_reader(before, now))

    def _opened(self, stored: StoredVersion) -> Report:
        kind: type[Report] = ImagingReport if stored.kind == "imaging" else LabReport
        row_id = f"{stored.report_id}/{stored.version}"
        return self._sealer.open_record("report_version", row_id, kind, stored.sealed)


def _for_reader(before: Report, now: Report) -> Report:
    """The report now, under the patient it was relied on for; a wrong patient's is cancelled."""
    if now.status is not ReportStatus.WRONG_PATIENT:
        return now
    return replace(now, patient=before.patient, status=ReportStatus.CANCELLED)
