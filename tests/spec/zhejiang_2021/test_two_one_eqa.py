"""二（一） 医学检验项目被互认的医疗机构需通过国家、省级室间质评。"""

import pytest

from rules.facts import Assessment
from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    BLOOD_COUNT,
    LABORATORY,
    elements,
    found,
    holding,
    imaging_facts,
    lab,
    lab_facts,
    line,
    outcome,
    report,
    verdict,
)


@pytest.mark.parametrize("scheme", ["national", "provincial"])
def test_pass_of_either_scheme_satisfies(scheme):
    """采样当天检测机构持有国家或省级室间质评合格结果的，符合。"""
    facts = lab_facts(lab=lab(assessments=(Assessment(scheme, "pass"),)))
    assert verdict(facts, "EQA") == ("satisfied", "passed")


@pytest.mark.parametrize("result", ["fail", "suspended"])
def test_failed_or_suspended_assessment_violates(result):
    """室间质评不合格或被暂停的，不符合。"""
    facts = lab_facts(lab=lab(assessments=(Assessment("national", result),)))
    assert verdict(facts, "EQA") == ("violated", result)
    assert outcome(facts) is Outcome.NOT_RECOGNIZABLE


def test_suspension_speaks_before_failure():
    """一个层级暂停、另一个层级不合格的，指明暂停。"""
    rows = (Assessment("national", "fail"), Assessment("provincial", "suspended"))
    assert verdict(lab_facts(lab=lab(assessments=rows)), "EQA") == ("violated", "suspended")


def test_pass_of_one_scheme_outweighs_failure_of_other():
    """国家、省级之一合格即可，另一层级的结果一并列出。"""
    rows = (Assessment("national", "fail"), Assessment("provincial", "pass"))
    facts = lab_facts(lab=lab(assessments=rows))
    assert verdict(facts, "EQA") == ("satisfied", "passed")
    assert found(facts, "EQA").facts["assessments"] == ["national:fail", "provincial:pass"]


def test_assessed_laboratory_without_the_item_violates():
    """检测机构当天有其他项目的室间质评记录而没有该项目的，不符合。"""
    facts = lab_facts(lab=lab(assessments=()))
    assert verdict(facts, "EQA") == ("violated", "none_for_item")


def test_suspension_inside_one_scheme_sets_its_pass_aside():
    """同一层级当天既有合格又有暂停的，暂停有效；另一层级合格的仍然符合。"""
    suspended = (Assessment("national", "pass"), Assessment("national", "suspended"))
    assert verdict(lab_facts(lab=lab(assessments=suspended)), "EQA") == ("violated", "suspended")
    other = (*suspended, Assessment("provincial", "pass"))
    assert verdict(lab_facts(lab=lab(assessments=other)), "EQA") == ("satisfied", "passed")


@pytest.mark.parametrize(
    ("rows", "marks"),
    [
        ([("national", "pass")], ["全国HR"]),
        ([("provincial", "pass")], ["浙HR"]),
        ([("national", "pass"), ("provincial", "pass")], ["全国HR", "浙HR"]),
        ([("national", "suspended"), ("provincial", "pass")], ["浙HR"]),
        ([("national", "fail")], []),
    ],
)
def test_passes_give_the_recognition_mark(rows, marks):
    """互认标识由当天有效的合格结果得出：国家级为全国HR，省级为浙HR；暂停的没有标识。"""
    facts = lab_facts(lab=lab(assessments=tuple(Assessment(*row) for row in rows)))
    assert found(facts, "EQA").facts["marks"] == marks


def test_laboratory_without_assessments_has_no_mark():
    """没有室间质评记录的，没有互认标识。"""
    facts = lab_facts(lab=lab(assessments=(), assessed=False))
    assert found(facts, "EQA").facts["marks"] == []


def test_pass_of_foreign_scheme_does_not_count():
    """既非国家也非省级的质评不算。"""
    facts = lab_facts(lab=lab(assessments=(Assessment("city", "pass"),)))
    assert verdict(facts, "EQA") == ("violated", "none_for_item")


def test_laboratory_without_any_row_is_unknown():
    """检测机构当天没有任何室间质评记录的，条件不明。"""
    facts = lab_facts(lab=lab(assessments=(), assessed=False))
    assert verdict(facts, "EQA") == ("unknown", "no_rows")
    assert outcome(facts) is Outcome.UNDETERMINED


def test_unknown_day_of_collection_is_unknown():
    """检测日期不明的，无法核对，条件不明。"""
    facts = lab_facts(eqa_day=None, report=report(anchors=()))
    assert verdict(facts, "EQA") == ("unknown", "day_unknown")


def test_missing_laboratory_facts_are_unknown():
    """没有检验事实的，条件不明。"""
    assert verdict(lab_facts(lab=None), "EQA") == ("unknown", "day_unknown")


def test_imaging_needs_no_assessment():
    """影像检查不要求室间质评。"""
    assert verdict(imaging_facts(), "EQA") == ("not_applicable", "imaging")


def test_performing_laboratory_is_named():
    """核对的是实际检测的机构，而不是出具报告的机构。"""
    assert found(lab_facts(lab=lab(performer=LABORATORY)), "EQA").facts["laboratory"] == "LAB"


def test_blood_count_is_assessed_as_a_whole():
    """血常规按组合的编码核对室间质评。"""
    held = holding("r1", elements(BLOOD_COUNT), assessments=())
    eqa = next(f for f in line(BLOOD_COUNT, held).findings if f.code == "EQA")
    assert (eqa.verdict, eqa.facts["item"]) == ("violated", BLOOD_COUNT)
