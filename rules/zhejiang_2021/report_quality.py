"""规范完整的报告, 四（一） with 三（二）.

四（一） ……30天内规范完整的检验、检查报告和相应影像资料……
三（二） ……涉及的影像资料应做到……序列完整……患者基本信息和检查日期准确……

Reading chosen where the text is open: 规范 is a report in its final or corrected state; 完整 is
that it holds results, names its patient and its day, and for imaging comes with its images (module
imaging_quality). Test and training traffic is kept apart and never becomes a candidate.
Specs: tests/spec/zhejiang_2021/test_four_one_status.py, test_three_two_complete.py.
"""

from typing import Final

from rules.facts import Facts
from rules.outcome import Finding, Json, Verdict
from rules.parameters import ParametersInForce
from rules.zhejiang_2021.document import head
from rules.zhejiang_2021.imaging_quality import complete_images

STATUS: Final = head("STATUS", "四（一）")
COMPLETE_LAB: Final = head("COMPLETE", "四（一）")

_VALID = frozenset({"final", "corrected"})


def status(facts: Facts, _parameters: ParametersInForce) -> Finding:
    """四（一）: the report, and each result used, is final or corrected."""
    results = facts.lab.result_statuses if facts.lab else ()
    looked_at: dict[str, Json] = {"report": facts.report.status, "results": list(results)}
    if facts.report.status is None:
        return STATUS.finds(Verdict.UNKNOWN, "status_unknown", looked_at)
    for word in (facts.report.status, *results):
        if word not in _VALID:
            return STATUS.finds(Verdict.VIOLATED, "not_final", {**looked_at, "status": word})
    return STATUS.finds(Verdict.SATISFIED, "final", looked_at)


def complete(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（一）, 三（二）: results, patient and date; for imaging the report and all images."""
    if facts.item.kind == "imaging":
        return complete_images(facts, parameters)
    verdict, ground = _lab_content(facts)
    results = facts.lab.results if facts.lab else 0
    return COMPLETE_LAB.finds(verdict, ground, {"results": results, **patient_and_date(facts)})


def _lab_content(facts: Facts) -> tuple[Verdict, str]:
    if facts.lab is None or facts.lab.results == 0:
        return Verdict.VIOLATED, "no_results"
    if not facts.report.patient_present:
        return Verdict.UNKNOWN, "no_patient"
    if not facts.report.anchors:
        return Verdict.UNKNOWN, "no_date"
    return Verdict.SATISFIED, "results_present"


def patient_and_date(facts: Facts) -> dict[str, Json]:
    """Whether the report names its patient and any date."""
    return {"patient": facts.report.patient_present, "date": bool(facts.report.anchors)}
