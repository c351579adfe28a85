"""Which local codes each institution sends, for mapping coverage.

Counted in memory and flushed now and then: a crash loses a few counts and nothing else.
"""

from collections.abc import Sequence
from datetime import datetime

from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Receipt, ReceiptStatus, Report, Submission
from gateway.canonical.lab import LocalCode
from gateway.storage.intake import count_codes
from gateway.storage.session import Database

_MAX_CODE, _MAX_NAME = 128, 256


class ReceivedCodes:
    """Counts of local codes since the last flush."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], int] = {}
        self._names: dict[tuple[str, str, str], tuple[str, datetime]] = {}

    def saw(self, messages: Sequence[Submission], receipts: Sequence[Receipt]) -> None:
        """Count the codes of what was newly stored."""
        for message, receipt in zip(messages, receipts, strict=True):
            if receipt.status is ReceiptStatus.STORED and not message.is_test:
                for report in message.reports:
                    self._saw_report(report, message.received_at)

    def _saw_report(self, report: Report, at: datetime) -> None:
        kind = "imaging" if isinstance(report, ImagingReport) else "lab"
        for code in _codes(report):
            key = (report.institution, kind, code.code[:_MAX_CODE])
            self._counts[key] = self._counts.get(key, 0) + 1
            self._names[key] = (code.name[:_MAX_NAME], at)

    async def flush(self, database: Database) -> None:
        """Write the counts out."""
        counts, self._counts = self._counts, {}
        rows = [
            {
                "institution": key[0],
                "kind": key[1],
                "local_code": key[2],
                "local_name": self._names[key][0],
                "count": count,
                "last_seen": self._names[key][1],
            }
            for key, count in sorted(counts.items())
        ]
        if rows:
            await database.write(lambda conn: count_codes(conn, rows))


def _codes(report: Report) -> list[LocalCode]:
    if isinstance(report, ImagingReport):
        return [report.procedure]
    return [result.code for result in report.results]
