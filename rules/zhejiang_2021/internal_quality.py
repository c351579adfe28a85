"""室内质控, 八（二）.

八（二） ……通过实施室内质控、室间质评，强化影像资料的片质，提高报告书写质量，使各类医疗机构的
检查检验结果均能达到合格标准。

Reading chosen where the text is open: the paragraph asks supervisors to act and names no condition
of recognition, so the gate is closed by a dated parameter only where a province wants it; then the
performing laboratory's internal quality control must be in control for the item on the day of
collection, and a state that nobody reports is unknown.
Spec: tests/spec/zhejiang_2021/test_eight_two_internal_quality.py.
"""

from typing import Final

from rules.facts import Facts
from rules.outcome import Finding, Json, Verdict
from rules.parameters import ParametersInForce
from rules.zhejiang_2021.document import head

IQC: Final = head("IQC", "八（二）")


def internal_quality(facts: Facts, parameters: ParametersInForce) -> Finding:
    """八（二）: the laboratory's internal quality control, where the gate is in force."""
    state = facts.lab.internal_qc if facts.lab else None
    looked_at: dict[str, Json] = {"internal_qc": state}
    gate = parameters.used("internal_qc_gate", facts.item.code)
    if facts.item.kind != "lab" or gate.value != "on":
        return IQC.finds(Verdict.NOT_APPLICABLE, "no_gate", looked_at, gate)
    if state is None:
        return IQC.finds(Verdict.UNKNOWN, "state_unknown", looked_at, gate)
    if state == "in_control":
        return IQC.finds(Verdict.SATISFIED, "in_control", looked_at, gate)
    return IQC.finds(Verdict.VIOLATED, "out_of_control", looked_at, gate)
