"""A counterfactual, applied, changes the outcome: for any facts, and for any line."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.counterfactual import counterfactuals, line_counterfactuals
from rules.engine import determine
from rules.line import determine_line
from tests.generative.rules.strategies import facts, requests
from tests.generative.rules.test_invariants import candidates
from tests.spec.zhejiang_2021.arrange import EDITION, LIVER, POLICY, determined


@given(facts())
@settings(max_examples=1000, deadline=None)
def test_counterfactual_applied_changes_the_outcome(any_facts):
    """Every determination has one, and determining its facts gives the outcome it names."""
    before = determined(any_facts)
    ways = counterfactuals(before, POLICY)
    assert ways
    for way in ways:
        after = determine(way.facts, POLICY)
        assert after.outcome is way.outcome
        assert after.outcome is not before.outcome
        assert way.text.startswith("若")


@given(st.lists(candidates(), min_size=1, max_size=3, unique_by=lambda c: c.report.id), requests)
@settings(max_examples=100, deadline=None)
def test_line_counterfactual_applied_changes_the_line(held, request):
    before = determine_line(LIVER, held, request, EDITION, POLICY)
    ways = line_counterfactuals(before, POLICY)
    assert ways
    for way in ways:
        assert way.line.outcome is not before.outcome
