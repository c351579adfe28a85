"""影像资料, 三（二）.

三（二） ……涉及的影像资料应做到检查过程规范、检查项目齐全、序列完整、图像清晰、质量可靠、
达到诊断要求（具有时效性），患者基本信息和检查日期准确……

Reading chosen where the text is open: 序列完整 is that the number of images somebody declared has
arrived; where nobody declared one, that the study is closed and shows what the item at least asks
for (the views of 正侧位, plain and enhanced phases). What headers say never maps a study to an
item, but may contradict the mapping: another modality or side blocks it, another region or contrast
violates. 图像清晰 is for the physician's eye (四（三）6).
Spec: tests/spec/zhejiang_2021/test_three_two_complete.py.
"""

from collections import Counter
from dataclasses import replace
from typing import Final

from rules.facts import Facts, ImagingFacts, ItemFacts
from rules.outcome import Finding, Json, Verdict
from rules.parameters import ParametersInForce
from rules.zhejiang_2021.document import head

COMPLETE_IMAGING: Final = head("COMPLETE", "三（二）")

Answer = tuple[Verdict, str]
_BLOCKING = frozenset({"other_modality", "other_side"})


def complete_images(facts: Facts, parameters: ParametersInForce) -> Finding:
    """三（二）: report and images are there, fit the item, and are all of them."""
    images = facts.imaging or ImagingFacts(report_present=False, received_count=0)
    verdict, ground = _judge(facts, images)
    finding = COMPLETE_IMAGING.finds(
        verdict, ground, _looked_at(facts, images), parameters.used("study_quiet_seconds")
    )
    return replace(finding, mapping_blocked=True) if ground in _BLOCKING else finding


def _judge(facts: Facts, images: ImagingFacts) -> Answer:
    contradiction = _contradiction(facts.item, images)
    if contradiction is not None:
        return Verdict.VIOLATED, contradiction
    if images.received_count == 0:
        return Verdict.VIOLATED, "no_images"
    if not images.report_present:
        return Verdict.VIOLATED, "no_report"
    if images.available is False:
        return Verdict.UNKNOWN, "unreachable"
    if not facts.report.patient_present:
        return Verdict.UNKNOWN, "no_patient"
    if not facts.report.anchors:
        return Verdict.UNKNOWN, "no_date"
    return _all_arrived(facts.item, images)


def _contradiction(item: ItemFacts, images: ImagingFacts) -> str | None:
    """What the headers state against the item; a header that states nothing contradicts nothing."""
    if _disjoint(images.modalities, item.modalities):
        return "other_modality"
    if _other_side(item.laterality, images.lateralities):
        return "other_side"
    if _disjoint(images.body_parts, item.body_parts):
        return "other_region"
    if item.contrast is True and images.plain_series and not images.contrast_series:
        return "other_contrast"
    if item.contrast is False and images.contrast_series and not images.plain_series:
        return "other_contrast"
    return None


def _disjoint(stated: tuple[str, ...], expected: tuple[str, ...]) -> bool:
    return bool(stated and expected) and set(stated).isdisjoint(expected)


def _other_side(expected: str, stated: tuple[str, ...]) -> bool:
    """Whether only a side was imaged that the item does not ask for."""
    if not expected or not stated or "B" in stated:
        return False
    if expected == "B":
        return not {"L", "R"} <= set(stated)
    return expected not in stated


def _all_arrived(item: ItemFacts, images: ImagingFacts) -> Answer:
    if images.declared_count is not None:
        if images.received_count >= images.declared_count:
            return Verdict.SATISFIED, "declared_count_met"
        return Verdict.VIOLATED, "fewer_than_declared"
    if not images.closed:
        return Verdict.UNKNOWN, "still_arriving"
    return _least_content(item, images)


def _least_content(item: ItemFacts, images: ImagingFacts) -> Answer:
    """The least content of the item, where nobody declared a number of images."""
    shown = {"plain": images.plain_series, "enhanced": images.contrast_series}
    if not all(shown[phase] for phase in item.phases):
        return Verdict.VIOLATED, "phase_missing"
    if images.received_count < item.images:
        return Verdict.VIOLATED, "view_missing"
    missing = missing_views(item.views, images.views)
    if missing > images.views.count(""):
        return Verdict.VIOLATED, "view_missing"
    if missing:
        return Verdict.UNKNOWN, "views_not_stated"
    return Verdict.SATISFIED, "count_not_declared"


def missing_views(asked: tuple[tuple[str, ...], ...], stated: tuple[str, ...]) -> int:
    """How many views the stated ones do not show; an image serves one view only.

    A view without alternatives has no DICOM term; the count of images speaks for it.
    """
    left = Counter(stated)
    missing = 0
    for alternatives in asked:
        shown = next((view for view in alternatives if left[view]), None)
        if shown is not None:
            left[shown] -= 1
        elif alternatives:
            missing += 1
    return missing


def _looked_at(facts: Facts, images: ImagingFacts) -> dict[str, Json]:
    return {
        "report": images.report_present,
        "images": images.received_count,
        "declared": images.declared_count,
        "closed": images.closed,
        "available": images.available,
        "patient": facts.report.patient_present,
        "date": bool(facts.report.anchors),
        "modalities": list(images.modalities),
        "lateralities": list(images.lateralities),
        "body_parts": list(images.body_parts),
        "views": list(images.views),
        "plain_series": images.plain_series,
        "contrast_series": images.contrast_series,
        "asked_laterality": facts.item.laterality,
        "asked_views": ["|".join(view) for view in facts.item.views],
        "asked_phases": list(facts.item.phases),
    }
