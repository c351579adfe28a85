"""四（三）3 检查、检验项目意义重大的，如手术、输血等重大医疗措施前的检查检验等。"""

from datetime import timedelta

import pytest

from item_catalog.clinical_context.procedures import ProcedureKey
from rules.clinical_lookup import RecordedDiagnosis
from rules.outcome import Outcome
from rules.wording import sentence
from tests.spec.zhejiang_2021.arrange import ALBUMIN, BLOOD_COUNT, found, outcome
from tests.spec.zhejiang_2021.clinical import (
    CHEST_CT,
    CONTEXT,
    LIPIDS,
    LIVER_CT,
    PROTHROMBIN,
    TODAY,
    exception,
    plan,
    planned,
    read,
    visit,
)

UNTOUCHED = ("not_applicable", "not_invoked")
CORONARY = "冠状动脉造影术"
FEMALE_TO_MALE = RecordedDiagnosis("F64.000x001", "易性症,女转男")


def test_major_operation_establishes_the_set_before_it():
    """计划四级手术的，手术前常规项目直接成立，其他项目不受影响。"""
    facts = visit(BLOOD_COUNT, planned=(plan("半肝切除术", "50.3x00"),))
    assert exception("E03", facts) == ("established", "planned_grade_4")
    assert outcome(facts) is Outcome.EXEMPT
    assert "手术（操作）分级目录四级" in sentence(found(facts, "E03"))
    assert planned(LIPIDS, plan("半肝切除术", "50.3x00")) == UNTOUCHED


def test_images_of_the_operated_region_belong_to_a_grade_four_operation():
    """四级手术，显示手术部位的影像直接成立，其他部位不受影响。"""
    assert planned(LIVER_CT, plan("半肝切除术", "50.3x00")) == (
        "established",
        "planned_grade_4_images",
    )
    assert planned(CHEST_CT, plan("半肝切除术", "50.3x00")) == UNTOUCHED


def test_catalogue_of_the_receiving_hospital_is_used_and_named():
    """冠状动脉造影术在两个目录中等级不同：按本机构采用的目录，并写明是哪个目录。"""
    surgical = visit(BLOOD_COUNT, documents=("surgical",), planned=(plan(CORONARY, "88.5500"),))
    interventional = visit(
        BLOOD_COUNT, documents=("interventional",), planned=(plan(CORONARY, "88.5500"),)
    )
    assert exception("E03", surgical) == UNTOUCHED
    assert exception("E03", interventional) == ("established", "planned_grade_3")
    assert sentence(found(interventional, "E03")) == (
        "已计划冠状动脉造影术（介入诊疗手术分级目录三级），该项目属手术前常规。"
    )
    assert found(interventional, "E03").facts["grades"] == [
        {"catalogue": "interventional", "lowest": 3, "highest": 3}
    ]


def test_disagreeing_catalogues_establish_by_the_lowest_and_hint_by_the_highest():
    """采用两个目录而等级不一的，最低等级决定是否成立，最高等级只作提示。"""
    facts = visit(BLOOD_COUNT, planned=(plan(CORONARY, "88.5500"),))
    assert exception("E03", facts) == ("hint", "planned_grade_3")
    assert sentence(found(facts, "E03")) == (
        "已计划冠状动脉造影术（手术（操作）分级目录一级、介入诊疗手术分级目录三级），"
        "该项目属手术前常规。"
    )


def test_reviewed_mapping_decides_the_row():
    """院内编码已对码的，以对码的那一行为准，不再按名称查找。"""
    key = next(
        row.key
        for row in CONTEXT.procedures.rows
        if row.key.document == "interventional" and row.name == CORONARY
    )
    assert planned(BLOOD_COUNT, plan("造影", "L1", rows=(key,)))[0] == "established"
    gone = ProcedureKey("surgical", "无", "无", 1)
    assert planned(BLOOD_COUNT, plan("半肝切除术", "50.3x00", rows=(gone,)))[0] == "established"


@pytest.mark.parametrize(("days", "expected"), [(-1, False), (0, True), (14, True), (15, False)])
def test_only_a_plan_inside_the_window_counts(days, expected):
    """计划日期在申请当天至14天内的才算；过去的和更远的不算。"""
    day = TODAY + timedelta(days=days)
    assert (planned(BLOOD_COUNT, plan("半肝切除术", "50.3x00", day)) != UNTOUCHED) is expected


def test_plan_without_a_day_is_a_hint():
    """没有计划日期的，只作提示。"""
    assert planned(BLOOD_COUNT, plan("半肝切除术", "50.3x00", None)) == ("hint", "planned_grade_4")


def test_name_must_be_equal():
    """名称须与目录相同；只是相近的，按未列入目录处理，只作提示。"""
    assert planned(BLOOD_COUNT, plan("腹腔镜下半肝切除", "")) == ("hint", "planned_unlisted")


def test_removal_of_a_device_is_not_its_implantation():
    """体外膜肺氧合直接成立，其撤离术不触发。"""
    assert planned(PROTHROMBIN, plan("体外膜肺氧合[ECMO]", "39.6500"))[0] == "established"
    removal = planned(PROTHROMBIN, plan("体外膜肺氧合[ECMO]撤离术", "39.6500x002"))
    assert removal == ("hint", "planned_unlisted")


def test_sensitive_diagnosis_identifies_and_stays_outside_the_facts():
    """敏感诊断只用于识别手术，不进入事实、结论和文字。"""
    operation = plan("阴茎建造术", "64.4300")
    alone = visit(BLOOD_COUNT, planned=(operation,))
    both = visit(BLOOD_COUNT, planned=(operation,), diagnoses=(FEMALE_TO_MALE,))
    assert exception("E03", alone)[0] == "hint"
    assert exception("E03", both) == ("established", "planned_listed_major")
    assert "F64" not in repr(both)
    assert "易性" not in repr(both)
    assert "G05" not in repr(found(both, "E03"))
    assert sentence(found(both, "E03")) == "已计划阴茎建造术，列入重大手术（操作）清单。"


def test_sensitive_diagnosis_named_without_a_code_stays_outside_too():
    """只有名称没有编码的敏感诊断同样不进入事实。"""
    assert read(diagnoses=(RecordedDiagnosis("", "易性症"),)).diagnoses == ()


def test_coarse_sensitive_diagnosis_is_a_hint():
    """敏感诊断的编码只到类目的，只作提示。"""
    operation = plan("阴茎建造术", "64.4300")
    facts = visit(BLOOD_COUNT, planned=(operation,), diagnoses=(RecordedDiagnosis("F64"),))
    assert exception("E03", facts)[0] == "hint"


def test_strongest_of_several_plans_speaks():
    """有多项计划的，以效果最强的一项为准。"""
    minor, major = plan("阑尾切除术", "47.0900"), plan("半肝切除术", "50.3x00")
    facts = visit(BLOOD_COUNT, planned=(minor, major))
    assert found(facts, "E03").facts["shown"] == "半肝切除术"
    assert planned(ALBUMIN, minor, major)[0] == "established"
