"""Order of outcomes and kinds of coverage."""

from rules.outcome import CoverageKind, Outcome, coverage, worst


def test_outcomes_are_ordered_worst_first():
    ranked = sorted(Outcome, key=lambda outcome: outcome.rank)
    assert ranked == [
        Outcome.NOT_RECOGNIZABLE,
        Outcome.EXEMPT,
        Outcome.UNDETERMINED,
        Outcome.DISCRETIONARY,
        Outcome.RECOGNIZABLE,
    ]


def test_worst_of_nothing_is_recognizable():
    assert worst([]) is Outcome.RECOGNIZABLE
    assert worst([Outcome.DISCRETIONARY, Outcome.EXEMPT]) is Outcome.EXEMPT


def test_coverage_kind_follows_from_the_names():
    assert coverage(("a",), ()).kind is CoverageKind.FULL
    assert coverage(("a",), ("b",)).kind is CoverageKind.PARTIAL
    assert coverage((), ("b",)).kind is CoverageKind.NONE
