"""How many determinations, with all findings, one core makes in a second."""

import time

from rules.engine import determine
from rules.facts import Facts
from rules.wording import sentence
from tests.spec.zhejiang_2021.arrange import (
    EDITION,
    LIVER,
    POLICY,
    elements,
    holding,
    imaging_facts,
    lab_facts,
    line,
    request,
)

_ROUNDS = 3
_COUNT = 10_000
TARGET_PER_SECOND = 10_000


def _per_second(facts: Facts) -> float:
    """The best of a few rounds, so that a busy machine does not speak for the engine."""
    best = 0.0
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        for _ in range(_COUNT):
            determine(facts, POLICY)
        best = max(best, _COUNT / (time.perf_counter() - start))
    return best


def _panel_microseconds() -> float:
    """One order line of eight components, held by two reports."""
    half = elements(LIVER)[:4]
    held = [holding("a", half), holding("b", elements(LIVER)[4:])]
    start = time.perf_counter()
    for _ in range(500):
        line(LIVER, *held)
    return (time.perf_counter() - start) / 500 * 1e6


def _wording_microseconds() -> float:
    findings = determine(lab_facts(), POLICY).findings
    start = time.perf_counter()
    for _ in range(500):
        for finding in findings:
            sentence(finding)
    return (time.perf_counter() - start) / 500 * 1e6


def run() -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure; the first two have the target of 10,000 a second."""
    emergency = lab_facts(request=request(rescue=True, blood_request=True))
    return [
        ("determinations, laboratory", _per_second(lab_facts()), "1/s"),
        ("determinations, imaging", _per_second(imaging_facts()), "1/s"),
        ("determinations, rescue", _per_second(emergency), "1/s"),
        (f"line of {len(EDITION.elements_of(LIVER))} components", _panel_microseconds(), "µs"),
        ("wording of all findings", _wording_microseconds(), "µs"),
    ]


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:40} {value:12,.0f} {unit}")
