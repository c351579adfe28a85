"""重新检查（一）至（六）：接诊医师可以重新检查的六种情形。"""

from dataclasses import replace

import pytest

from rules.engine import determine
from rules.facts import Declared
from rules.national_2022 import load_policy
from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import ALBUMIN, BLOOD_COUNT, lab_facts, request
from tests.spec.zhejiang_2021.clinical import ACUTE_FAILURE, POTASSIUM, plan, visit

POLICY = load_policy()


def _established(facts):
    found = determine(facts, POLICY).findings
    return [(f.code, f.clause) for f in found if f.verdict.value == "established"]


@pytest.mark.parametrize(
    ("code", "situation"),
    [
        ("E01", "（一）"),
        ("E04", "（一）"),
        ("E02", "（二）"),
        ("E03", "（三）"),
        ("E07", "（四）"),
        ("E09", "（五）"),
        ("E10", "（六）"),
    ],
)
def test_each_situation_can_be_invoked(code, situation):
    """六种情形都可由医生援引，并引用各自的条目。"""
    facts = lab_facts(request=request(declared=(Declared(code, "理由"),)))
    assert _established(facts) == [(code, f"重新检查{situation}")]
    assert determine(facts, POLICY).outcome is Outcome.EXEMPT


@pytest.mark.parametrize("code", ["E05", "E06", "E08"])
def test_other_grounds_are_no_situations_of_their_own(code):
    """对诊断有疑、图像质量、患者要求不是单独的情形，须按其他情形写明理由。"""
    facts = lab_facts(request=request(declared=(Declared(code),)))
    assert _established(facts) == []
    assert determine(facts, POLICY).outcome is Outcome.RECOGNIZABLE


@pytest.mark.parametrize(
    ("facts", "clause"),
    [
        (visit(POTASSIUM, 7, diagnoses=(ACUTE_FAILURE,)), "重新检查（二）"),
        (visit(BLOOD_COUNT, planned=(plan("半肝切除术"),)), "重新检查（三）"),
        (lab_facts(request=request(rescue=True)), "重新检查（四）"),
        (lab_facts(request=request(purpose="disability")), "重新检查（五）"),
    ],
)
def test_situation_known_from_the_visit_is_established(facts, clause):
    """由就诊本身可知的情形直接成立。"""
    assert [place for _, place in _established(facts)] == [clause]


def test_hint_stays_a_hint():
    """提示不改变判定。"""
    facts = replace(visit(POTASSIUM, 30))
    assert determine(facts, POLICY).outcome is Outcome.RECOGNIZABLE
    assert _established(visit(ALBUMIN)) == []
