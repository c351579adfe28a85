"""三（二） 序列完整、患者基本信息和检查日期准确；四（一） 规范完整的报告和相应影像资料。"""

from dataclasses import replace

import pytest

from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    CHEST_TWO_VIEWS,
    RIGHT_KNEE,
    UPPER_ABDOMEN_CT,
    UPPER_ABDOMEN_CT_ENHANCED,
    code_of,
    found,
    images,
    imaging_facts,
    lab,
    lab_facts,
    outcome,
    report,
    verdict,
)

BOTH_KNEES = "BQ09ZZZ8B-00"
EXTENSION_FLEXION = "BR00ZZZEA-00"
HEEL_AXIAL_LATERAL = "BQ0JZZZ0B-00"


def _chest(**changes):
    return verdict(imaging_facts(imaging=images(**changes)), "COMPLETE")


def _ct(code, **changes):
    base = images(modalities=("CT",), body_parts=("ABDOMEN",), views=("",) * 40, received_count=40)
    return imaging_facts(code, imaging=replace(base, declared_count=None, **changes))


def _knee(code, *sides, **changes):
    return imaging_facts(code, imaging=images(body_parts=("KNEE",), lateralities=sides, **changes))


def test_lab_report_with_results_is_complete():
    """有结果、患者和日期的检验报告，符合。"""
    finding = found(lab_facts(), "COMPLETE")
    assert (finding.verdict, finding.clause) == ("satisfied", "四（一）")


@pytest.mark.parametrize("content", [lab(results=0), None])
def test_lab_report_without_results_violates(content):
    """没有结果数值的检验报告，不符合。"""
    assert verdict(lab_facts(lab=content), "COMPLETE") == ("violated", "no_results")


def test_lab_report_without_patient_is_unknown():
    """没有患者基本信息的，条件不明。"""
    facts = lab_facts(report=report(patient_present=False))
    assert verdict(facts, "COMPLETE") == ("unknown", "no_patient")


def test_lab_report_without_date_is_unknown():
    """没有任何日期的，条件不明。"""
    assert verdict(lab_facts(report=report(anchors=())), "COMPLETE") == ("unknown", "no_date")


def test_declared_count_met_is_complete():
    """收到的图像达到申报数量的，符合。"""
    assert _chest(declared_count=2) == ("satisfied", "declared_count_met")
    assert found(imaging_facts(), "COMPLETE").clause == "三（二）"


def test_fewer_images_than_declared_violates():
    """收到的图像少于申报数量的，不符合。"""
    assert _chest(declared_count=3) == ("violated", "fewer_than_declared")


def test_report_without_images_violates():
    """只有报告没有影像的，不符合。"""
    assert _chest(received_count=0, modalities=(), views=()) == ("violated", "no_images")
    assert verdict(imaging_facts(imaging=None), "COMPLETE") == ("violated", "no_images")


def test_images_without_report_violate():
    """只有影像没有报告的，不符合。"""
    assert _chest(report_present=False) == ("violated", "no_report")


def test_unreachable_images_are_unknown():
    """影像暂时无法调阅的，条件不明。"""
    assert _chest(available=False) == ("unknown", "unreachable")


def test_imaging_without_patient_or_date_is_unknown():
    """影像没有患者信息或检查日期的，条件不明。"""
    base = imaging_facts().report
    nameless = imaging_facts(report=replace(base, patient_present=False))
    undated = imaging_facts(report=replace(base, anchors=()))
    assert verdict(nameless, "COMPLETE") == ("unknown", "no_patient")
    assert verdict(undated, "COMPLETE") == ("unknown", "no_date")


def test_closed_study_with_both_views_is_complete():
    """未申报数量的，检查结束且正侧位齐全即符合，并注明未申报数量。"""
    assert _chest(declared_count=None) == ("satisfied", "count_not_declared")


def test_study_still_arriving_is_unknown():
    """未申报数量且仍在上传的，条件不明。"""
    assert _chest(declared_count=None, closed=False) == ("unknown", "still_arriving")


def test_missing_lateral_view_violates():
    """正侧位缺侧位的，不符合。"""
    assert _chest(declared_count=None, views=("AP", "PA")) == ("violated", "view_missing")


def test_too_few_images_for_the_views_violate():
    """图像数量少于项目要求的体位数的，不符合。"""
    changes = {"declared_count": None, "received_count": 1, "views": ("PA",)}
    assert _chest(**changes) == ("violated", "view_missing")


def test_unstated_views_are_unknown():
    """图像未注明体位的，无法确认，条件不明。"""
    assert _chest(declared_count=None, views=("", "PA")) == ("unknown", "views_not_stated")


def test_one_lateral_does_not_serve_two_views():
    """过伸过屈位须有两幅侧位，一幅不能当两幅用。"""
    spine = images(body_parts=("CSPINE",), declared_count=None)
    one = imaging_facts(EXTENSION_FLEXION, imaging=replace(spine, views=("AP", "LL")))
    two = imaging_facts(EXTENSION_FLEXION, imaging=replace(spine, views=("LL", "LL")))
    assert verdict(one, "COMPLETE") == ("violated", "view_missing")
    assert verdict(two, "COMPLETE") == ("satisfied", "count_not_declared")


def test_view_without_dicom_term_is_counted_only():
    """没有标准代码的体位（轴位）只按图像数量判断。"""
    heel = images(body_parts=("CALCANEUS",), lateralities=("R",), declared_count=None)
    facts = imaging_facts(HEEL_AXIAL_LATERAL, imaging=replace(heel, views=("", "LL")))
    assert verdict(facts, "COMPLETE") == ("satisfied", "count_not_declared")


def test_enhanced_item_needs_plain_and_enhanced_phases():
    """增强项目须有平扫和增强两期。"""
    both = _ct(UPPER_ABDOMEN_CT_ENHANCED, contrast_series=1)
    enhanced_only = _ct(UPPER_ABDOMEN_CT_ENHANCED, plain_series=0, contrast_series=1)
    assert verdict(both, "COMPLETE") == ("satisfied", "count_not_declared")
    assert verdict(enhanced_only, "COMPLETE") == ("violated", "phase_missing")


def test_plain_images_contradict_an_enhanced_item():
    """项目为增强而图像没有增强的，不符合，但不锁定对码。"""
    facts = _ct(UPPER_ABDOMEN_CT_ENHANCED)
    assert verdict(facts, "COMPLETE") == ("violated", "other_contrast")
    assert not found(facts, "COMPLETE").mapping_blocked


def test_enhanced_images_contradict_a_plain_item():
    """项目为平扫而图像全为增强的，不符合；另有平扫的不受影响。"""
    only = _ct(UPPER_ABDOMEN_CT, plain_series=0, contrast_series=1)
    both = _ct(UPPER_ABDOMEN_CT, plain_series=1, contrast_series=1)
    assert verdict(only, "COMPLETE") == ("violated", "other_contrast")
    assert verdict(both, "COMPLETE")[0] == "satisfied"


def test_other_modality_blocks_the_mapping():
    """图像的设备类型与项目不符的，不符合，对码锁定待复核。"""
    facts = imaging_facts(imaging=images(modalities=("CT",)))
    assert verdict(facts, "COMPLETE") == ("violated", "other_modality")
    assert found(facts, "COMPLETE").mapping_blocked
    assert outcome(facts) is Outcome.NOT_RECOGNIZABLE


def test_other_side_blocks_the_mapping():
    """右膝项目的图像标注为左侧的，不符合，对码锁定待复核。"""
    facts = _knee(RIGHT_KNEE, "L")
    assert verdict(facts, "COMPLETE") == ("violated", "other_side")
    assert found(facts, "COMPLETE").mapping_blocked


@pytest.mark.parametrize("sides", [(), ("R",), ("L", "R"), ("B",)])
def test_own_or_unstated_side_does_not_contradict(sides):
    """图像含本侧、双侧或未注明侧别的，不矛盾。"""
    assert verdict(_knee(RIGHT_KNEE, *sides), "COMPLETE")[0] == "satisfied"


@pytest.mark.parametrize(("sides", "expected"), [(("L",), "violated"), (("L", "R"), "satisfied")])
def test_bilateral_item_needs_both_sides(sides, expected):
    """双侧项目只见一侧的，不符合。"""
    assert verdict(_knee(BOTH_KNEES, *sides), "COMPLETE")[0] == expected


def test_other_region_violates():
    """图像标注的部位与项目不符的，不符合。"""
    assert _chest(body_parts=("KNEE",)) == ("violated", "other_region")


def test_unstated_header_contradicts_nothing():
    """图像未注明设备、部位的，不构成矛盾。"""
    assert _chest(modalities=(), body_parts=()) == ("satisfied", "declared_count_met")


def test_images_without_series_facts_do_not_contradict():
    """没有序列信息的，不判断增强与否。"""
    facts = _ct(UPPER_ABDOMEN_CT_ENHANCED, plain_series=0)
    assert verdict(facts, "COMPLETE") == ("violated", "phase_missing")


def test_same_item_code_is_complete_for_every_chest_row():
    """胸部正侧位与检验项目互不影响。"""
    assert verdict(lab_facts(code_of(10), report=report(code_of(10))), "COMPLETE")[0] == "satisfied"
    assert found(imaging_facts(CHEST_TWO_VIEWS), "COMPLETE").facts["asked_views"]
