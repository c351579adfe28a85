"""四（三）3 手术、输血等重大医疗措施前的检查检验。"""

import pytest

from rules.outcome import Outcome
from rules.zhejiang_2021.exceptions import is_inferred
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    BLOOD_COUNT,
    COAGULATION,
    code_of,
    elements,
    found,
    holding,
    imaging_facts,
    lab_facts,
    line,
    outcome,
    request,
    verdict,
)


def test_blood_count_before_transfusion_is_exempt():
    """已申请用血的，输血前的血常规不受互认限制。"""
    determined = line(BLOOD_COUNT, holding("r1", elements(BLOOD_COUNT)), blood_request=True)
    assert determined.outcome is Outcome.EXEMPT


@pytest.mark.parametrize("row", [5, 6, 7, 8])
def test_coagulation_before_transfusion_is_exempt(row):
    """已申请用血的，输血前的凝血项目不受互认限制。"""
    facts = lab_facts(code_of(row), request=request(blood_request=True))
    assert verdict(facts, "E03") == ("established", "blood_request")
    assert is_inferred(found(facts, "E03"))


def test_coagulation_panel_before_transfusion_is_exempt():
    """凝血功能常规检查由各分项合成，同样不受互认限制。"""
    determined = line(COAGULATION, holding("r1", elements(COAGULATION)), blood_request=True)
    assert determined.outcome is Outcome.EXEMPT


@pytest.mark.parametrize("facts", [lab_facts, imaging_facts])
def test_other_items_get_a_hint_only(facts):
    """其余项目只作提示，判定不变。"""
    transfusion = facts(request=request(blood_request=True))
    assert verdict(transfusion, "E03") == ("hint", "blood_request")
    assert outcome(transfusion) is Outcome.RECOGNIZABLE
    assert not is_inferred(found(transfusion, "E03"))


def test_without_blood_request_nothing_is_inferred():
    """没有用血申请的，不适用。"""
    assert verdict(lab_facts(ALBUMIN), "E03") == ("not_applicable", "not_invoked")
