"""四（三）1 因病情变化，已有的检验、检查结果难以反映病人当前实际病情的项目。"""

from datetime import timedelta

import pytest

from rules.clinical_lookup import RecordedDiagnosis, RecordedProcedure
from rules.outcome import Outcome
from rules.wording import sentence
from tests.spec.zhejiang_2021.arrange import ALBUMIN, found, outcome, report
from tests.spec.zhejiang_2021.clinical import TODAY, exception, visit

YESTERDAY = TODAY - timedelta(days=1)


def _diagnosed(onset, *, active=True, hours=48):
    diagnosis = RecordedDiagnosis("K85.900", "急性胰腺炎", onset, active)
    return visit(ALBUMIN, hours, diagnoses=(diagnosis,))


def _treated(day, code="51.2300", hours=48):
    return visit(ALBUMIN, hours, performed=(RecordedProcedure(code, "胆囊切除术", day),))


def test_new_diagnosis_since_the_result_is_a_hint():
    """结果之后新发的现患诊断，给予提示，不改变判定。"""
    facts = _diagnosed(YESTERDAY)
    assert exception("E01", facts) == ("hint", "new_diagnosis")
    assert outcome(facts) is Outcome.RECOGNIZABLE
    assert sentence(found(facts, "E01")) == "该结果（2025-06-28）之后新发诊断：急性胰腺炎。"


@pytest.mark.parametrize(
    ("onset", "active"), [(TODAY - timedelta(days=2), True), (None, True), (YESTERDAY, False)]
)
def test_known_or_past_diagnosis_is_no_hint(onset, active):
    """结果当天或之前已有的诊断、起病日期不明的诊断、既往史，不提示。"""
    assert exception("E01", _diagnosed(onset, active=active)) == ("not_applicable", "not_invoked")


@pytest.mark.parametrize("days", [0, 1, 2])
def test_treatment_since_the_day_of_the_result_is_a_hint(days):
    """结果当天或之后实施了治疗或手术的，给予提示。"""
    facts = _treated(TODAY - timedelta(days=days))
    assert exception("E01", facts) == ("hint", "treated_since")
    assert "胆囊切除术" in sentence(found(facts, "E01"))


@pytest.mark.parametrize(
    ("day", "code"),
    [(TODAY - timedelta(days=3), "51.2300"), (None, "51.2300"), (YESTERDAY, "88.7200")],
)
def test_earlier_or_merely_examining_procedure_is_no_hint(day, code):
    """结果之前的手术、日期不明的手术、只是检查的操作，不提示。"""
    assert exception("E01", _treated(day, code)) == ("not_applicable", "not_invoked")


def test_result_without_a_time_gives_no_hint():
    """结果的时间不明的，无从比较，不提示。"""
    facts = visit(ALBUMIN, diagnoses=(RecordedDiagnosis("K85.900", onset=TODAY),))
    undated = type(facts)(
        facts.request, facts.item, report(ALBUMIN, anchors=()), facts.lab, eqa_day=None
    )
    assert exception("E01", undated) == ("not_applicable", "not_invoked")
