"""四（三） 临床背景目录如何影响例外情形：逐条核对三十三条建议（R01 至 R33）。"""

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from rules.clinical_lookup import RecordedDiagnosis, RecordedProcedure
from rules.facts import Declared, ItemFacts
from rules.items import item_facts
from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    BLOOD_COUNT,
    EDITION,
    lab_facts,
    outcome,
    report,
    request,
    verdict,
)
from tests.spec.zhejiang_2021.clinical import (
    ACUTE_FAILURE,
    CEA,
    CHEST_CT,
    CONTEXT,
    CREATININE,
    GLUCOSE,
    LIPIDS,
    LIVER_CT,
    POTASSIUM,
    PROTHROMBIN,
    TODAY,
    exception,
    plan,
    planned,
    visit,
)

ROWS = list(
    csv.DictReader((Path(__file__).parent / "recommendations.csv").read_text("utf-8").splitlines())
)
NOTHING = ("not_applicable", "not_invoked")
CORE = [BLOOD_COUNT, PROTHROMBIN, POTASSIUM, GLUCOSE, ALBUMIN, CREATININE]
BLEEDING = [BLOOD_COUNT, PROTHROMBIN]
GRADE_4 = plan("半肝切除术", "50.3x00")


def _of_grade(grade: int, document: str = "surgical"):
    """A procedure whose rows all have this grade."""
    grades = CONTEXT.procedures
    name = next(
        row.name
        for row in grades.rows
        if row.grade == grade
        and row.has_own_name
        and (answer := grades.grade(document, row.name)) is not None
        and (answer.lowest, answer.highest) == (grade, grade)
        and all(other.grade == grade for other in answer.rows)
        and not CONTEXT.core_techniques.find_by_name(row.name)
    )
    return plan(name, "54.9900x999")


def test_table_names_every_recommendation():
    """建议表从R01到R33逐条列出，每条有规格，或写明理由。"""
    assert [row["id"] for row in ROWS] == [f"R{n:02}" for n in range(1, 34)]
    for row in ROWS:
        assert bool(row["test"]) != bool(row["reason"])
        assert not row["test"] or callable(globals()[row["test"]])


@pytest.mark.parametrize("item", [ALBUMIN, LIPIDS, CHEST_CT])
def test_any_operation_may_be_invoked_by_hand(item):
    """R01 任何手术，不论等级和项目，医生都可以自行援引。"""
    facts = visit(item, planned=(_of_grade(1),))
    declared = replace(facts, request=replace(facts.request, declared=(Declared("E03"),)))
    assert exception("E03", facts) == NOTHING
    assert exception("E03", declared) == ("established", "declared")


@pytest.mark.parametrize("item", CORE)
def test_grade_four_establishes_tests_and_images(item):
    """R02 四级手术：手术前常规和手术部位的影像直接成立。"""
    assert planned(item, GRADE_4) == ("established", "planned_grade_4")
    assert planned(LIVER_CT, GRADE_4) == ("established", "planned_grade_4_images")
    assert planned(LIPIDS, GRADE_4) == NOTHING


@pytest.mark.parametrize("item", CORE)
def test_grade_three_establishes_the_tests(item):
    """R03 三级手术：手术前常规直接成立。"""
    assert planned(item, _of_grade(3)) == ("established", "planned_grade_3")


def test_grade_three_hints_at_images():
    """R04 三级手术：手术部位的影像只作提示。"""
    operation = replace(_of_grade(3), code="50.2200")
    assert planned(LIVER_CT, operation) == ("hint", "planned_grade_3_images")
    assert planned(CHEST_CT, operation) == NOTHING


def test_grade_two_is_a_hint():
    """R05 二级手术：手术前常规只作提示，影像不提示。"""
    assert planned(BLOOD_COUNT, _of_grade(2)) == ("hint", "planned_grade_2")
    assert planned(LIVER_CT, replace(_of_grade(2), code="50.2200")) == NOTHING


@pytest.mark.parametrize("item", [*CORE, LIVER_CT])
def test_grade_one_is_nothing(item):
    """R06 一级手术：不提示。"""
    assert planned(item, _of_grade(1)) == NOTHING


@pytest.mark.parametrize("grade", [1, 2, 3])
def test_upper_list_establishes_whatever_the_grade(grade):
    """R07 本机构上调清单内的手术，不论等级直接成立。"""
    assert planned(BLOOD_COUNT, replace(_of_grade(grade), placed="upper"))[0] == "established"
    unknown = plan("本院自定手术", "54.9900x998", placed="upper")
    assert planned(BLOOD_COUNT, unknown) == ("established", "planned_upper_list")


@pytest.mark.parametrize("kind", ["general", "neuraxial", "全身麻醉"])
def test_anesthesia_is_a_hint(kind):
    """R08 已申请全身或椎管内麻醉：手术前常规只作提示；局部麻醉不提示。"""
    assert planned(BLOOD_COUNT, anesthesia=kind) == ("hint", "anesthesia")
    assert planned(LIPIDS, anesthesia=kind) == NOTHING
    assert planned(BLOOD_COUNT, anesthesia="local") == NOTHING
    assert planned(BLOOD_COUNT, plan("全凭静脉麻醉")) == ("hint", "planned_anesthesia")


def test_lower_list_turns_a_high_grade_into_a_hint():
    """R09 本机构下调清单内的三、四级手术：只对血常规、凝血作提示。"""
    lowered = replace(GRADE_4, placed="lower")
    assert planned(BLOOD_COUNT, lowered) == ("hint", "planned_lower_list")
    assert planned(GLUCOSE, lowered) == NOTHING
    assert planned(LIVER_CT, lowered) == NOTHING
    assert planned(BLOOD_COUNT, replace(_of_grade(2), placed="lower")) == NOTHING


def test_department_decides_between_grades():
    """R10 同名多级而科室已知的，按该科室的等级。"""
    assert planned(BLOOD_COUNT, plan("气管插管术", department="神经外科")) == NOTHING
    ear = plan("气管插管术", department="耳鼻咽喉科")
    assert planned(BLOOD_COUNT, ear) == ("established", "planned_grade_4")


def test_unknown_department_leaves_lowest_and_highest():
    """R11 同名多级而科室不明的，最低等级决定是否成立，最高等级只作提示。"""
    assert planned(BLOOD_COUNT, plan("气管插管术")) == ("hint", "planned_grade_4")
    assert planned(BLOOD_COUNT, plan("阑尾切除术")) == ("hint", "planned_grade_2")


@pytest.mark.parametrize(
    ("infant", "department", "expected"),
    [
        (True, "小儿外科", ("established", "planned_grade_4_images")),
        (False, "小儿外科", ("hint", "planned_grade_3_images")),
        (None, "小儿外科", ("hint", "planned_grade_3_images")),
        (True, "普通外科", ("hint", "planned_grade_3_images")),
    ],
)
def test_infant_raises_grade_three_in_its_department(infant, department, expected):
    """R12 小儿外科，年龄小于1周岁的三级手术按四级：手术部位的影像也直接成立。"""
    operation = replace(_of_grade(3), code="50.2200", department=department)
    assert planned(LIVER_CT, operation, infant=infant) == expected


def test_unlisted_operation_is_a_hint():
    """R13 目录内没有的或只是相近的名称：只作提示。"""
    assert planned(BLOOD_COUNT, plan("冠状动脉搭桥术", "36.1000")) == ("hint", "planned_unlisted")
    assert planned(LIPIDS, plan("冠状动脉搭桥术", "36.1000")) == NOTHING


def test_basic_invasive_technique_hints_at_bleeding_risk():
    """R14 基础有创操作：只对血常规、凝血作提示。"""
    puncture = plan("骨髓穿刺术", "41.3100")
    assert planned(PROTHROMBIN, puncture) == ("hint", "planned_basic_invasive")
    assert planned(GLUCOSE, puncture) == NOTHING


@pytest.mark.parametrize("item", BLEEDING)
def test_transfusion_establishes_count_and_coagulation(item):
    """R15 用血申请或输血操作：血常规、凝血直接成立，其余项目只作提示。"""
    assert planned(item, plan("输血", "99.0301")) == ("established", "blood_request")
    assert planned(LIPIDS, plan("输血", "99.0301")) == ("hint", "blood_request")
    later = plan("输血", "99.0301", TODAY + timedelta(days=90))
    assert planned(item, later) == NOTHING


def test_compatibility_tests_from_outside_are_never_offered():
    """R16 血型、抗体筛查、交叉配血须在用血机构完成：不在清单内，即使列入也不提供外院结果。"""
    words = ("血型", "交叉配血", "抗体筛查")
    assert not [i.name for i in EDITION.items() if any(word in i.name for word in words)]
    blood_group = "26000000100"
    for item in (
        item_facts(EDITION, blood_group),
        ItemFacts(blood_group, "ABO血型鉴定", listed=True, kind="lab", edition="later"),
    ):
        facts = lab_facts(item=item, report=report(blood_group), request=request())
        assert verdict(facts, "SCOPE") == ("violated", "never_offered")
        assert outcome(facts) is Outcome.NOT_RECOGNIZABLE


@pytest.mark.parametrize(
    "code", ["41.0800", "52.8500x001", "37.6600x001", "39.6500", "39.6500x001", "50.5100x002"]
)
def test_major_techniques_establish_whatever_the_grade(code):
    """R17 移植、心室辅助、体外膜肺氧合、自体移植：不论本地等级直接成立，撤离术除外。"""
    technique = plan(CONTEXT.restricted.find(code).name, code, placed="lower")
    assert planned(CREATININE, technique) == ("established", "planned_listed_major")
    removal = plan("体外膜肺氧合[ECMO]撤离术", "39.6500x002")
    assert planned(CREATININE, removal) != ("established", "planned_listed_major")
    liver = plan("自体肝移植术", "50.5100x002")
    assert planned(LIVER_CT, liver) == ("established", "planned_listed_major_images")


def test_technique_with_diagnosis_rule():
    """R18 须结合诊断的技术：有该诊断才成立，两个自明的编码除外。"""
    established = ("established", "planned_listed_major")
    diagnosed = {"diagnoses": (RecordedDiagnosis("F64.000"),)}
    needing = plan("阴茎建造术", "64.4300")
    assert planned(BLOOD_COUNT, needing)[0] == "hint"
    assert planned(BLOOD_COUNT, needing, **diagnosed) == established
    assert planned(BLOOD_COUNT, plan("", "64.5x00")) == established
    history = {"diagnoses": (RecordedDiagnosis("F64.000", active=False),)}
    assert planned(BLOOD_COUNT, needing, **history)[0] == "hint"


def test_restricted_technique_is_at_least_a_hint():
    """R19 其他限制类技术：按本地等级，至少对血常规、凝血作提示。"""
    seeds = plan("前列腺放射性粒子植入术", "92.2702")
    assert planned(BLOOD_COUNT, seeds) == ("hint", "planned_restricted")
    graded = replace(GRADE_4, code="50.2400x001")
    assert planned(BLOOD_COUNT, graded) == ("established", "planned_grade_4")


def test_adjunct_code_has_no_effect_of_its_own():
    """R20 机器人辅助为附加编码：本身没有效果，以所伴手术为准。"""
    robot = plan("腹腔镜机器人辅助操作", "17.4200")
    assert planned(BLOOD_COUNT, robot) == NOTHING
    assert planned(BLOOD_COUNT, robot, GRADE_4)[0] == "established"


def test_noninvasive_technique_has_no_effect():
    """R21 质子、重离子放射治疗：没有手术前的效果。"""
    assert planned(BLOOD_COUNT, plan("质子远距离放射治疗", "92.2601")) == NOTHING


def test_operative_core_technique_is_a_hint():
    """R22 没有等级的手术类核心技术：只作提示。"""
    technique = next(
        line
        for line in CONTEXT.core_techniques.rows
        if line.code_class == "operative_00_86"
        and not CONTEXT.procedures.grades(line.name)
        and not CONTEXT.restricted.find(str(line.expression))
    )
    assert planned(BLOOD_COUNT, plan(technique.name)) == ("hint", "planned_core_technique")
    assert planned(LIPIDS, plan(technique.name)) == NOTHING


def test_nonoperative_core_technique_is_nothing():
    """R23 影像、监测、药物、放疗等非手术类核心技术：没有手术前的效果。"""
    assert planned(BLOOD_COUNT, plan("调强适形放射治疗[IMRT]", "92.2400x003")) == NOTHING
    assert planned(BLOOD_COUNT, plan("节拍化疗", "99.2503")) == NOTHING


@pytest.mark.parametrize("item", [BLOOD_COUNT, ALBUMIN, CREATININE])
def test_next_cycle_is_a_hint(item):
    """R24 已安排下一疗程化疗、放疗：血常规、肝功能、肾功能只作提示。"""
    facts = visit(item, planned=(plan("静脉注射化疗药物", "99.2503"),))
    assert exception("E02", facts) == ("hint", "treatment_cycle")


@pytest.mark.parametrize("item", [BLOOD_COUNT, POTASSIUM, GLUCOSE, CREATININE, PROTHROMBIN])
@pytest.mark.parametrize("code", ["A41.901", "I47.200", "J80.x00", "J96.000", "N17.900", "R57.200"])
def test_acute_organ_failure_establishes_volatile_items(item, code):
    """R25 急性器官衰竭的现患诊断：变化快的项目直接成立。"""
    facts = visit(item, 7, diagnoses=(RecordedDiagnosis(code),))
    assert exception("E02", facts) == ("established", "organ_failure")


def test_uncertain_organ_failure_is_a_hint():
    """R26 编码过粗、既往史，或项目变化不快：只作提示。"""
    for diagnosis, item in (
        (RecordedDiagnosis("J96"), POTASSIUM),
        (replace(ACUTE_FAILURE, active=False), POTASSIUM),
        (ACUTE_FAILURE, LIPIDS),
    ):
        facts = visit(item, 7, diagnoses=(diagnosis,))
        assert exception("E02", facts) == ("hint", "organ_failure_possible")


@pytest.mark.parametrize("item", [CEA, LIVER_CT])
def test_tumor_before_last_treatment_is_a_hint(item):
    """R27 肿瘤患者的结果早于最近一次手术、疗程或进展：只作提示。"""
    treated = RecordedProcedure("50.2200", "部分肝切除术", TODAY - timedelta(days=3))
    facts = visit(item, 24 * 9, diagnoses=(RecordedDiagnosis("C22.000"),), performed=(treated,))
    assert exception("E02", facts) == ("hint", "tumor_course")


@pytest.mark.parametrize("item", [CEA, LIVER_CT, ALBUMIN])
def test_tumor_otherwise_is_nothing(item):
    """R28 仅有肿瘤诊断：没有效果。"""
    facts = visit(item, 24 * 9, diagnoses=(RecordedDiagnosis("C34.101"),))
    assert exception("E02", facts) == NOTHING


@pytest.mark.parametrize("code", ["K29.502", "K51.900", "Z51.000"])
def test_other_listed_diseases_are_nothing(code):
    """R29 目录内其他疾病和放疗就诊：没有效果。"""
    assert exception("E02", visit(ALBUMIN, 24 * 9, diagnoses=(RecordedDiagnosis(code),))) == NOTHING


@pytest.mark.parametrize("code", ["I21.900", "I63.900", "C90.000"])
def test_unlisted_disease_is_nothing(code):
    """R30 不在目录内：没有效果，也不说明不严重，医生仍可援引。"""
    facts = visit(ALBUMIN, 24 * 9, diagnoses=(RecordedDiagnosis(code),))
    assert exception("E02", facts) == NOTHING
    declared = replace(facts, request=replace(facts.request, declared=(Declared("E02"),)))
    assert exception("E02", declared)[0] == "established"


@pytest.mark.parametrize("flag", [{"visit_class": "emergency"}, {"rescue": True}, {"triage": 1}])
@pytest.mark.parametrize("item", [LIPIDS, CHEST_CT])
def test_emergency_flag_establishes_for_any_item(flag, item):
    """R31 急诊、抢救或分诊1、2级：任何项目直接成立。"""
    facts = visit(item)
    urgent = replace(facts, request=replace(facts.request, **flag))
    assert exception("E07", urgent)[0] == "established"
    assert outcome(urgent) is Outcome.EXEMPT


@pytest.mark.parametrize(
    "context",
    [
        {"planned": (plan("脑动脉内溶栓术"),)},
        {"planned": (plan("抢救气管插管术"),)},
        {"planned": (plan("STEMI急诊PCI术（不包括慢性完全闭塞性，不涉及开口及左主干的病变）"),)},
        {"planned": (plan("", "39.6500"),)},
        {"planned": (plan("", "39.6500x001"),)},
        {"diagnoses": (RecordedDiagnosis("R57.000", "心源性休克"),)},
        {"diagnoses": (RecordedDiagnosis("K72.000", "急性肝衰竭"),)},
    ],
)
def test_emergency_signs_without_a_flag_are_a_hint(context):
    """R32 没有急诊标志而有急救类操作或诊断：只作提示；撤离术、既往史不提示。"""
    assert exception("E07", visit(LIPIDS, **context))[0] == "hint"
    past = {"diagnoses": (RecordedDiagnosis("R57.000", active=False),)}
    assert exception("E07", visit(LIPIDS, **past)) == NOTHING
    assert exception("E07", visit(LIPIDS, planned=(plan("", "39.6500x002"),))) == NOTHING
