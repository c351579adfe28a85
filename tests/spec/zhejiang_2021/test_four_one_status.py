"""四（一） 规范的报告：正式报告或更正报告。"""

import pytest

from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    imaging_facts,
    lab,
    lab_facts,
    outcome,
    report,
    verdict,
)


@pytest.mark.parametrize("status", ["final", "corrected"])
def test_final_or_corrected_report_satisfies(status):
    """正式报告和更正报告，符合。"""
    facts = lab_facts(report=report(status=status))
    assert verdict(facts, "STATUS") == ("satisfied", "final")


@pytest.mark.parametrize(
    "status", ["registered", "preliminary", "cancelled", "withdrawn", "wrong_patient"]
)
def test_any_other_status_violates(status):
    """登记、初步、取消、撤回、患者有误的报告，不符合。"""
    facts = lab_facts(report=report(status=status))
    assert verdict(facts, "STATUS") == ("violated", "not_final")
    assert outcome(facts) is Outcome.NOT_RECOGNIZABLE


def test_preliminary_result_in_final_report_violates():
    """报告虽已发出，所用结果仍为初步的，不符合。"""
    facts = lab_facts(lab=lab(result_statuses=("final", "preliminary")))
    assert verdict(facts, "STATUS") == ("violated", "not_final")


def test_unknown_status_is_unknown():
    """没有报告状态的，条件不明。"""
    base = imaging_facts().report
    facts = imaging_facts(report=report(base.code, status=None, anchors=base.anchors))
    assert verdict(facts, "STATUS") == ("unknown", "status_unknown")
