"""Every message of the corpus through a real listener and the real intake, on both databases."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from adapters.hl7v2.mllp_server import MllpLimits, MllpServer, start_mllp_server
from adapters.hl7v2.profile_files import ProfileFolder
from adapters.hl7v2.receiving import MessageReceiver
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Receipt, Report, Submission
from gateway.services.intake import IntakeService
from gateway.services.quarantining import QuarantineKeeper
from gateway.services.received_codes import ReceivedCodes
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database
from gateway.storage.tables import quarantine, submission
from tests.integration.following import following_nothing
from tests.messages.corpus import (
    LARGEST_MESSAGE,
    LINK_HOSTS,
    MESSAGES,
    PROFILES,
    Case,
    CorpusIntake,
    Outcome,
    cases,
)

pytestmark = pytest.mark.integration
HOST = "127.0.0.1"


class Bench:
    """A listener before the real intake; answers what became of one file after another."""

    def __init__(self, server: MllpServer, seen: CorpusIntake, database: Database) -> None:
        self._server = server
        self._seen = seen
        self._database = database
        self._stored: set[tuple[str, str]] = set()
        self._kept = 0

    async def outcome(self, case: Case) -> Outcome:
        """Send the file on a connection of its own and see what was answered and kept."""
        self._seen.submissions.clear()
        reader, writer = await asyncio.open_connection(HOST, self._server.port)
        writer.write(case.stream)
        writer.write_eof()
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
        rows = [*await self._rows()]
        new = [row for row in rows if (row.institution, row.control_id) not in self._stored]
        self._stored |= {(row.institution, row.control_id) for row in new}
        kept = await self._quarantined()
        return Outcome(
            " ".join(re.findall(r"MSA.([AC][AER])", answer.decode("latin-1"))),
            " ".join(_places(answer)),
            " ".join(row.reason for row in kept),
            _counted("stored", len(new)) + (" as test" if any(r.is_test for r in new) else ""),
            ", ".join(filter(None, map(_content, self._seen.submissions))),
            _counted("kept", len(kept)),
            "; ".join(w for each in self._seen.submissions for w in each.warnings),
        )

    async def _rows(self) -> Sequence[Any]:
        return await self._database.read(lambda conn: conn.all(select(submission)))

    async def _quarantined(self) -> Sequence[Any]:
        order = select(quarantine).order_by(quarantine.c.quarantine_id)
        rows = await self._database.read(lambda conn: conn.all(order))
        before, self._kept = self._kept, len(rows)
        return rows[before:]


def _content(message: Submission) -> str:
    """What was read: kind and status of each report with those of its results, acts of orders."""
    found = [_report(report) for report in message.reports]
    found += [f"order {order.act}" for order in message.orders]
    found += ["demographics" for _ in message.demographics]
    found += [str(merge.act) for merge in message.merges]
    return ", ".join(found)


def _report(report: Report) -> str:
    if isinstance(report, ImagingReport):
        return f"imaging {report.status}"
    statuses = Counter(str(result.status) for result in report.results)
    counted = " ".join(f"{count} {status}" for status, count in statuses.items())
    return f"lab {report.status} ({counted or 'no results'})"


def _counted(word: str, count: int) -> str:
    return f"{count} {word}" if count else ""


def _places(answer: bytes) -> list[str]:
    """ERR-2, or the place in ERR-1, of every error that is no mere warning."""
    found = []
    for line in answer.decode("latin-1").split("\r"):
        if line.startswith("ERR") and line[4:5] != line[3:4]:
            place = line[4:].split(line[3:4])[0].split("^")
            found.append("^".join(place[:3]))
        elif line.startswith("ERR") and "tolerated" not in line:
            found.append(line.split(line[3:4])[2])
    return [place for place in found if place]


@pytest.fixture
async def bench(database: Database, sealer: Sealer) -> AsyncIterator[Bench]:
    seen = CorpusIntake()
    intake = IntakeService(database, sealer, ReceivedCodes(), following_nothing(sealer), 50)

    async def receive(message: Submission) -> Receipt:
        seen.submissions.append(message)
        return await intake.receive(message)

    ports = replace(
        seen.ports(),
        receive=receive,
        quarantine=QuarantineKeeper(database, sealer).keep,
        profile=ProfileFolder(PROFILES, seen.report),
        link_hosts=LINK_HOSTS,
    )
    limits = MllpLimits(LARGEST_MESSAGE, linger=0.5)
    server = await start_mllp_server(MessageReceiver(ports), HOST, 0, limits, seen.report)
    yield Bench(server, seen, database)
    await server.stop(grace=2)
    await intake.close()


async def test_every_message_of_the_corpus_ends_as_its_index_says(bench: Bench) -> None:
    wrong = {}
    for case in cases():
        outcome = await bench.outcome(case)
        if outcome != case.expected:
            wrong[case.file] = (outcome, case.expected)
    assert wrong == {}


def test_index_names_every_file_once() -> None:
    named = [case.file for case in cases()]
    assert len(named) >= 150
    assert sorted(named) == sorted(path.name for path in MESSAGES.iterdir())
    assert all(case.shows for case in cases())
