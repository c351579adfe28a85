"""What-if over 100,000 stored reminders on all cores, and its totals against a brute-force recount.

`make simulate` prints the figures of docs/measurements/simulation.md. The command runs in a process
of its own, with its progress shown, on an embedded store.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.security.field_encryption import FieldCipher
from gateway.security.key_ring import KeyRing
from gateway.storage.connect import open_database
from gateway.storage.schema import migrate
from gateway.storage.sealing import Sealer
from tests.past_reminders import DAYS, Past, past_reminders, store_past
from tests.recount import policies_with, recount, recount_of
from tests.spec.zhejiang_2021.arrange import AT

COUNT = 100_000
TARGET_PER_SECOND = 5_000
_KIB = 1024
_COMMAND = (sys.executable, "-c", "from gateway.cli import main; main()", "policy", "simulate")


def run(count: int = COUNT) -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure; processor time is that of the whole command.

    Raises:
        AssertionError: the totals are not those of the recount.
    """
    with tempfile.TemporaryDirectory() as folder:
        pasts = list(past_reminders(count))
        asyncio.run(_fill(Path(folder), pasts))
        figures = _simulated(Path(folder))
    assert recount_of(figures) == recount(pasts, policies_with("window_days", "14"))
    lines, made, cores = figures["lines"], figures["determinations"], figures["cores"]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = used.ru_utime + used.ru_stime
    return [
        ("reminders", figures["reminders"], ""),
        ("lines", lines, ""),
        ("determinations", made, ""),
        ("lines with another outcome, as in the recount", figures["changed"], ""),
        ("cores", cores, ""),
        ("from opening the store to the figures", figures["seconds"], "s"),
        ("determinations a second on each core", made / figures["seconds"] / cores, "1/s"),
        ("lines a second on each core", lines / figures["seconds"] / cores, "1/s"),
        ("determinations per second of processor time", made / busy, "1/s"),
        ("most memory of any of the processes", used.ru_maxrss / _KIB, "MiB"),
    ]


async def _fill(folder: Path, pasts: Sequence[Past]) -> None:
    url, ring = f"sqlite:///{folder / 'gateway.sqlite3'}", KeyRing.load(folder / "keys.json")
    await migrate(url)
    async with open_database(url, pool_size=2) as database:
        await store_past(database, Sealer(FieldCipher(ring)), pasts)


def _simulated(folder: Path) -> dict[str, Any]:
    file = folder / "figures.json"
    first, last = AT.date(), AT.date() + timedelta(days=DAYS)
    period = ("--from", first.isoformat(), "--to", last.isoformat())
    environment = {**os.environ, "GATEWAY_DATA_DIR": str(folder)}
    subprocess.run(
        [*_COMMAND, "--parameter", "window_days=14", *period, "--json", str(file)],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    figures: dict[str, Any] = json.loads(file.read_bytes())
    return figures


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:48} {value:12,.0f} {unit}")
