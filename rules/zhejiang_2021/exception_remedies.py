"""What would have to be other for an exception of 四（三） not to be established."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from rules.clinical_facts import ClinicalFacts
from rules.facts import NO_CONTEXT, Facts, RequestFacts
from rules.outcome import Finding
from rules.parameters import ParametersInForce
from rules.policy import ChangedFacts, Remedy
from rules.zhejiang_2021.validity_period import anchor_of, moved

_Undo = Callable[[RequestFacts], RequestFacts]


def not_established(
    facts: Facts, finding: Finding, parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """The declaration, or what the visit shows, taken away."""
    if finding.ground == "declared":
        kept = tuple(d for d in facts.request.declared if d.code != finding.code)
        request = replace(facts.request, declared=kept)
        words = f"医生不援引{finding.clause}"
        return (ChangedFacts(replace(facts, request=request), words),)
    if finding.code == "E06":
        return (ChangedFacts(_as_asked(facts), "图像的技术与项目要求相同"),)
    if finding.ground == "volatile":
        return (ChangedFacts(_fresh(facts, parameters), "刚刚采样"),)
    undo, words = _undoing(finding.ground)
    return (ChangedFacts(replace(facts, request=undo(facts.request)), words),)


def _as_asked(facts: Facts) -> Facts:
    images = facts.imaging and replace(
        facts.imaging,
        slice_micrometers=None,
        dose_micrograys=None,
        plain_series=max(facts.imaging.plain_series, 1),
        contrast_series=max(facts.imaging.contrast_series, int("enhanced" in facts.item.phases)),
    )
    return replace(facts, imaging=images)


def _fresh(facts: Facts, parameters: ParametersInForce) -> Facts:
    anchor = anchor_of(facts.report.anchors, facts.item.kind, parameters, facts.item.code)
    return facts if anchor is None else moved(facts, anchor, facts.request.at)


def _undoing(ground: str) -> tuple[_Undo, str]:
    return _UNDOINGS.get(ground.partition("_")[0]) or _UNDOINGS[ground]


def _clinical(**changes: object) -> _Undo:
    def undo(request: RequestFacts) -> RequestFacts:
        kept: ClinicalFacts = replace(request.clinical, **changes)  # type: ignore[arg-type]
        return replace(request, clinical=kept)

    return undo


def _without_blood(request: RequestFacts) -> RequestFacts:
    clinical = replace(request.clinical, planned=())
    return replace(request, blood_request=False, clinical=clinical)


_NO_PLAN: Final = (_clinical(planned=(), anesthesia=""), "没有计划手术、操作或麻醉")
_NO_DIAGNOSIS: Final = (_clinical(diagnoses=()), "没有该项现患诊断")
#: By ground, or by the first word of the ground.
_UNDOINGS: Final[Mapping[str, tuple[_Undo, str]]] = {
    "rescue": (lambda request: replace(request, rescue=False), "患者不在抢救状态"),
    "triage": (lambda request: replace(request, triage=None), "分诊级别不属急危、急重"),
    "emergency_visit": (lambda request: replace(request, visit_class="outpatient"), "不是急诊就诊"),
    "appraisal": (lambda request: replace(request, purpose="treatment"), "就诊目的不是鉴定"),
    "blood": (_without_blood, "没有用血申请"),
    "planned": _NO_PLAN,
    "anesthesia": _NO_PLAN,
    "organ": _NO_DIAGNOSIS,
    "new": _NO_DIAGNOSIS,
    "emergency_diagnosis": _NO_DIAGNOSIS,
    "emergency_procedure": _NO_PLAN,
    "treatment": _NO_PLAN,
    "treated": (_clinical(performed=()), "结果之后没有实施治疗、手术"),
    "tumor": (lambda request: replace(request, clinical=NO_CONTEXT), "结果之后没有治疗或进展"),
}
EXCEPTION_REMEDIES: Final[Mapping[str, Remedy]] = {
    f"E{number:02}": not_established for number in range(1, 11)
}
