"""四（三） 有下列情形之一者，可不列入互认范围或不受互认限制。"""

from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    declared,
    determined,
    imaging_facts,
    lab,
    lab_facts,
    outcome,
    report,
)


def test_established_exception_exempts():
    """成立一项例外且无不符合条款的，判定为不受互认限制。"""
    assert outcome(lab_facts(request=declared("E01"))) is Outcome.EXEMPT


def test_violation_outweighs_exception():
    """另有条款不符合的，仍为不符合互认条件。"""
    facts = lab_facts(request=declared("E01"), report=report(status="cancelled"))
    assert outcome(facts) is Outcome.NOT_RECOGNIZABLE


def test_exception_outweighs_missing_fact():
    """例外成立时，事实不明不再影响判定。"""
    facts = lab_facts(request=declared("E01"), lab=lab(assessed=False, assessments=()))
    assert outcome(facts) is Outcome.EXEMPT


def test_all_clauses_run_in_text_order():
    """无论结果如何，全部条款都要判断，次序同文件。"""
    codes = [f.code for f in determined(lab_facts(report=report(status="cancelled"))).findings]
    exceptions = [f"E{n:02}" for n in range(1, 11)]
    first = ["EQA", "TIER", "ALLIANCE", "SCOPE", "COMPLETE", "WINDOW", "STATUS"]
    assert codes == [*first, *exceptions, "IQC", "COVER", "SYSTEM"]
    assert codes == [f.code for f in determined(imaging_facts()).findings]
