"""四（三）7 急诊、急救等抢救生命的紧急状态下。"""

from dataclasses import replace

import pytest

from rules.outcome import Outcome
from rules.zhejiang_2021.exceptions import is_inferred
from tests.spec.zhejiang_2021.arrange import (
    declared,
    found,
    lab_facts,
    outcome,
    request,
    verdict,
)


@pytest.mark.parametrize(
    ("situation", "ground"),
    [
        ({"rescue": True}, "rescue"),
        ({"triage": 1}, "triage"),
        ({"triage": 2}, "triage"),
        ({"visit_class": "emergency"}, "emergency_visit"),
        ({"rescue": True, "visit_class": "emergency"}, "rescue"),
        ({"triage": 2, "visit_class": "emergency"}, "triage"),
    ],
)
def test_emergency_exempts(situation, ground):
    """抢救、分诊1至2级或急诊就诊的，不受互认限制；依据分别记录。"""
    facts = lab_facts(request=request(**situation))
    assert verdict(facts, "E07") == ("established", ground)
    assert outcome(facts) is Outcome.EXEMPT
    assert is_inferred(found(facts, "E07"))


@pytest.mark.parametrize(
    "situation", [{}, {"triage": 3}, {"triage": 4}, {"visit_class": "inpatient"}]
)
def test_ordinary_visit_does_not_exempt(situation):
    """普通门诊、住院或分诊3级以下的，不适用。"""
    facts = lab_facts(request=request(**situation))
    assert verdict(facts, "E07") == ("not_applicable", "not_invoked")


def test_inferred_ground_speaks_before_declaration():
    """就诊情况已能确定的，以就诊情况为依据，统计时按推定处理。"""
    facts = lab_facts(request=replace(declared("E07"), rescue=True))
    assert verdict(facts, "E07") == ("established", "rescue")
    assert found(facts, "E07").facts["declared"] is True


def test_declared_emergency_is_not_inferred():
    """仅由医生援引的，不是推定。"""
    assert not is_inferred(found(lab_facts(request=declared("E07")), "E07"))
