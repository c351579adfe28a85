"""An intake that records what it is handed, for tests of the HL7 rim alone."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from adapters.hl7v2.receiving import ReceivingPorts
from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.intake import Quarantined, Receipt, ReceiptStatus, Submission

#: 2026-11-20 18:30 UTC is the 21st in China.
NOW = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


@dataclass(slots=True)
class RecordingIntake:
    """Directory, intake and quarantine in one. Every facility beginning with H0 is registered.

    gate, where given, holds back receipts until it is set.
    """

    submissions: list[Submission] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    events: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    charsets: dict[str, str] = field(default_factory=dict)
    imaging_codes: set[tuple[str, str, date]] = field(default_factory=set)
    receipt: Receipt = field(default_factory=lambda: Receipt(ReceiptStatus.STORED))
    failure: Exception | None = None
    quarantine_failure: Exception | None = None
    gate: asyncio.Event | None = None

    def ports(self) -> ReceivingPorts:
        """The ports of a receiver that records here."""
        return ReceivingPorts(self, self.receive, self.quarantine, lambda: NOW, self.report)

    def sender_of_facility(self, facility: str, on: date) -> Sender | None:
        """The institution of that name."""
        if not facility.startswith("H0"):
            return None
        charset = self.charsets.get(facility, "")
        return Sender(InstitutionCode(facility), charset, "Asia/Shanghai")

    def sender_of_ae_title(self, ae_title: str, on: date) -> Sender | None:
        """Nobody: this is the HL7 rim."""
        return None

    def is_imaging_code(self, institution: InstitutionCode, code: str, on: date) -> bool:
        """Whether a test mapped the code on that day."""
        return (institution, code, on) in self.imaging_codes

    async def receive(self, submission: Submission) -> Receipt:
        """Record and answer as the test wishes."""
        self.submissions.append(submission)
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return self.receipt

    async def quarantine(self, kept: Quarantined) -> None:
        """Record."""
        if self.quarantine_failure is not None:
            raise self.quarantine_failure
        self.quarantined.append(kept)

    def report(self, event: str, values: Mapping[str, object]) -> None:
        """Record."""
        self.events.append((event, values))
