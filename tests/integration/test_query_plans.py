"""Hot statements find their rows by an index on either database, with the planner well informed."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from gateway.bootstrap import open_gateway
from gateway.clock import utc_now
from tests.benchmarks import bench_reminder, stocked
from tests.end_to_end.city import REGISTERS
from tests.services.gateway import GatewaySite

pytestmark = pytest.mark.integration
REPORTS = 8000
#: Those that grow with what arrives.
LARGE = ("patient", "patient_identifier", "report_version", "report_identity", "submission")
Seen = dict[str, Any]


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> GatewaySite:
    if request.param == "sqlite":
        return GatewaySite(tmp_path)
    return GatewaySite(tmp_path, request.getfixturevalue("fresh_postgres_database"))


@contextmanager
def selects() -> Iterator[Seen]:
    """Each SELECT that is executed meanwhile, with the values it had last."""
    seen: Seen = {}

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen[statement] = values

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def explained(site: GatewaySite, seen: Seen) -> dict[str, str]:
    """What the database itself says of how it runs each statement."""
    if site.database_url is None:
        with closing(sqlite3.connect(site.settings.data_dir / "gateway.sqlite3")) as lite:
            return {
                each: str([row[-1] for row in lite.execute(f"EXPLAIN QUERY PLAN {each}", values)])
                for each, values in seen.items()
            }
    postgres = await asyncpg.connect(site.database_url.replace("+asyncpg", ""))
    try:
        # So few rows are read faster whole; what is asked is whether an index could serve.
        await postgres.execute("SET enable_seqscan = off")
        return {each: str(await postgres.fetch(f"EXPLAIN {each}", *v)) for each, v in seen.items()}
    finally:
        await postgres.close()


async def test_intake_and_reminder_read_no_large_table_whole(site: GatewaySite) -> None:
    await site.register(REGISTERS)
    async with open_gateway(site.settings) as gateway:
        now = utc_now()
        await stocked.stock(gateway, 0, REPORTS, now)
        with selects() as seen:
            await stocked.stock(gateway, REPORTS, REPORTS + 100, now)
            request = bench_reminder.request_of(patient=7)
            await gateway.services.reminders.remind(request, bench_reminder.CALLER, utc_now())
        assert len(seen) > 5
        plans = await explained(site, seen)
    whole = re.compile(rf"(?:SCAN|Seq Scan on) ({'|'.join(LARGE)})\b")
    assert {each: plan for each, plan in plans.items() if whole.search(plan)} == {}
