"""四（三）1、2、4、5、6、8、10：由医生在医嘱上援引。"""

from dataclasses import replace

import pytest

from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    declared,
    found,
    imaging_facts,
    lab_facts,
    outcome,
    report,
    verdict,
)

DECLARED = ["E01", "E02", "E03", "E04", "E05", "E07", "E08", "E09"]


@pytest.mark.parametrize("code", DECLARED)
def test_declaration_establishes_the_exception(code):
    """医生援引的情形成立，记录援引者。"""
    facts = lab_facts(request=declared(code, "说明"))
    assert verdict(facts, code) == ("established", "declared")
    assert found(facts, code).facts == {"declared": True, "text": "说明", "author": "D1"}
    assert outcome(facts) is Outcome.EXEMPT


@pytest.mark.parametrize("code", [*DECLARED, "E06", "E10"])
def test_exception_not_invoked_does_not_apply(code):
    """没有援引也没有依据的，不适用，判定不变。"""
    assert verdict(lab_facts(), code) == ("not_applicable", "not_invoked")
    assert outcome(lab_facts()) is Outcome.RECOGNIZABLE


@pytest.mark.parametrize("number", range(1, 11))
def test_exception_cites_its_own_number(number):
    """每项例外引用四（三）的相应序号。"""
    assert found(lab_facts(), f"E{number:02}").clause == f"四（三）{number}"


def test_image_quality_applies_to_imaging_only():
    """图像质量和方法不能满足诊断要求的，只适用于医学影像学检查。"""
    request = declared("E06")
    assert verdict(imaging_facts(request=request), "E06") == ("established", "declared")
    assert verdict(lab_facts(request=request), "E06") == ("not_applicable", "imaging_only")
    assert outcome(lab_facts(request=request)) is Outcome.RECOGNIZABLE


def test_other_ground_needs_words():
    """其他情形须写明具体内容；没有写明的只作提示，不改变判定。"""
    with_text = lab_facts(request=declared("E10", "移植随访"))
    without = lab_facts(request=declared("E10", " "))
    assert verdict(with_text, "E10") == ("established", "declared")
    assert verdict(without, "E10") == ("hint", "text_required")
    assert verdict(lab_facts(request=declared("E10")), "E10") == ("hint", "text_required")
    assert outcome(without) is Outcome.RECOGNIZABLE


@pytest.mark.parametrize("code", ["E04", "E05"])
@pytest.mark.parametrize(
    ("viewed", "expected"),
    [(True, "established"), (None, "established"), (False, "hint")],
)
def test_doubt_presupposes_a_viewed_result(code, viewed, expected):
    """与病情不符、结果有疑须先看过原结果；确知没有看过的只作提示。"""
    facts = lab_facts(request=declared(code), report=replace(report(), viewed=viewed))
    assert verdict(facts, code)[0] == expected
