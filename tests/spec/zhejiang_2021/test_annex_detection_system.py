"""附件1 备注 肿瘤标志物须标注检测系统；其中七项不同检测系统酌情互认。"""

import pytest

from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import ALBUMIN, code_of, lab, lab_facts, outcome, verdict

STATED_ONLY = [70, 71, 72, 73]
SAME_SYSTEM = [74, 75, 76, 77, 78, 79, 80]


def _marker(row, *systems, own=None):
    return lab_facts(code_of(row), lab=lab(systems=systems, receiver_system=own))


@pytest.mark.parametrize("row", STATED_ONLY + SAME_SYSTEM)
@pytest.mark.parametrize("systems", [(), (None,), ("罗氏", None)])
def test_marker_without_stated_system_violates(row, systems):
    """未标注检测系统的，不符合。"""
    facts = _marker(row, *systems, own="罗氏")
    assert verdict(facts, "SYSTEM") == ("violated", "not_stated")
    assert outcome(facts) is Outcome.NOT_RECOGNIZABLE


@pytest.mark.parametrize("row", STATED_ONLY)
def test_four_markers_need_the_label_only(row):
    """CEA、AFP、t-PSA、f-PSA 只要求标注，系统不同不影响。"""
    assert verdict(_marker(row, "罗氏", own="雅培"), "SYSTEM") == ("satisfied", "stated")


@pytest.mark.parametrize("row", SAME_SYSTEM)
def test_same_system_is_recognizable(row):
    """其余七项检测系统相同的，符合。"""
    assert verdict(_marker(row, "罗氏", own="罗氏"), "SYSTEM") == ("satisfied", "same_system")


@pytest.mark.parametrize("row", SAME_SYSTEM)
@pytest.mark.parametrize(("own", "ground"), [("雅培", "other_system"), (None, "own_unknown")])
def test_other_or_unknown_own_system_is_discretionary(row, own, ground):
    """其余七项检测系统不同，或本机构检测系统未登记的，酌情互认。"""
    facts = _marker(row, "罗氏", own=own)
    assert verdict(facts, "SYSTEM") == ("discretionary", ground)
    assert outcome(facts) is Outcome.DISCRETIONARY


def test_two_systems_in_one_report_are_discretionary():
    """同一项目报告了两个检测系统的，酌情互认。"""
    assert verdict(_marker(77, "罗氏", "雅培", own="罗氏"), "SYSTEM")[0] == "discretionary"


def test_other_items_need_no_label():
    """其他项目不要求标注检测系统。"""
    assert verdict(lab_facts(ALBUMIN), "SYSTEM") == ("not_applicable", "no_rule")


def test_missing_laboratory_facts_state_no_system():
    """没有检验事实的，视为未标注。"""
    assert verdict(lab_facts(code_of(70), lab=None), "SYSTEM") == ("violated", "not_stated")
