"""附件1 套餐组合内包含项目；附件2 影像项目按整项。"""

from dataclasses import replace

import pytest

from rules.outcome import CoverageKind, Outcome
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    BLOOD_COUNT,
    CHEST_TWO_VIEWS,
    LIVER,
    TUMOR_PANEL,
    URINALYSIS,
    code_of,
    elements,
    holding,
    imaged,
    lab,
    lab_facts,
    line,
    maybe_line,
    verdict,
)

ASSEMBLED_ROWS = [9, 13, 23, 38, 45, 56, 82]


def _cover(determined):
    return next(f for f in determined.findings if f.code == "COVER")


def test_single_item_is_covered_by_held_panel():
    """开单项白蛋白，已有肝功能组合的，由组合中的白蛋白满足。"""
    determined = line(ALBUMIN, holding("liver", elements(LIVER)))
    assert determined.outcome is Outcome.RECOGNIZABLE
    assert determined.coverage.held == ("白蛋白",)


@pytest.mark.parametrize("row", ASSEMBLED_ROWS)
def test_panel_may_be_assembled_from_several_reports(row):
    """开组合项目，可由多份报告的单项合成。"""
    code = code_of(row)
    needed = elements(code)
    stated = {"systems": ("罗氏",), "receiver_system": "罗氏"}
    determined = line(code, *(holding(f"r{n}", (e,), **stated) for n, e in enumerate(needed)))
    assert determined.outcome is Outcome.RECOGNIZABLE
    assert determined.coverage.kind is CoverageKind.FULL
    assert len({part.report_key for part in determined.parts}) == len(needed)
    assert (_cover(determined).verdict, _cover(determined).ground) == ("satisfied", "panel_whole")


def test_panel_in_part_is_discretionary_and_names_the_rest():
    """组合项目只有一部分的，至多酌情互认，并列出尚缺、可补开的项目。"""
    determined = line(LIVER, holding("r1", elements(LIVER)[:6]))
    assert determined.outcome is Outcome.DISCRETIONARY
    assert determined.coverage.kind is CoverageKind.PARTIAL
    assert determined.coverage.missing == ("总胆红素", "直接胆红素")
    assert _cover(determined).facts["missing"] == ["总胆红素", "直接胆红素"]


def test_panel_without_any_component_has_no_candidate():
    """一项也没有的，没有可提供的结果。"""
    assert maybe_line(LIVER, holding("r1", elements(code_of(42)))) is None


def test_extra_items_never_hurt():
    """报告含有更多项目的，不影响。"""
    extra = elements(LIVER) + elements(code_of(42))
    assert line(LIVER, holding("r1", extra)).outcome is Outcome.RECOGNIZABLE


def test_line_takes_the_worst_of_the_parts_used():
    """各分项分别判定，组合取所用分项中最差的结果。"""
    known, unknown = elements(LIVER)[:4], elements(LIVER)[4:]
    determined = line(
        LIVER, holding("a", known), holding("b", unknown, assessed=False, assessments=())
    )
    assert determined.outcome is Outcome.UNDETERMINED
    eqa = next(f for f in determined.findings if f.code == "EQA")
    assert (eqa.verdict, eqa.facts["components"]) == ("unknown", ["碱性磷酸酶"])


def test_component_that_is_not_recognizable_goes_to_the_residual_order():
    """个别分项不符合条件而其余可用的，不用该分项，列入尚缺，并保留其判定理由。"""
    fresh, old = elements(LIVER)[:7], elements(LIVER)[7:]
    determined = line(LIVER, holding("a", fresh), holding("b", old, days=40))
    assert determined.outcome is Outcome.DISCRETIONARY
    assert determined.coverage.missing == ("直接胆红素",)
    (left_out,) = determined.left_out
    assert left_out.determination.outcome is Outcome.NOT_RECOGNIZABLE


def test_panel_whose_parts_all_fail_is_not_recognizable():
    """全部分项都不符合条件的，组合不符合互认条件。"""
    determined = line(LIVER, holding("a", elements(LIVER), days=40))
    assert determined.outcome is Outcome.NOT_RECOGNIZABLE
    assert determined.left_out == ()


@pytest.mark.parametrize("code", [BLOOD_COUNT, URINALYSIS])
def test_whole_report_of_blood_count_or_urinalysis_satisfies(code):
    """血常规、尿常规由同一份报告完整提供的，符合。"""
    determined = line(code, holding("r1", elements(code)))
    assert determined.outcome is Outcome.RECOGNIZABLE
    assert determined.coverage.kind is CoverageKind.FULL


@pytest.mark.parametrize(
    ("code", "missing"),
    [(BLOOD_COUNT, "白细胞计数"), (BLOOD_COUNT, "白细胞分类"), (URINALYSIS, "各项镜检")],
)
def test_missing_element_of_single_report_panel_violates(code, missing):
    """血常规缺白细胞计数或分类、尿常规缺镜检的，不符合。"""
    held = tuple(e for e in elements(code) if e.component != missing)
    determined = line(code, holding("r1", held))
    assert determined.outcome is Outcome.NOT_RECOGNIZABLE
    assert determined.coverage.missing == (missing,)
    assert (_cover(determined).verdict, _cover(determined).ground) == ("violated", "not_whole")


@pytest.mark.parametrize("code", [BLOOD_COUNT, URINALYSIS])
def test_single_report_panel_is_not_assembled(code):
    """血常规、尿常规不得由两份报告拼成。"""
    needed = elements(code)
    determined = line(code, holding("r1", needed[:3]), holding("r2", needed[3:]))
    assert determined.outcome is Outcome.NOT_RECOGNIZABLE
    assert len(determined.parts) == 1


def test_empty_value_of_one_element_counts_for_the_whole():
    """血常规中有一项没有数值的，报告不完整。"""
    needed = elements(BLOOD_COUNT)
    held = holding("r1", needed)
    with_a_gap = replace(held, lab={**held.lab, needed[0]: lab(results=0)})
    determined = line(BLOOD_COUNT, with_a_gap)
    assert "COMPLETE" in {f.code for f in determined.findings if f.verdict == "violated"}


def test_tumor_marker_in_panel_keeps_its_own_rule():
    """肿瘤标志物检测中的各项仍须各自标注检测系统。"""
    determined = line(TUMOR_PANEL, holding("r1", elements(TUMOR_PANEL), systems=(None,)))
    assert determined.outcome is Outcome.NOT_RECOGNIZABLE


def test_best_candidate_is_chosen_by_outcome_then_recency():
    """多份结果中先取判定最好的，同等的取最近的。"""
    needed = elements(ALBUMIN)
    old, new, bad = holding("a", needed, 9), holding("b", needed, 3), holding("c", needed, 1)
    unassessed = holding("d", needed, 1, assessments=(), assessed=False)
    assert line(ALBUMIN, old, new, unassessed).parts[0].report_key == ("b", 1)
    assert line(ALBUMIN, bad, old, new).parts[0].report_key == ("c", 1)


def test_imaging_item_is_taken_as_a_whole():
    """影像检查按整项互认，没有部分覆盖。"""
    determined = line(CHEST_TWO_VIEWS, imaged("r1", CHEST_TWO_VIEWS))
    assert determined.coverage.kind is CoverageKind.FULL
    assert (_cover(determined).verdict, _cover(determined).clause) == ("not_applicable", "附件2")


def test_missing_laboratory_facts_hold_nothing():
    """没有检验事实的血常规，各项均缺。"""
    assert verdict(lab_facts(BLOOD_COUNT, lab=None), "COVER") == ("violated", "not_whole")
