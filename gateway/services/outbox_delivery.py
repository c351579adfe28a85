"""Telling downstream systems of corrections: the outbox, worked off with every notice sent again
until it is acknowledged.

The control id of a message is the notice's own id, so that a receiver knows a message that it got
twice. What a destination refuses for its content stays undelivered and is seen in the log.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
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


#: Sends a correction; True once the destination has taken it. Raises nothing for a peer's trouble.
Deliver = Callable[[Correction], Awaitable[bool]]


class OutboxDelivery:
    """Delivers the notices of the institutions that have a destination."""

    def __init__(self, database: Database, sealer: Sealer, deliver: Deliver) -> None:
        self._database = database
        self._sealer = sealer
        self._deliver = deliver

    async def deliver(self, destinations: Collection[str], at: datetime) -> int:
        """Send what waits for these institutions, oldest first; how many were taken."""
        waiting = await self._database.read(
            lambda conn: undelivered(conn, CORRECTION, destinations, _AT_ONCE)
        )
        taken = 0
        for notice in waiting:
            taken += await self._delivered(notice, at)
        return taken

    async def _delivered(self, notice: Notice, at: datetime) -> bool:
        correction = await self._correction(notice)
        if correction is None or not await self._deliver(correction):
            _log.warning("notice waits", kind=notice.kind, institution=notice.institution)
            return False
        await self._database.write(lambda conn: mark_delivered(conn, notice.outbox_id, at))
        return True

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
