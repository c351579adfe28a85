"""What would have to be other for a condition to be met: one remedy per clause, in words.

Each remedy answers with the least change of facts for one finding, several where there are several
ways. The words follow 若 and name what the physician or the source could supply.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from rules.calendar import local_day
from rules.facts import Anchor, Assessment, Facts, LabFacts
from rules.outcome import Finding
from rules.parameters import ParametersInForce
from rules.policy import ChangedFacts, Remedy
from rules.zhejiang_2021.exception_remedies import EXCEPTION_REMEDIES
from rules.zhejiang_2021.imaging_remedies import complete_images
from rules.zhejiang_2021.validity_period import anchor_of, moved, preferred_anchor

_ACTS: Final = {
    "collected": "采样",
    "received": "接收标本",
    "first_issued": "发出报告",
    "acquired": "检查",
    "examined": "检查",
}
_NO_LAB: Final = LabFacts(results=0, result_statuses=())


def assessed(
    facts: Facts, _finding: Finding, parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """二（一）: a pass valid on the day of collection."""
    if facts.eqa_day is None:
        dated = _dated(facts, parameters)
        return (ChangedFacts(dated, "检测日期已注明"),)
    lab = facts.lab or _NO_LAB
    scheme = parameters.words("eqa_schemes")[0]
    others = tuple(a for a in lab.assessments if a.scheme != scheme)
    passed = replace(lab, assessed=True, assessments=(*others, Assessment(scheme, "pass")))
    name = lab.performer.code if lab.performer else ""
    words = f"检测机构{name}持有于{facts.eqa_day.isoformat()}有效的室间质评合格结果"
    return (ChangedFacts(replace(facts, lab=passed), words),)


def same_level(
    facts: Facts, _finding: Finding, parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """二（二）（三）: one alliance, or a source above the line."""
    source, receiver = facts.report.source, facts.request.receiver
    alliance = (receiver.alliances or ("*",))[0]
    joined = replace(
        facts,
        request=replace(facts.request, receiver=replace(receiver, alliances=(alliance,))),
        report=replace(facts.report, source=replace(source, alliances=(alliance,))),
    )
    tier = parameters.words("upper_tiers")[-1]
    upper = replace(facts, report=replace(facts.report, source=replace(source, tier=tier)))
    return (
        ChangedFacts(joined, "双方同属一个医联体或医共体"),
        ChangedFacts(upper, f"报告机构为{tier}及以上"),
    )


def listed(
    facts: Facts, finding: Finding, _parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """三（一）（二）: the item listed, or the result of that very item."""
    if finding.ground == "never_offered":
        return ()
    if finding.ground == "not_listed":
        item = replace(facts.item, listed=True)
        return (ChangedFacts(replace(facts, item=item), "该项目列入互认项目清单"),)
    report = replace(facts.report, code=facts.item.code)
    return (ChangedFacts(replace(facts, report=report), f"已有结果就是{facts.item.name}"),)


def complete(
    facts: Facts, finding: Finding, parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """四（一）, 三（二）: what is missing of the report or of the images is there."""
    if finding.ground == "no_patient":
        named = replace(facts, report=replace(facts.report, patient_present=True))
        return (ChangedFacts(named, "报告注明患者基本信息"),)
    if finding.ground == "no_date":
        return (ChangedFacts(_dated(facts, parameters), "报告注明检查日期"),)
    if facts.item.kind == "imaging":
        return complete_images(facts, finding.ground)
    lab = replace(facts.lab or _NO_LAB, results=1)
    return (ChangedFacts(replace(facts, lab=lab), "报告有结果数值"),)


def _dated(facts: Facts, parameters: ParametersInForce) -> Facts:
    """The facts with the times known: the anchor that is meant, where there is none, is today."""
    kind = preferred_anchor(facts.item.kind, parameters, facts.item.code)
    anchors = facts.report.anchors or (Anchor(kind, facts.request.at),)
    day = local_day(anchors[0].at)
    return replace(facts, report=replace(facts.report, anchors=anchors), eqa_day=day)


def in_time(
    facts: Facts, finding: Finding, parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """四（一）: collected or examined so much later, or not in the future."""
    anchor = anchor_of(facts.report.anchors, facts.item.kind, parameters, facts.item.code)
    if anchor is None:
        return (ChangedFacts(_dated(facts, parameters), "报告注明检查日期"),)
    act = _ACTS.get(anchor.kind, "检查")
    if finding.ground == "in_future":
        return (ChangedFacts(moved(facts, anchor, facts.request.at), f"{act}时间不晚于申请"),)
    if finding.ground == "too_many_hours":
        hours = parameters.integer("window_hours", facts.item.code)
        late = facts.request.at - anchor.at - timedelta(hours=hours)
        short = -(-late // timedelta(hours=1))
        changed = moved(facts, anchor, anchor.at + timedelta(hours=short))
        return (ChangedFacts(changed, f"晚{short}小时{act}"),)
    age = local_day(facts.request.at) - local_day(anchor.at)
    days = age.days - parameters.integer("window_days", facts.item.code)
    changed = moved(facts, anchor, anchor.at + timedelta(days=days))
    return (ChangedFacts(changed, f"晚{days}天{act}"),)


def final(
    facts: Facts, _finding: Finding, _parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """四（一）: a report in its final state."""
    lab = facts.lab and replace(facts.lab, result_statuses=("final",))
    report = replace(facts.report, status="final")
    return (ChangedFacts(replace(facts, report=report, lab=lab), "报告为正式报告"),)


def whole(
    facts: Facts, _finding: Finding, _parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """附件1: everything in one report."""
    lab = replace(facts.lab or _NO_LAB, components=facts.item.components)
    return (ChangedFacts(replace(facts, lab=lab), "同一份报告包含全部项目内容"),)


def same_system(
    facts: Facts, finding: Finding, _parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """附件1 备注: a detection system stated, and the receiver's."""
    lab = facts.lab or _NO_LAB
    own = lab.receiver_system or next((s for s in lab.systems if s), "") or "已注明"
    same = replace(facts, lab=replace(lab, systems=(own,), receiver_system=own))
    if finding.ground == "not_stated":
        stated = replace(facts, lab=replace(lab, systems=(own,)))
        return (ChangedFacts(stated, "报告注明检测系统"),)
    return (ChangedFacts(same, "双方检测系统相同"),)


def in_control(
    facts: Facts, _finding: Finding, _parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """八（二）: internal quality control in control."""
    lab = replace(facts.lab or _NO_LAB, internal_qc="in_control")
    return (ChangedFacts(replace(facts, lab=lab), "检测机构该项目室内质控在控"),)


def end_of_validity(
    facts: Facts, finding: Finding, _parameters: ParametersInForce
) -> tuple[ChangedFacts, ...]:
    """What ends a recognizable result: the day its period is over, and its withdrawal."""
    withdrawn = replace(facts, report=replace(facts.report, status="withdrawn"))
    end = ChangedFacts(withdrawn, "报告被撤回")
    left = _time_left(finding)
    if left is None:
        return (end,)
    at = facts.request.at + left
    later = replace(facts, request=replace(facts.request, at=at))
    when = local_day(at).isoformat() if left.days else f"{left // timedelta(hours=1)}小时后"
    return (ChangedFacts(later, f"于{when}申请"), end)


def _time_left(finding: Finding) -> timedelta | None:
    """From the request to the first instant outside the validity period."""
    looked_at = finding.facts
    if finding.ground == "in_hours":
        return timedelta(
            hours=_number(looked_at["limit_hours"]) - _number(looked_at["age_hours"]) + 1
        )
    if finding.ground == "in_time":
        return timedelta(days=_number(looked_at["limit_days"]) - _number(looked_at["age_days"]) + 1)
    return None


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


REMEDIES: Final[Mapping[str, Remedy]] = {
    "WINDOW": in_time,  # before EQA, which reads the day that this one moves
    "EQA": assessed,
    "TIER": same_level,
    "SCOPE": listed,
    "COMPLETE": complete,
    "STATUS": final,
    "COVER": whole,
    "SYSTEM": same_system,
    "IQC": in_control,
    **EXCEPTION_REMEDIES,
}
