"""`POST /api/v1/reminders` with five order lines over real HTTP, as the store grows.

A patient holds ten reports whatever the size of the store, so a time that grows with the store
would be that of the queries. The server is `gateway api` in a process of its own.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import orjson
from sqlalchemy import event
from sqlalchemy.engine import Engine

from gateway.bootstrap import Gateway, open_gateway
from gateway.canonical.identifiers import IdentityType, InstitutionCode, patient_identifier
from gateway.canonical.order import OrderLine, ReminderRequest, Trigger, Visit
from gateway.canonical.patient import Patient
from gateway.clock import utc_now
from gateway.security.roles import Role
from gateway.security.tokens import Caller
from tests.benchmarks.http_load import Latencies, paced
from tests.benchmarks.stocked import ORDERED, REPORTS_OF_A_PATIENT, resident_id, stock
from tests.end_to_end.city import RECEIVER, REGISTERS
from tests.services.gateway import GatewaySite
from tests.services.postgresql import postgres_server
from tests.services.process import scratch_folder

SMALL, LARGE, MILLION = 10_000, 100_000, 1_000_000
CALLS = 600
PER_SECOND = 50
CONNECTIONS = 16
_PATH = "/api/v1/reminders"
_COUNTED_CALLS = 20
_CANDIDATES = "FROM report_version"
CALLER = Caller(Role.PHYSICIAN, InstitutionCode(RECEIVER), "bench")
_visits = count()
Rows = list[tuple[str, float, str]]


def run() -> Rows:
    """From 10,000 to 100,000 reports, on both databases."""
    with scratch_folder("reminder") as folder:
        rows = asyncio.run(_measured("SQLite", GatewaySite(folder), LARGE))
    with (
        scratch_folder("reminder") as folder,
        postgres_server() as server,
        server.fresh_database() as url,
    ):
        return rows + asyncio.run(_measured("PostgreSQL", GatewaySite(folder, url), LARGE))


def run_million() -> Rows:
    """From 10,000 to a million reports, on SQLite."""
    with scratch_folder("reminder") as folder:
        return asyncio.run(_measured("SQLite", GatewaySite(folder), MILLION))


@dataclass(frozen=True, slots=True)
class _Measured:
    """What one size of the store gave; processor time of the server in milliseconds a call."""

    latencies: Latencies
    processor: float
    candidate_queries: float
    statements: float


async def _measured(store: str, site: GatewaySite, large: int) -> Rows:
    await site.register(REGISTERS)
    few = await _stocked_and_measured(site, 0, SMALL)
    many = await _stocked_and_measured(site, SMALL, large)
    rows = []
    for size, found in ((SMALL, few), (large, many)):
        rows += [
            (f"{store}, {size:,} reports: p50", found.latencies.p50, "ms"),
            (f"{store}, {size:,} reports: p99", found.latencies.p99, "ms"),
            (f"{store}, {size:,} reports: processor time a call", found.processor, "ms"),
        ]
    return [
        *rows,
        (f"{store}: p50 at {large:,} to {SMALL:,}", many.latencies.p50 / few.latencies.p50, "x"),
        (f"{store}: processor time at {large:,} to {SMALL:,}", many.processor / few.processor, "x"),
        (f"{store}: candidate queries a call", many.candidate_queries, ""),
        (f"{store}: statements a call", many.statements, ""),
        (f"{store}: calls without answer", few.latencies.failed + many.latencies.failed, ""),
    ]


async def _stocked_and_measured(site: GatewaySite, start: int, end: int) -> _Measured:
    async with open_gateway(site.settings) as gateway:
        await stock(gateway, start, end, utc_now())
        counted = await _counted(gateway, end)
        token = gateway.services.tokens.issue(CALLER, utc_now())
    bodies = [_body(patient) for patient in _patients(end, CALLS)]
    with site.serving("api") as server:
        await paced(site.http, _PATH, token, bodies[:100], PER_SECOND, CONNECTIONS)  # warms up
        before = _processor_seconds(server.pid)
        latencies = await paced(site.http, _PATH, token, bodies, PER_SECOND, CONNECTIONS)
        used = _processor_seconds(server.pid) - before
    return _Measured(latencies, 1000 * used / len(bodies), *counted)


def _patients(reports: int, count: int) -> list[int]:
    return [random.randrange(reports // REPORTS_OF_A_PATIENT) for _ in range(count)]


async def _counted(gateway: Gateway, reports: int) -> tuple[float, float]:
    """Candidate queries and statements of a call, counted where SQLAlchemy executes them."""
    seen: list[str] = []
    patients = _patients(reports, _COUNTED_CALLS)
    with _statements_into(seen):
        for patient in patients:
            await gateway.services.reminders.remind(request_of(patient), CALLER, utc_now())
    candidates = sum(_CANDIDATES in statement for statement in seen)
    return candidates / len(patients), len(seen) / len(patients)


@contextmanager
def _statements_into(seen: list[str]) -> Iterator[None]:
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _body(patient: int) -> bytes:
    return orjson.dumps(
        {
            "institution": RECEIVER,
            "department": "全科",
            "practitioner": "王医生",
            "visit": {"id": f"V{next(_visits)}", "class": "outpatient", "purpose": "treatment"},
            "patient": {"identifiers": [{"type": "01", "value": resident_id(patient)}]},
            "trigger": "order",
            "orders": [{"id": str(i), "item_code": code} for i, code in enumerate(ORDERED)],
        }
    )


def request_of(patient: int) -> ReminderRequest:
    """Five order lines for one of the stocked patients, in a visit of its own."""
    identifier = patient_identifier(IdentityType.RESIDENT_ID, resident_id(patient))
    return ReminderRequest(
        institution=InstitutionCode(RECEIVER),
        visit=Visit(f"V{next(_visits)}"),
        patient=Patient((identifier,)),
        trigger=Trigger.ORDER,
        orders=tuple(OrderLine(str(i), code) for i, code in enumerate(ORDERED)),
    )


def _processor_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:60} {value:12,.2f} {unit}")
