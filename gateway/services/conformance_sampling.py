"""Checking a sample of what is received against the standard, beside the work.

Of each sender the newest message since the last look is checked; which one that is costs the
intake a dictionary entry. A crash loses a look and nothing else.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from gateway.canonical.intake import Receipt, ReceiptStatus, Submission
from gateway.canonical.times import local_date
from gateway.services.intake_state import submission_key
from gateway.storage.conformance import SealedMessage, add_samples, message_of
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database

#: A check takes a tenth of a second of one core, so few are made at a time.
CHECKED_AT_ONCE = 2
_LONGEST_LOCATION, _LONGEST_TEXT = 16, 256


class Deviation(Protocol):
    """A deviation from the standard; neither text holds a value that was sent."""

    @property
    def severity(self) -> str:
        """`error` or `warning`."""

    @property
    def location(self) -> str:
        """Segment and field, "" where none is known."""

    @property
    def text(self) -> str:
        """What deviates."""


#: Checks the bytes of a message; None where they are no message that could be checked.
Check = Callable[[bytes], Iterable[Deviation] | None]


class ConformanceSampling:
    """Remembers the newest message of each sender, and checks some at a time."""

    def __init__(self, database: Database, sealer: Sealer, check: Check) -> None:
        self._database = database
        self._sealer = sealer
        self._check = check
        self._newest: dict[str, tuple[str, str, str]] = {}

    def saw(self, message: Submission, receipt: Receipt) -> None:
        """A message was stored."""
        if receipt.status is ReceiptStatus.STORED:
            self._newest[message.institution] = submission_key(message)

    async def check_some(self) -> int:
        """Check the newest messages of the senders that waited longest; how many were checked."""
        checked = 0
        for sender in list(self._newest)[:CHECKED_AT_ONCE]:
            key = self._newest.pop(sender)
            kept = await self._database.read(lambda conn, k=key: message_of(conn, k))  # type: ignore[misc]
            if kept is not None:
                checked += await self._checked(kept)
        return checked

    async def _checked(self, kept: SealedMessage) -> bool:
        raw = self._sealer.open("submission", kept.row, kept.sealed)
        found = await asyncio.to_thread(self._check, raw)
        if found is None:
            return False
        counts = Counter(
            (each.location[:_LONGEST_LOCATION], each.text[:_LONGEST_TEXT], each.severity)
            for each in found
        )
        await self._count(kept.institution, kept.received_at, counts)
        return True

    async def _count(
        self, institution: str, at: datetime, counts: Counter[tuple[str, str, str]]
    ) -> None:
        place = {"institution": institution, "day": local_date(at)}
        sample = {**place, "checked": 1, "deviating": int(bool(counts))}
        by_kind: dict[tuple[str, str], dict[str, object]] = {}
        for (location, text, severity), count in counts.items():
            by_kind[location, text] = {
                **place, "location": location, "text": text, "severity": severity, "count": count,
            }  # fmt: skip
        findings = list(by_kind.values())
        await self._database.write(lambda conn: add_samples(conn, [sample], findings))
