"""A province changes a value without a release; the clauses follow."""

from importlib import resources

import pytest

from rules.engine import determine
from rules.facts import Anchor, Party
from rules.outcome import Outcome
from rules.zhejiang_2021 import load_policy
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    HIGH,
    days_ago,
    lab_facts,
    report,
    request,
)

TEXT = (resources.files("rules.zhejiang_2021") / "parameters.toml").read_text("utf-8")


def _policy(old: str, new: str):
    assert old in TEXT
    return load_policy(TEXT.replace(old, new))


def test_window_of_one_item_can_be_shorter():
    own = f'{{ valid_from = 2021-10-14, value = 7, source = "s", items = ["{ALBUMIN}"] }},'
    policy = _policy(
        "values = [\n  { valid_from = 2021-10-14, value = 30",
        f"values = [\n  {own}\n  {{ valid_from = 2021-10-14, value = 30",
    )
    facts = lab_facts(report=report(anchors=(Anchor("collected", days_ago(8)),)))
    other = lab_facts("25030100100", report=report("25030100100", anchors=facts.report.anchors))
    assert determine(facts, policy).outcome is Outcome.NOT_RECOGNIZABLE
    assert determine(other, policy).outcome is Outcome.RECOGNIZABLE


def test_undetermined_tiers_can_count_as_upper():
    policy = _policy('value = "lower"', 'value = "upper"')
    facts = lab_facts(
        request=request(receiver=HIGH), report=report(source=Party("S", "未定级", "hospital"))
    )
    assert determine(facts, policy).outcome is Outcome.RECOGNIZABLE


@pytest.mark.parametrize(
    ("effect", "outcome", "verdict"),
    [
        ("hint", Outcome.RECOGNIZABLE, "hint"),
        ("manual", Outcome.RECOGNIZABLE, "not_applicable"),
    ],
)
def test_emergency_visit_can_be_weakened(effect, outcome, verdict):
    part = TEXT.index("[effect_emergency_visit]")
    policy = load_policy(TEXT[:part] + TEXT[part:].replace('"auto"', f'"{effect}"', 1))
    determination = determine(lab_facts(request=request(visit_class="emergency")), policy)
    finding = next(f for f in determination.findings if f.code == "E07")
    assert (determination.outcome, finding.verdict) == (outcome, verdict)
