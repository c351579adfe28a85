"""四（三）2 检查、检验结果与疾病发展关联程度高、变化幅度大的项目。"""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.clinical_lookup import RecordedDiagnosis, RecordedProcedure
from rules.facts import Declared
from rules.outcome import Outcome
from rules.wording import sentence
from tests.spec.zhejiang_2021.arrange import ALBUMIN, BLOOD_COUNT, found, outcome, report
from tests.spec.zhejiang_2021.clinical import (
    ACUTE_FAILURE,
    CEA,
    CHEST_CT,
    GLUCOSE,
    LIVER_CT,
    POTASSIUM,
    TODAY,
    exception,
    plan,
    visit,
)

CANCER = RecordedDiagnosis("C22.000", "肝细胞癌", TODAY - timedelta(days=300))
ITEMS_AND_HOURS = [(GLUCOSE, 12), (POTASSIUM, 24), (BLOOD_COUNT, 24), ("25040102500", 48)]
UNTOUCHED = ("not_applicable", "not_invoked")


@pytest.mark.parametrize(("item", "hours"), ITEMS_AND_HOURS)
def test_volatile_item_beyond_its_hours_is_a_hint(item, hours):
    """变化快的项目超过其可代表的小时数，给予提示；没有超过的，不提示。"""
    assert exception("E02", visit(item, hours)) == UNTOUCHED
    assert exception("E02", visit(item, hours + 1)) == ("hint", "volatile")


def test_stable_item_is_never_volatile():
    """变化不快的项目不提示。"""
    assert exception("E02", visit(ALBUMIN, 29 * 24)) == UNTOUCHED


def test_hint_of_volatility_leaves_the_outcome():
    """只有变化快一项，不改变判定；提示写明小时数。"""
    facts = visit(POTASSIUM, 30)
    assert outcome(facts) is Outcome.RECOGNIZABLE
    assert sentence(found(facts, "E02")) == "钾变化快，结果距今30小时，超过24小时。"
    assert [p.name for p in found(facts, "E02").parameters] == [
        "effect_volatile",
        "volatility_hours",
    ]


def test_acute_organ_failure_establishes_volatile_items():
    """急性器官衰竭的现患诊断，且项目变化快、结果已过时的，直接成立。"""
    facts = visit(POTASSIUM, 7, diagnoses=(ACUTE_FAILURE,))
    assert exception("E02", facts) == ("established", "organ_failure")
    assert outcome(facts) is Outcome.EXEMPT
    assert sentence(found(facts, "E02")) == "现患急性呼吸衰竭，结果距今7小时，超过6小时。"


def test_fresh_result_still_stands_in_organ_failure():
    """急性器官衰竭时，在可代表的小时数之内的结果仍然有效。"""
    assert exception("E02", visit(POTASSIUM, 6, diagnoses=(ACUTE_FAILURE,))) == UNTOUCHED


@pytest.mark.parametrize(
    "diagnosis",
    [
        RecordedDiagnosis("J96", "呼吸衰竭"),
        RecordedDiagnosis("A41", "脓毒症"),
        RecordedDiagnosis("J96.000", "急性呼吸衰竭", active=False),
    ],
)
def test_coarse_or_past_organ_failure_is_a_hint(diagnosis):
    """编码只到类目、编码过短、属既往史的，只作提示。"""
    facts = visit(POTASSIUM, 7, diagnoses=(diagnosis,))
    assert exception("E02", facts) == ("hint", "organ_failure_possible")


def test_stable_item_in_organ_failure_is_a_hint():
    """急性器官衰竭而项目变化不快的，只作提示。"""
    facts = visit(ALBUMIN, 48, diagnoses=(ACUTE_FAILURE,))
    assert exception("E02", facts) == ("hint", "organ_failure_possible")


def test_organ_failure_with_unknown_age_is_a_hint():
    """结果时间不明的，只作提示。"""
    facts = visit(POTASSIUM, diagnoses=(ACUTE_FAILURE,))
    undated = replace(facts, report=report(POTASSIUM, anchors=()), eqa_day=None)
    assert exception("E02", undated) == ("hint", "organ_failure_possible")


def test_organ_failure_named_without_a_code_counts():
    """没有编码而名称与目录完全相同的，按该诊断处理；名称只是包含的，不算。"""
    named = RecordedDiagnosis("", "急性肝衰竭")
    part = RecordedDiagnosis("", "急性肝衰竭待查")
    assert exception("E02", visit(POTASSIUM, 7, diagnoses=(named,)))[0] == "established"
    assert exception("E02", visit(POTASSIUM, 7, diagnoses=(part,))) == UNTOUCHED


def test_chest_images_are_volatile_in_organ_failure():
    """急性器官衰竭时，24小时以前的胸部影像直接成立，其他部位只作提示。"""
    chest, liver = (visit(item, 25, diagnoses=(ACUTE_FAILURE,)) for item in (CHEST_CT, LIVER_CT))
    assert exception("E02", chest) == ("established", "organ_failure")
    assert exception("E02", liver) == ("hint", "organ_failure_possible")


@pytest.mark.parametrize("item", [CEA, LIVER_CT])
def test_tumor_result_from_before_the_last_operation_is_a_hint(item):
    """肿瘤患者的影像和肿瘤标志物早于最近一次手术的，给予提示。"""
    operated = (RecordedProcedure("50.2200", "部分肝切除术", TODAY),)
    facts = visit(item, 200, diagnoses=(CANCER,), performed=operated)
    assert exception("E02", facts) == ("hint", "tumor_course")
    assert exception("E02", visit(item, 200, performed=operated)) == UNTOUCHED


def test_tumor_result_from_before_progression_is_a_hint():
    """结果之后新出现转移诊断的，给予提示。"""
    spread = RecordedDiagnosis("C79.300", "脑转移癌", TODAY)
    facts = visit(LIVER_CT, 200, diagnoses=(CANCER, spread))
    assert exception("E02", facts) == ("hint", "tumor_course")


@pytest.mark.parametrize("item", [CEA, LIVER_CT])
def test_tumor_alone_is_no_ground(item):
    """仅有肿瘤诊断，不构成理由。"""
    assert exception("E02", visit(item, 200, diagnoses=(CANCER,))) == UNTOUCHED


def test_tumor_result_without_a_time_is_no_ground():
    """结果时间不明的，无从比较治疗前后。"""
    facts = visit(CEA, diagnoses=(CANCER,))
    undated = replace(facts, report=report(CEA, anchors=()), eqa_day=None)
    assert exception("E02", undated) == UNTOUCHED


@pytest.mark.parametrize("code", ["99.2503", "92.2400x003"])
def test_counts_before_the_next_cycle_are_a_hint(code):
    """已安排化疗、放疗疗程的，血常规、肝功能、肾功能给予提示，其他项目不提示。"""
    cycle = plan("静脉注射化疗药物", code)
    assert exception("E02", visit(BLOOD_COUNT, planned=(cycle,))) == ("hint", "treatment_cycle")
    assert exception("E02", visit(CEA, planned=(cycle,))) == UNTOUCHED
    assert exception("E02", visit(BLOOD_COUNT, planned=(plan("阑尾切除术", "47.0"),))) == UNTOUCHED


def test_declaration_goes_before_a_hint():
    """医生援引的，按援引成立，不因提示而改变。"""
    facts = visit(POTASSIUM, 30)
    declared = replace(facts, request=replace(facts.request, declared=(Declared("E02"),)))
    assert exception("E02", declared) == ("established", "declared")
