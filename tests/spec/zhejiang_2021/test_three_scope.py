"""三（一）（二） 互认项目共93项检验、180项影像，按编码匹配。"""

import pytest

from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    EDITION,
    LEFT_KNEE,
    RIGHT_KNEE,
    elements,
    found,
    holding,
    imaged,
    imaging_facts,
    lab_facts,
    line,
    maybe_line,
    outcome,
    report,
    verdict,
)

UNLISTED = "25999999900"


@pytest.mark.parametrize(
    ("facts", "clause"), [(lab_facts, "三（一）"), (imaging_facts, "三（二）")]
)
def test_listed_item_is_in_scope(facts, clause):
    """现行清单内的项目，符合，并注明所用清单版本。"""
    finding = found(facts(), "SCOPE")
    assert (finding.verdict, finding.clause) == ("satisfied", clause)
    assert finding.facts["edition"] == EDITION.id


@pytest.mark.parametrize("code", [UNLISTED, "B999999ZZ-00"])
def test_unlisted_item_violates(code):
    """清单以外的项目，不符合。"""
    facts = (imaging_facts if code.startswith("B") else lab_facts)(code)
    assert verdict(facts, "SCOPE") == ("violated", "not_listed")
    assert outcome(facts) is Outcome.NOT_RECOGNIZABLE


def test_right_never_satisfies_left():
    """右侧检查不得当作左侧检查互认。"""
    facts = imaging_facts(LEFT_KNEE, report=report(RIGHT_KNEE))
    assert verdict(facts, "SCOPE") == ("violated", "other_item")


def test_right_is_not_offered_for_left():
    """开左膝检查时，已有的右膝检查根本不提供。"""
    assert maybe_line(LEFT_KNEE, imaged("r1", RIGHT_KNEE)) is None


def test_urine_glucose_is_not_blood_glucose():
    """尿常规中的葡萄糖不是血葡萄糖，同名不同项。"""
    urine = next(e for e in elements("25010200100") if e.component == "葡萄糖")
    assert maybe_line("25030200100", holding("r1", (urine,))) is None


def test_held_result_outside_the_list_is_told_apart():
    """已有结果和医嘱都是清单外的项目时，说明不在清单内。"""
    element = type(elements(ALBUMIN)[0])(UNLISTED)
    scope = next(f for f in line(UNLISTED, holding("r1", (element,))).findings if f.code == "SCOPE")
    assert (scope.verdict, scope.ground) == ("violated", "not_listed")


@pytest.mark.parametrize("code", ["local-7", "B-unknown"])
def test_text_that_is_no_code_matches_nothing(code):
    """不是项目编码的文字不匹配任何结果。"""
    assert maybe_line(code, holding("r1", elements(ALBUMIN))) is None
