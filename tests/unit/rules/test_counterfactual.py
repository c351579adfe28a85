"""Counterfactuals in the words a physician reads, and as few as there can be."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from rules.calendar import local_day
from rules.counterfactual import counterfactuals, line_counterfactuals
from rules.engine import determine
from rules.facts import Anchor, Declared, ItemFacts, Party
from rules.outcome import Outcome
from rules.parameter_changes import Change, changed_policy
from rules.policy import ChangedFacts
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    AT,
    BLOOD_COUNT,
    CHEST_TWO_VIEWS,
    LIVER,
    LOW,
    POLICY,
    RIGHT_KNEE,
    TUMOR_PANEL,
    UPPER_ABDOMEN_CT,
    UPPER_ABDOMEN_CT_ENHANCED,
    days_ago,
    determined,
    elements,
    holding,
    images,
    imaging_facts,
    lab,
    lab_facts,
    line,
    report,
    request,
)
from tests.spec.zhejiang_2021.clinical import ACUTE_FAILURE, POTASSIUM, plan, visit

NSE = "25040400900"


def _texts(facts, policy=POLICY):
    return [way.text for way in counterfactuals(determine(facts, policy), policy)]


def _under(**values):
    changes = [Change(name, None, text) for name, text in values.items()]
    return changed_policy(POLICY, changes)


def _collected(days, **changes):
    anchors = (Anchor("collected", days_ago(days)),)
    return lab_facts(report=report(anchors=anchors), **changes)


def test_assessment_is_named_with_its_day():
    assert _texts(lab_facts(lab=lab(assessments=(), assessed=False))) == [
        "若检测机构S3A持有于2025-06-29有效的室间质评合格结果，则判定为“可互认”。"
    ]


def test_late_collection_is_counted_in_days():
    assert _texts(_collected(32)) == ["若晚2天采样，则判定为“可互认”。"]


def test_every_condition_that_fails_is_named():
    facts = _collected(33, lab=lab(assessments=()))
    assert _texts(facts) == [
        "若晚3天采样，且检测机构S3A持有于2025-05-31有效的室间质评合格结果，则判定为“可互认”。"
    ]


def test_lower_source_has_two_ways():
    facts = lab_facts(report=report(source=LOW))
    assert _texts(facts) == [
        "若双方同属一个医联体或医共体，则判定为“可互认”。",
        "若报告机构为二级甲等及以上，则判定为“可互认”。",
    ]


def test_recognizable_result_says_until_when():
    assert _texts(_collected(10)) == ["若于2025-07-21申请，则判定为“不符合互认条件”。"]


def test_recognizable_result_by_the_hour_says_how_long():
    policy = _under(window_hours="6")
    facts = lab_facts(report=report(anchors=(Anchor("collected", AT - timedelta(hours=2)),)))
    assert _texts(facts, policy) == ["若于5小时后申请，则判定为“不符合互认条件”。"]
    late = lab_facts(
        report=report(anchors=(Anchor("collected", AT - timedelta(hours=7, minutes=30)),))
    )
    assert _texts(late, policy) == ["若晚2小时采样，则判定为“可互认”。"]


def test_result_without_a_period_ends_by_its_withdrawal():
    policy = replace(POLICY, clauses=tuple(c for c in POLICY.clauses if c.__name__ != "window"))
    assert _texts(lab_facts(), policy) == ["若报告被撤回，则判定为“不符合互认条件”。"]


def test_policy_without_an_ending_has_no_counterfactual_for_a_good_result():
    assert _texts(lab_facts(), replace(POLICY, ending=None)) == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (_collected(-1), "采样时间不晚于申请"),
        (lab_facts(report=report(anchors=())), "报告注明检查日期"),
        (lab_facts(report=report(anchors=()), eqa_day=None), "报告注明检查日期"),
        (lab_facts(eqa_day=None), "检测日期已注明"),
        (imaging_facts(imaging=images(declared_count=None, closed=False)), "图像上传结束"),
        (lab_facts(report=report(patient_present=False)), "报告注明患者基本信息"),
        (lab_facts(report=report(status="preliminary")), "报告为正式报告"),
        (lab_facts(report=report("25030100100")), "已有结果就是白蛋白"),
        (lab_facts(lab=lab(results=0)), "报告有结果数值"),
        (lab_facts(BLOOD_COUNT, lab=lab(components=())), "同一份报告包含全部项目内容"),
        (lab_facts(NSE, lab=lab(systems=(None,), receiver_system="甲")), "报告注明检测系统"),
        (lab_facts(NSE, lab=lab(systems=("乙",), receiver_system="甲")), "双方检测系统相同"),
        (lab_facts(NSE, lab=lab(systems=("乙",))), "双方检测系统相同"),
        (lab_facts(request=request(purpose="forensic")), "就诊目的不是鉴定"),
        (lab_facts(request=request(rescue=True)), "患者不在抢救状态"),
        (lab_facts(request=request(triage=1)), "分诊级别不属急危、急重"),
        (lab_facts(request=request(visit_class="emergency")), "不是急诊就诊"),
        (lab_facts(request=request(declared=(Declared("E08"),))), "医生不援引四（三）8"),
        (visit(BLOOD_COUNT, planned=(plan("半肝切除术"),)), "没有计划手术、操作或麻醉"),
        (visit(POTASSIUM, 8, diagnoses=(ACUTE_FAILURE,)), "没有该项现患诊断"),
        (
            visit(BLOOD_COUNT, planned=(plan("输血", "99.0301"),)),
            "没有用血申请",
        ),
        (imaging_facts(imaging=images(modalities=("CT",))), "图像的设备类型与项目相符"),
        (imaging_facts(imaging=images(received_count=1)), "申报的图像全部到齐"),
        (imaging_facts(imaging=images(available=False)), "影像资料可以调阅"),
    ],
)
def test_single_cause_has_a_single_change(facts, words):
    assert [way.changes for way in counterfactuals(determined(facts), POLICY)] == [(words,)]


def test_unlisted_item_would_have_to_be_listed():
    item = ItemFacts("25999999900", "某项目", listed=False, kind="lab", edition="e")
    facts = lab_facts(item=item, report=report("25999999900"))
    assert _texts(facts) == ["若该项目列入互认项目清单，则判定为“可互认”。"]


def test_blood_group_from_outside_can_never_be_offered():
    item = ItemFacts("26000000100", "ABO血型鉴定", listed=True, kind="lab", edition="later")
    assert _texts(lab_facts(item=item, report=report("26000000100"))) == []
    assert line_counterfactuals(_line_of(item), POLICY) == ()


def _line_of(item):
    base = line(ALBUMIN, holding("a", elements(ALBUMIN)))
    part = base.parts[0]
    facts = replace(part.determination.facts, item=item)
    part = replace(part, determination=determined(facts))
    return replace(base, parts=(part,), outcome=part.determination.outcome)


@pytest.mark.parametrize(
    ("parameter", "facts", "words"),
    [
        ("effect_volatile", visit(POTASSIUM, 30), "刚刚采样"),
        (
            "effect_technique",
            imaging_facts(
                "BN24ZUZZZ-00",
                imaging=images(modalities=("CT",), body_parts=(), slice_micrometers=5000),
            ),
            "图像的技术与项目要求相同",
        ),
        (
            "effect_treated_since",
            visit(ALBUMIN, 48, performed=(plan("胆囊切除术", "51.2300", local_day(AT)),)),
            "结果之后没有实施治疗、手术",
        ),
    ],
)
def test_hints_that_a_province_makes_automatic_can_be_undone(parameter, facts, words):
    policy = _under(**{parameter: "auto"})
    assert [way.changes for way in counterfactuals(determine(facts, policy), policy)] == [(words,)]


def test_internal_quality_gate_can_be_met():
    policy = _under(internal_qc_gate="on")
    assert _texts(lab_facts(), policy) == ["若检测机构该项目室内质控在控，则判定为“可互认”。"]


def test_upper_receiver_without_a_tier_needs_both_sides():
    facts = lab_facts(report=report(source=Party("S", None, None)), request=request(receiver=LOW))
    assert len(_texts(facts)) == 2


def test_line_names_the_component_that_stands_in_the_way():
    held = elements(LIVER)
    late = holding("b", held[1:2], days=31)
    found = line(LIVER, holding("a", held[:1]), late, holding("c", held[2:]))
    assert found.outcome is Outcome.DISCRETIONARY
    ways = line_counterfactuals(found, POLICY)
    assert [way.text for way in ways] == ["若另持有白蛋白的可互认结果，则判定为“可互认”。"]


def test_line_of_nothing_recognizable_needs_one_part_only():
    held = elements(LIVER)
    found = line(LIVER, holding("a", held[:1], days=31), holding("b", held[1:], days=32))
    (way,) = line_counterfactuals(found, POLICY)
    assert way.text == "若总蛋白：晚1天采样，则判定为“酌情互认”。"
    assert way.line.coverage.held == ("总蛋白",)


def test_line_of_one_item_reads_as_its_determination():
    (way,) = line_counterfactuals(line(ALBUMIN, holding("a", elements(ALBUMIN), days=33)), POLICY)
    assert way.text == "若晚3天采样，则判定为“可互认”。"


def test_line_needs_every_part_that_is_undetermined():
    held = elements(LIVER)
    unknown = {"assessments": (), "assessed": False}
    found = line(LIVER, holding("a", held[:1], **unknown), holding("b", held[1:], **unknown))
    (way,) = line_counterfactuals(found, POLICY)
    assert len(way.changes) == len(held)
    assert way.line.outcome is Outcome.RECOGNIZABLE


def test_ending_that_does_not_end_it_is_passed_over():
    policy = replace(POLICY, ending=lambda facts, _f, _p: (ChangedFacts(facts, "无"),))
    assert _texts(lab_facts(), policy) == []


def test_clause_without_a_remedy_leaves_no_way():
    assert _texts(_collected(33), replace(POLICY, remedies={})) == []


def test_remedy_that_does_not_help_is_given_up():
    stuck = replace(POLICY, remedies={"WINDOW": lambda facts, _f, _p: (ChangedFacts(facts, "无"),)})
    assert _texts(_collected(33), stuck) == []


def test_remedies_that_never_help_come_to_an_end():
    numbers = count()
    endless = replace(
        POLICY,
        remedies={"WINDOW": lambda facts, _f, _p: (ChangedFacts(facts, f"{next(numbers)}"),)},
    )
    assert _texts(_collected(33), endless) == []


def test_date_is_asked_for_where_the_document_knows_no_period():
    clauses = tuple(c for c in POLICY.clauses if c.__name__ not in {"window", "eqa"})
    policy = replace(POLICY, clauses=clauses)
    assert _texts(lab_facts(report=report(anchors=())), policy) == [
        "若报告注明检查日期，则判定为“可互认”。"
    ]


BARE = {"modalities": (), "body_parts": (), "views": ()}


@pytest.mark.parametrize(
    ("item", "header", "changes"),
    [
        (
            RIGHT_KNEE,
            {"body_parts": ("KNEE",), "lateralities": ("L",)},
            ("图像标注的侧别与项目相符",),
        ),
        (RIGHT_KNEE, {"body_parts": ("CHEST",)}, ("图像标注的部位与项目相符",)),
        (
            UPPER_ABDOMEN_CT_ENHANCED,
            {**BARE, "plain_series": 1},
            ("图像的增强情况与项目相符",),
        ),
        (
            UPPER_ABDOMEN_CT,
            {**BARE, "plain_series": 0, "contrast_series": 1},
            ("图像的增强情况与项目相符",),
        ),
        (RIGHT_KNEE, {**BARE, "received_count": 0}, ("影像资料已上传",)),
        (RIGHT_KNEE, {**BARE, "report_present": False}, ("检查报告已上传",)),
        (
            UPPER_ABDOMEN_CT_ENHANCED,
            {**BARE, "declared_count": None, "plain_series": 0, "contrast_series": 1},
            ("图像含项目要求的期相",),
        ),
        (
            RIGHT_KNEE,
            {"declared_count": None, "modalities": (), "body_parts": (), "views": ("AP", "AP")},
            ("图像含项目要求的体位",),
        ),
        (
            RIGHT_KNEE,
            {"declared_count": None, "modalities": (), "body_parts": (), "views": ("", "")},
            ("图像注明体位",),
        ),
    ],
)
def test_images_are_mended_one_by_one(item, header, changes):
    facts = imaging_facts(item, imaging=images(**header))
    assert [way.changes for way in counterfactuals(determined(facts), POLICY)] == [changes]


def test_line_with_a_clause_to_weigh_and_something_missing_needs_both():
    held = elements(TUMOR_PANEL)
    found = line(
        TUMOR_PANEL,
        holding("a", held[2:], systems=("乙",), receiver_system="甲"),
    )
    assert found.outcome is Outcome.DISCRETIONARY
    (way,) = line_counterfactuals(found, POLICY)
    assert len(way.changes) == 2
    assert way.line.outcome is Outcome.RECOGNIZABLE


def test_line_of_images_has_its_counterfactual():
    facts = imaging_facts(CHEST_TWO_VIEWS)
    assert _texts(facts)[0].startswith("若于2025-07-30申请")
