"""八（二） 通过实施室内质控、室间质评，使各类医疗机构的检查检验结果均能达到合格标准。"""

from importlib import resources

import pytest

from rules.engine import determine
from rules.outcome import Outcome
from rules.zhejiang_2021 import load_policy
from tests.spec.zhejiang_2021.arrange import imaging_facts, lab, lab_facts, verdict

_TEXT = (resources.files("rules.zhejiang_2021") / "parameters.toml").read_text("utf-8")
GATED = load_policy(_TEXT.replace('value = "off"', 'value = "on"'))


def _gated(facts):
    determination = determine(facts, GATED)
    finding = next(f for f in determination.findings if f.code == "IQC")
    return (finding.verdict.value, finding.ground), determination.outcome


def test_internal_quality_is_no_condition_by_default():
    """室内质控默认不作为互认条件，失控也不影响判定。"""
    facts = lab_facts(lab=lab(internal_qc="out_of_control"))
    assert verdict(facts, "IQC") == ("not_applicable", "no_gate")


@pytest.mark.parametrize(
    ("state", "expected", "outcome"),
    [
        ("in_control", ("satisfied", "in_control"), Outcome.RECOGNIZABLE),
        ("out_of_control", ("violated", "out_of_control"), Outcome.NOT_RECOGNIZABLE),
        (None, ("unknown", "state_unknown"), Outcome.UNDETERMINED),
    ],
)
def test_province_may_make_it_a_condition(state, expected, outcome):
    """各地可以启用：在控符合，失控不符合，没有上报的条件不明。"""
    assert _gated(lab_facts(lab=lab(internal_qc=state))) == (expected, outcome)


def test_internal_quality_of_laboratories_says_nothing_of_images():
    """室内质控的条件只对检验项目。"""
    assert _gated(imaging_facts())[0] == ("not_applicable", "no_gate")
    assert _gated(lab_facts(lab=None))[0] == ("unknown", "state_unknown")
