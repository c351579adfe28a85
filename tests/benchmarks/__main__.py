"""`python -m tests.benchmarks [NAME …]`: run benchmarks by name, by default all but the million."""

import sys

from tests.benchmarks.measuring import BENCHMARKS, measure


def main() -> int:
    """The number of targets missed."""
    names = sys.argv[1:] or [each.name for each in BENCHMARKS if each.command == "make bench"]
    missed = [line for each in BENCHMARKS if each.name in names for line in measure(each)]
    for line in missed:
        print(f"missed: {line}")
    return len(missed)


if __name__ == "__main__":
    sys.exit(main())
