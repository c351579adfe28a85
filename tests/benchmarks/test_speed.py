"""The speed targets, each with its figures printed: `make bench` and `make million`."""

import pytest

from tests.benchmarks.measuring import BENCHMARKS, Benchmark, measure


@pytest.mark.parametrize(
    "benchmark",
    [
        pytest.param(
            each,
            id=each.name,
            marks=[pytest.mark.load, pytest.mark.timeout(3600)]
            + [pytest.mark.million] * (each.command == "make million"),
        )
        for each in BENCHMARKS
    ],
)
def test_benchmark_reaches_its_targets(benchmark: Benchmark) -> None:
    assert measure(benchmark) == []
