"""四（二） 由诊治医生判断是否接受；认可的记录机构、日期、档案号，不认可的告知并记录复查依据。"""

from datetime import date

import pytest

from rules.facts import Anchor
from rules.zhejiang_2021.duties import (
    CitedReport,
    acceptance,
    citation_text,
    rejection_defects,
    repeat_grounds,
    repeat_reasons,
)
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    HIGH,
    LOW,
    RIGHT_KNEE,
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


def _weighed(facts, *acknowledged):
    return acceptance(determined(facts).findings, acknowledged)


def test_recognizable_result_can_be_accepted_at_once():
    """可互认的结果，医生可直接接受。"""
    assert _weighed(lab_facts()).allowed


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (lab_facts(report=report(anchors=(Anchor("collected", days_ago(31)),))), "WINDOW"),
        (lab_facts(request=request(receiver=HIGH), report=report(source=LOW)), "TIER"),
        (lab_facts(lab=lab(assessments=())), "EQA"),
        (lab_facts("25040400100", lab=lab(systems=(None,))), "SYSTEM"),
        (imaging_facts(imaging=images(declared_count=9)), "COMPLETE"),
    ],
)
def test_physician_may_accept_against_a_condition_once_acknowledged(facts, code):
    """时限、等级、质评、检测系统、图像不全，医生确认知悉后可以接受。"""
    assert _weighed(facts).unacknowledged == (code,)
    assert _weighed(facts, code).allowed


def test_part_of_a_panel_is_acknowledged_by_cover():
    """组合项目只有部分结果的，确认知悉后可以接受。"""
    liver = line("25030590100", holding("r1", elements("25030590100")[:3]))
    assert acceptance(liver.findings).unacknowledged == ("COVER",)
    assert acceptance(liver.findings, {"COVER"}).allowed


def test_unknown_condition_must_be_acknowledged():
    """条件不明的，同样须确认知悉。"""
    facts = lab_facts(lab=lab(assessed=False, assessments=()))
    assert _weighed(facts).unacknowledged == ("EQA",)


@pytest.mark.parametrize("status", ["preliminary", "cancelled", "withdrawn", "wrong_patient"])
def test_invalid_report_can_never_be_accepted(status):
    """初步、取消、撤回、患者有误的报告，不得接受。"""
    facts = lab_facts(report=report(status=status))
    assert _weighed(facts, "STATUS").forbidden == ("STATUS",)
    assert not _weighed(facts, "STATUS").allowed


def test_other_item_can_never_be_accepted():
    """另一项目或对侧的结果，不得接受。"""
    facts = lab_facts(ALBUMIN, report=report("25030100100"))
    assert _weighed(facts, "SCOPE").forbidden == ("SCOPE",)


def test_images_of_the_other_side_can_never_be_accepted():
    """图像标注对侧的，不得接受。"""
    facts = imaging_facts(RIGHT_KNEE, imaging=images(body_parts=("KNEE",), lateralities=("L",)))
    assert _weighed(facts, "COMPLETE").forbidden == ("COMPLETE",)


def test_unknown_status_may_be_accepted_with_acknowledgement():
    """报告状态不明不等于无效，确认知悉后可以接受。"""
    facts = lab_facts(report=report(status=None))
    assert _weighed(facts).unacknowledged == ("STATUS",)


def test_ten_repeat_reasons_are_offered():
    """复查理由即四（三）的十项；第六项只用于影像。"""
    assert [r.code for r in repeat_reasons("imaging")] == [f"E{n:02}" for n in range(1, 11)]
    assert "E06" not in {r.code for r in repeat_reasons("lab")}


@pytest.mark.parametrize(
    ("code", "text", "kind", "defects"),
    [
        ("E01", None, "lab", ()),
        ("E06", None, "imaging", ()),
        ("E06", None, "lab", ("imaging_only",)),
        ("E10", " ", "lab", ("text_required",)),
        ("E10", "术后评估", "lab", ()),
        ("E11", None, "lab", ("unknown_reason",)),
    ],
)
def test_rejection_needs_a_fitting_reason(code, text, kind, defects):
    """不接受须选一项理由；其他情形须写明。"""
    assert rejection_defects(code, text, kind) == defects


@pytest.mark.parametrize(
    ("informed", "told"), [(True, "已充分告知"), (False, "尚未告知"), (None, "告知情况待确认")]
)
def test_repeat_grounds_name_clause_and_information(informed, told):
    """复查依据写明条款、理由和是否告知患者或家属。"""
    text = repeat_grounds("E10", "术后评估", informed)
    assert "四（三）10" in text
    assert "（术后评估）" in text
    assert told in text


def test_repeat_grounds_of_another_document_cite_it():
    """依另一文件判定的，复查依据引用该文件的条目。"""
    assert repeat_grounds("E04", None, True, "重新检查（一）").startswith(
        "复查依据：重新检查（一）"
    )


def test_repeat_grounds_without_text_stay_short():
    """没有补充说明的，不留空括号。"""
    assert "（）" not in repeat_grounds("E08", None, True)


def test_citation_names_institution_date_and_file_number():
    """病历记录写明机构名称、检查日期、档案号、项目和报告编号。"""
    first = CitedReport("市第一医院", "lab", date(2025, 6, 29), "D-1", "r1", 2)
    second = CitedReport("县医院", "imaging", None, "", "r2", 1)
    text = citation_text("白蛋白", [first, second])
    for part in ("白蛋白", "市第一医院", "采样日期：2025-06-29", "D-1", "r1（第2版）"):
        assert part in text
    assert "检查日期：未注明；档案号：未注明" in text
