"""Which local codes each institution sends, for mapping coverage.

Counted in memory and flushed now and then: a crash loses a few counts and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Receipt, ReceiptStatus, Report, Submission
from gateway.canonical.lab import LocalCode
from gateway.storage.intake import count_codes
from gateway.storage.session import Database

_MAX_CODE, _MAX_NAME = 128, 256


@dataclass(slots=True)
class _Seen:
    """One local code of one sender since the last flush."""

    name: str
    at: datetime
    count: int = 0


class ReceivedCodes:
    """Counts of local codes since the last flush."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], dict[str, _Seen]] = {}

    def saw(self, messages: Sequence[Submission], receipts: Sequence[Receipt]) -> None:
        """Count the codes of what was newly stored."""
        for message, receipt in zip(messages, receipts, strict=True):
            if receipt.status is ReceiptStatus.STORED and not message.is_test:
                for report in message.reports:
                    self._saw_report(report, message.received_at)

    def _saw_report(self, report: Report, at: datetime) -> None:
        sender = (report.institution, "imaging" if isinstance(report, ImagingReport) else "lab")
        seen = self._seen.setdefault(sender, {})
        for code in codes_of(report):
            known = seen.get(code.code)
            if known is None:
                known = seen[code.code] = _Seen(code.name, at)
            known.name, known.at = code.name, at
            known.count += 1

    async def flush(self, database: Database) -> None:
        """Write the counts out."""
        senders, self._seen = self._seen, {}
        rows = [
            {
                "institution": institution,
                "kind": kind,
                "local_code": code[:_MAX_CODE],
                "local_name": seen.name[:_MAX_NAME],
                "count": seen.count,
                "last_seen": seen.at,
            }
            for (institution, kind), codes in sorted(senders.items())
            for code, seen in sorted(codes.items())
        ]
        if rows:
            await database.write(lambda conn: count_codes(conn, rows))


def codes_of(report: Report) -> list[LocalCode]:
    """Every local code by which a report says what was done."""
    if isinstance(report, ImagingReport):
        return [report.procedure]
    return [result.code for result in report.results]
