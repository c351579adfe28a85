"""互认标识、互认项目、第二条：通过质量评价的项目按范围互认，不比较等级，不设时限。"""

from dataclasses import replace

import pytest

from rules.counterfactual import counterfactuals
from rules.engine import determine
from rules.facts import Anchor, Assessment
from rules.line import determine_line
from rules.national_2022 import load_policy
from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    EDITION,
    HIGH,
    LIVER,
    LOW,
    days_ago,
    elements,
    holding,
    images,
    imaging_facts,
    lab,
    lab_facts,
    report,
    request,
)

POLICY = load_policy()


def _finding(facts, code):
    return next(f for f in determine(facts, POLICY).findings if f.code == code)


@pytest.mark.parametrize(("scheme", "mark"), [("national", "全国HR"), ("provincial", "浙HR")])
def test_marked_item_is_recognizable_whatever_the_grade(scheme, mark):
    """持有国家级或地方质量评价合格结果的，标注相应的互认标识，不论双方等级。"""
    facts = lab_facts(
        request=request(receiver=HIGH),
        report=report(source=LOW),
        lab=lab(assessments=(Assessment(scheme, "pass"),)),
    )
    assert determine(facts, POLICY).outcome is Outcome.RECOGNIZABLE
    assert _finding(facts, "EQA").facts["marks"] == [mark]


def test_item_without_a_pass_has_no_mark():
    """没有合格结果的，不得标注，不符合互认条件。"""
    facts = lab_facts(lab=lab(assessments=(Assessment("national", "fail"),)))
    assert determine(facts, POLICY).outcome is Outcome.NOT_RECOGNIZABLE
    assert _finding(facts, "EQA").facts["marks"] == []


@pytest.mark.parametrize("days", [31, 100])
def test_no_period_is_prescribed(days):
    """不设统一时限：较早的结果由接诊医师判断。"""
    old = lab_facts(report=report(anchors=(Anchor("collected", days_ago(days)),)))
    assert determine(old, POLICY).outcome is Outcome.RECOGNIZABLE


def test_absent_clauses_are_grade_alliance_period_and_system():
    """没有机构等级、医联体、时限和检测系统的条款。"""
    codes = {f.code for f in determine(lab_facts(), POLICY).findings}
    assert codes.isdisjoint({"TIER", "ALLIANCE", "WINDOW", "SYSTEM", "E05", "E06", "E08"})


def test_findings_cite_this_document():
    """各条结论引用本办法，而不是所沿用的文件。"""
    for facts in (lab_facts(), imaging_facts()):
        for finding in determine(facts, POLICY).findings:
            assert finding.citation.document == "国卫医发〔2022〕6号"


def test_images_and_data_are_what_is_recognized():
    """互认的是图像和数据：只有报告没有图像的不符合，非正式报告不符合。"""
    bare = imaging_facts(imaging=images(received_count=0))
    draft = lab_facts(report=report(status="preliminary"))
    for facts in (bare, draft):
        assert determine(facts, POLICY).outcome is Outcome.NOT_RECOGNIZABLE


def test_panel_is_assembled_as_before():
    """组合项目仍可由几份报告拼合，不齐的指出所缺。"""
    held = holding("a", elements(LIVER)[:5])
    line = determine_line(LIVER, [held], request(), EDITION, POLICY)
    assert line.outcome is Outcome.DISCRETIONARY
    assert line.cover.citation.document == "国卫医发〔2022〕6号"


def test_recognizable_result_ends_by_its_withdrawal_only():
    """可互认的结果不因时间而失效，只因撤回。"""
    ways = counterfactuals(determine(lab_facts(), POLICY), POLICY)
    assert [way.changes for way in ways] == [("报告被撤回",)]


def test_declaration_reads_with_its_own_paragraph():
    """反事实中的援引写明本办法的条目。"""
    facts = lab_facts(request=replace(request(), purpose="forensic"))
    (way,) = counterfactuals(determine(facts, POLICY), POLICY)
    assert way.changes == ("就诊目的不是鉴定",)
