"""二（三） 城市医联体、县域医共体内各医疗机构予以互认。"""

from dataclasses import replace

from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    HIGH,
    LOW,
    lab,
    lab_facts,
    outcome,
    report,
    request,
    verdict,
)

IN_A, IN_B = {"alliances": ("A",)}, {"alliances": ("B",)}


def _facts(source_side, receiver_side, **changes):
    return lab_facts(
        request=request(receiver=replace(HIGH, **receiver_side)),
        report=report(source=replace(LOW, **source_side)),
        **changes,
    )


def test_shared_alliance_replaces_the_tier_condition():
    """同一医共体内，下级机构的结果上级机构也互认，不再比较等级。"""
    facts = _facts(IN_A, IN_A)
    assert verdict(facts, "ALLIANCE") == ("satisfied", "shared")
    assert verdict(facts, "TIER") == ("not_applicable", "alliance")
    assert outcome(facts) is Outcome.RECOGNIZABLE


def test_different_alliances_replace_nothing():
    """各在不同医共体的，仍按等级。"""
    facts = _facts(IN_A, IN_B)
    assert verdict(facts, "ALLIANCE") == ("not_applicable", "none_shared")
    assert verdict(facts, "TIER")[0] == "violated"


def test_alliance_replaces_nothing_but_tier():
    """同一医共体不免除室间质评等其他条件。"""
    facts = _facts(IN_A, IN_A, lab=lab(assessments=()))
    assert outcome(facts) is Outcome.NOT_RECOGNIZABLE
