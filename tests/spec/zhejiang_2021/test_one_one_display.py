"""一（一） 提醒精准：哪些判定主动提醒，哪些仅在查看时显示。"""

import pytest

from rules.outcome import Outcome
from rules.zhejiang_2021.display import is_quiet
from tests.spec.zhejiang_2021.arrange import (
    AT,
    POLICY,
    determined,
    images,
    imaging_facts,
    lab,
    lab_facts,
    report,
)

UNREACHABLE = imaging_facts(imaging=images(available=False))
UNASSESSED = lab_facts(lab=lab(assessed=False, assessments=()))
CANCELLED = lab_facts(report=report(status="cancelled"))


def _quiet(facts, critical=False, emergency=False):
    made = determined(facts)
    values = POLICY.parameters.on(AT.date())
    return is_quiet(made.outcome, made.findings, values, critical=critical, emergency=emergency)


def test_recognizable_result_is_shown():
    """可互认的结果主动提醒。"""
    assert not _quiet(lab_facts())


def test_result_that_is_not_recognizable_is_quiet():
    """不符合互认条件的，仅在查看时显示。"""
    assert _quiet(CANCELLED)


def test_unknown_that_nobody_at_the_bedside_can_clear_is_quiet():
    """缺少的事实医生无法补足的（室间质评），仅在查看时显示。"""
    assert _quiet(UNASSESSED)


def test_unknown_that_the_physician_can_clear_is_shown():
    """缺少的事实医生可以补足的（图像是否齐全），主动提醒。"""
    assert determined(UNREACHABLE).outcome is Outcome.UNDETERMINED
    assert not _quiet(UNREACHABLE)


@pytest.mark.parametrize("always", [{"critical": True}, {"emergency": True}])
@pytest.mark.parametrize("facts", [CANCELLED, UNASSESSED])
def test_critical_or_emergency_is_never_quiet(facts, always):
    """危急值和急诊就诊中的结果从不隐藏。"""
    assert not _quiet(facts, **always)
