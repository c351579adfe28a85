"""What must hold for any facts whatever (architecture: invariants of the rules)."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.codec import line_from_json, line_to_json
from rules.engine import fold
from rules.facts import Facts, Party
from rules.line import determine_line, replay
from rules.outcome import Finding, Outcome, Verdict
from rules.policy import Policies
from rules.record_codec import decode, encode
from rules.wording import sentence
from tests.generative.rules.strategies import facts, requests
from tests.spec.zhejiang_2021.arrange import (
    AT,
    EDITION,
    LIVER,
    POLICY,
    determined,
    elements,
    holding,
    imaged,
    line,
    maybe_line,
)

PAIRS = [
    (item.code, other)
    for item in EDITION.imaging_items
    if (other := EDITION.opposite_side(item.code)) is not None
]


def _violated(any_facts: Facts) -> set[str]:
    findings = determined(any_facts).findings
    return {finding.code for finding in findings if finding.verdict is Verdict.VIOLATED}


@given(facts())
@settings(max_examples=400)
def test_engine_is_total_and_deterministic(any_facts):
    """Every clause answers for any facts, always the same, in words and in JSON."""
    first, second = determined(any_facts), determined(any_facts)
    assert first == second
    assert len(first.findings) == len(POLICY.clauses)
    for finding in first.findings:
        assert "{" not in sentence(finding)
        json.dumps(finding.facts)


@given(facts())
def test_outcome_is_the_worst_effect(any_facts):
    """Leaving out one finding never makes the outcome worse."""
    determination = determined(any_facts)
    for n in range(len(determination.findings)):
        rest = determination.findings[:n] + determination.findings[n + 1 :]
        assert fold(rest).rank >= determination.outcome.rank


@given(facts())
def test_hints_never_change_the_outcome(any_facts):
    findings: tuple[Finding, ...] = determined(any_facts).findings
    assert fold(findings) == fold(f for f in findings if f.verdict is not Verdict.HINT)


def _without_lab(given_facts: Facts, **missing: object) -> Facts:
    if given_facts.lab is None:
        return given_facts
    return replace(given_facts, lab=replace(given_facts.lab, **missing))


def _without_images(given_facts: Facts, **missing: object) -> Facts:
    if given_facts.imaging is None:
        return given_facts
    return replace(given_facts, imaging=replace(given_facts.imaging, **missing))


def _without_report(given_facts: Facts, **missing: object) -> Facts:
    return replace(given_facts, report=replace(given_facts.report, **missing))


MISSING = {
    "anchors": (lambda f: _without_report(f, anchors=()), {"WINDOW", "COMPLETE"}),
    "status": (lambda f: _without_report(f, status=None), {"STATUS"}),
    "patient": (lambda f: _without_report(f, patient_present=False), {"COMPLETE"}),
    "source": (lambda f: _without_report(f, source=Party("A", None, None)), {"TIER"}),
    "eqa day": (lambda f: replace(f, eqa_day=None), {"EQA", "TIER"}),
    "assessments": (
        lambda f: _without_lab(f, assessments=(), assessed=False),
        {"EQA", "TIER"},
    ),
    "performer": (lambda f: _without_lab(f, performer=None), {"TIER"}),
    "results": (lambda f: _without_lab(f, results=0), {"COMPLETE"}),
    "components": (lambda f: _without_lab(f, components=()), {"COVER"}),
    "systems": (lambda f: _without_lab(f, systems=()), {"SYSTEM"}),
    "own system": (lambda f: _without_lab(f, receiver_system=None), {"SYSTEM"}),
    "declared count": (lambda f: _without_images(f, declared_count=None), {"COMPLETE"}),
    "availability": (lambda f: _without_images(f, available=None), {"COMPLETE"}),
    "headers": (
        lambda f: _without_images(f, modalities=(), body_parts=(), lateralities=(), views=()),
        {"COMPLETE"},
    ),
}


@pytest.mark.parametrize("name", MISSING)
@given(whole=facts())
@settings(max_examples=60)
def test_supplied_fact_clears_only_its_own_clause(name, whole):
    """What is violated without a fact stays violated with it, but for the clause of that fact.

    So a supplied fact never turns NOT_RECOGNIZABLE into RECOGNIZABLE by another clause.
    """
    strip, own = MISSING[name]
    assert _violated(strip(whole)) - own <= _violated(whole)


@given(facts(), st.integers(1, 90))
def test_older_result_is_never_better(any_facts, days):
    """With all else equal, moving every known time back never improves the outcome."""
    anchors = any_facts.report.anchors
    past = tuple(replace(a, at=min(a.at, AT)) for a in anchors)
    older = tuple(replace(a, at=a.at - timedelta(days=days)) for a in past)
    younger_outcome = determined(_without_report(any_facts, anchors=past)).outcome
    assert (
        determined(_without_report(any_facts, anchors=older)).outcome.rank <= younger_outcome.rank
    )


@pytest.mark.parametrize(("ordered", "held"), PAIRS)
def test_one_side_never_satisfies_the_other(ordered, held):
    assert maybe_line(ordered, imaged("i", held)) is None


def test_every_sided_item_but_one_has_its_opposite():
    """37 pairs; only 骨龄 (left hand) stands alone."""
    assert len(PAIRS) == 2 * 37


@st.composite
def candidates(draw):
    """A report that holds some of the liver panel, good or bad in several ways."""
    needed = elements(LIVER)
    held = tuple(sorted(draw(st.sets(st.sampled_from(needed), min_size=1)), key=needed.index))
    changes = draw(
        st.sampled_from(
            [{}, {"assessments": ()}, {"assessments": (), "assessed": False}, {"results": 0}]
        )
    )
    return holding(draw(st.sampled_from("abcdef")), held, draw(st.integers(0, 40)), **changes)


@given(st.lists(candidates(), min_size=1, max_size=4, unique_by=lambda c: c.report.id), st.data())
def test_order_of_candidates_is_irrelevant(held, data):
    shuffled = data.draw(st.permutations(held))
    assert line(LIVER, *shuffled) == line(LIVER, *held)


@given(
    st.lists(candidates(), min_size=1, max_size=3, unique_by=lambda c: c.report.id), candidates()
)
def test_result_that_is_not_recognizable_never_worsens_the_line(held, more):
    """A further report is only used where it helps, or where nothing else is held."""
    alone = line(LIVER, more)
    before = line(LIVER, *held)
    more = replace(more, report=replace(more.report, id="z"))
    after = line(LIVER, *held, more)
    if alone.outcome is Outcome.NOT_RECOGNIZABLE:
        assert after.outcome.rank >= before.outcome.rank


@given(st.lists(candidates(), min_size=1, max_size=3, unique_by=lambda c: c.report.id), requests)
def test_stored_line_replays_identically(held, request):
    determination = determine_line(LIVER, held, request, EDITION, POLICY)
    stored = json.loads(json.dumps(line_to_json(determination)))
    assert line_from_json(stored) == determination
    assert replay(line_from_json(stored), Policies((POLICY,))) == determination


@given(facts())
def test_facts_survive_storage(any_facts):
    assert decode(Facts, json.loads(json.dumps(encode(any_facts)))) == any_facts
