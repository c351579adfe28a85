"""Durable ingest over MLLP: what `gateway mllp` acknowledges, against echoes under the same load.

Reports of 20 results come over 100 connections, one in flight on each, four of every patient. The
server, the load and the yardsticks are processes of their own and take turns, so that a busy moment
of the machine hits all of them. The yardsticks store nothing: one echo reads the message as far as
a reader must (performance plan, section 2), the other one looks for the control id alone.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from tests.benchmarks.mllp_load import LoadResult, drive_from_a_process
from tests.services.gateway import GatewaySite
from tests.services.postgresql import postgres_server
from tests.services.process import scratch_folder

HOST = "127.0.0.1"
CONNECTIONS = 100
PER_CONNECTION = 60
ROUNDS = 3
INSTITUTIONS = {
    "institutions": (
        "code,name,tier,kind,city,county,hl7_facility,ae_title,time_zone,charset,"
        "valid_from,valid_to\n"
        "H001,市第一医院,三级甲等,hospital,杭州,,H001,CT1,Asia/Shanghai,UTF-8,2021-01-01,\n"
    )
}
Rows = list[tuple[str, float, str]]


def run() -> Rows:
    """Rates, latencies and ratios to the echo, on SQLite and on PostgreSQL."""
    with scratch_folder("ingest") as folder:
        rows = _measured("SQLite, synchronous FULL", GatewaySite(folder))
    with (
        scratch_folder("ingest") as folder,
        postgres_server() as server,
        server.fresh_database() as url,
    ):
        return rows + _measured("PostgreSQL", GatewaySite(folder, url))


def _measured(store: str, site: GatewaySite) -> Rows:
    asyncio.run(site.register(INSTITUTIONS))
    rounds = []
    with _echo("read") as reading, _echo() as bare, site.serving("mllp"):
        for number in range(ROUNDS + 1):
            ports = (site.mllp, reading, bare)
            rounds.append([_drive(port, f"{place}{number}") for place, port in enumerate(ports)])
    stored, read, echoed = (list(of_one) for of_one in zip(*rounds[1:], strict=True))
    # The first round only warmed up, but its answers count as well.
    wrong = sum(one.wrong_ids for one, *_ in rounds)
    refused = sum(one.refused for one, *_ in rounds)
    return [
        (f"{store}: acknowledged", _median_rate(stored), "messages/s"),
        (f"{store}: p50", median(one.p50 for one in stored), "ms"),
        (f"{store}: p99", median(one.p99 for one in stored), "ms"),
        (f"{store}: echo that reads", _median_rate(read), "messages/s"),
        (f"{store}: p99 of the echo that reads", median(one.p99 for one in read), "ms"),
        (f"{store}: ratio to the echo that reads", _ratio(stored, read), "x"),
        (f"{store}: echo that reads nothing", _median_rate(echoed), "messages/s"),
        (f"{store}: ratio to the echo that reads nothing", _ratio(stored, echoed), "x"),
        (f"{store}: wrong control ids", wrong, ""),
        (f"{store}: not accepted", refused, ""),
    ]


def _drive(port: int, prefix: str) -> LoadResult:
    return asyncio.run(drive_from_a_process(HOST, port, CONNECTIONS, PER_CONNECTION, prefix))


def _median_rate(results: list[LoadResult]) -> float:
    return median(one.rate for one in results)


def _ratio(ours: list[LoadResult], yardstick: list[LoadResult]) -> float:
    """Of the same round, because the rounds are not equally disturbed."""
    return median(one.rate / other.rate for one, other in zip(ours, yardstick, strict=True))


@contextmanager
def _echo(*how: str) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.benchmarks.mllp_echo", *how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:56} {value:12,.2f} {unit}")
