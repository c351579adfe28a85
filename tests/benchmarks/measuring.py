"""Every benchmark with its targets, and the page that keeps its figures."""

import datetime
import operator
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import (
    bench_determination,
    bench_ingest,
    bench_reading,
    bench_reminder,
    bench_store,
)

_PAGES = Path(__file__).parents[2] / "docs" / "measurements"
_SQLITE = "SQLite, synchronous FULL"
Rows = list[tuple[str, float, str]]


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must be: at least, or at most, a value."""

    at_least: bool
    value: float

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.value:,g}"

    def is_met(self, figure: float) -> bool:
        """Whether the figure reaches it."""
        return (operator.ge if self.at_least else operator.le)(figure, self.value)


def _at_least(value: float) -> Target:
    return Target(True, value)


def _at_most(value: float) -> Target:
    return Target(False, value)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark by name. targets: by the name of the figure; the others are printed only."""

    name: str
    about: str
    run: Callable[[], Rows]
    targets: Mapping[str, Target] = field(default_factory=dict)
    command: str = "make bench"


def _reminder_targets(store: str, large: int) -> dict[str, Target]:
    small = bench_reminder.SMALL
    return {
        f"{store}: candidate queries a call": _at_most(1),
        f"{store}: calls without answer": _at_most(0),
        f"{store}: processor time at {large:,} to {small:,}": _at_most(1.5),
    }


def _ingest_targets(store: str) -> dict[str, Target]:
    return {f"{store}: wrong control ids": _at_most(0), f"{store}: not accepted": _at_most(0)}


BENCHMARKS = (
    Benchmark(
        "reading",
        "A 20-OBX ORU^R01 into the canonical report, against hl7apy on the same bytes.",
        bench_reading.run,
        {"ratio": _at_least(200)},
    ),
    Benchmark(
        "determination",
        "Determinations with all findings on one core.",
        bench_determination.run,
        {
            "determinations, laboratory": _at_least(bench_determination.TARGET_PER_SECOND),
            "determinations, imaging": _at_least(bench_determination.TARGET_PER_SECOND),
        },
    ),
    Benchmark(
        "store",
        "C-STORE of 512 KB CT slices by storescu, made durable and indexed, against storescp.",
        bench_store.run,
    ),
    Benchmark(
        "ingest",
        "Durable acknowledgments over MLLP, 100 connections, against echoes that store nothing.",
        bench_ingest.run,
        {
            f"{_SQLITE}: ratio to the echo that reads": _at_least(0.15),
            **_ingest_targets(_SQLITE),
            **_ingest_targets("PostgreSQL"),
        },
    ),
    Benchmark(
        "reminder",
        "A reminder with five order lines over HTTP, as the store grows.",
        bench_reminder.run,
        {
            **_reminder_targets("SQLite", bench_reminder.LARGE),
            **_reminder_targets("PostgreSQL", bench_reminder.LARGE),
        },
    ),
    Benchmark(
        "reminder-million",
        "A reminder with five order lines over HTTP, with a million reports in the store.",
        bench_reminder.run_million,
        _reminder_targets("SQLite", bench_reminder.MILLION),
        "make million",
    ),
)


def measure(benchmark: Benchmark) -> list[str]:
    """Run, print and keep the figures; the targets that were missed, in words."""
    rows = benchmark.run()
    print(f"\n{benchmark.about}")
    for name, value, unit in rows:
        target = benchmark.targets.get(name)
        print(f"  {name:58} {value:12,.2f} {unit:12}{target or ''}")
    _keep(benchmark, rows)
    figures = {name: value for name, value, _ in rows}
    return [
        f"{name}: {figures[name]:,.2f}, {target}"
        for name, target in benchmark.targets.items()
        if not target.is_met(figures[name])
    ]


def _keep(benchmark: Benchmark, rows: Rows) -> None:
    """The page of the benchmark, written anew."""
    today = datetime.datetime.now(datetime.UTC).date()
    lines = [
        f"# {benchmark.name}",
        "",
        benchmark.about,
        "",
        f"Made by `{benchmark.command}` on {today}: {os.cpu_count()} cores, shared by server, load "
        f"and yardstick; Python {platform.python_version()}. Read ratios rather than rates.",
        "",
        "| figure | value | unit | target |",
        "|---|---:|---|---|",
    ]
    for name, value, unit in rows:
        lines.append(f"| {name} | {value:,.2f} | {unit} | {benchmark.targets.get(name, '')} |")
    _PAGES.mkdir(parents=True, exist_ok=True)
    (_PAGES / f"{benchmark.name}.md").write_text("\n".join([*lines, ""]), encoding="utf-8")
