"""互认时限, 四（一）.

四（一） 在保证质量与安全的前提下，诊治医生对提供30天内规范完整的检验、检查报告和相应影像资料的……
原则上予以认可，一般不再进行重复检查。

Reading chosen where the text is open: calendar days of China, the thirtieth included; counted from
collection (else receipt, else first issue) for the laboratory and from acquisition (else the
examination time of the report) for imaging; a corrected re-issue never extends the period; a time
in the future cannot be right. Period and anchor may differ per item; a period of hours, which other
provinces have, counts elapsed time instead of days.
Specs: tests/spec/zhejiang_2021/test_four_one_window.py, test_four_one_other_periods.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from rules.calendar import local_day
from rules.facts import Anchor, Facts
from rules.outcome import Finding, Json, Verdict
from rules.parameters import ParametersInForce
from rules.zhejiang_2021.document import head

WINDOW: Final = head("WINDOW", "四（一）")
_HOUR = timedelta(hours=1)


def window(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（一）: the result is not older than the validity period, and not of the future."""
    order = parameters.used(f"anchor_order_{facts.item.kind}", facts.item.code)
    days = parameters.used("window_days", facts.item.code)
    limit = parameters.integer("window_days", facts.item.code)
    anchor = anchor_of(facts.report.anchors, facts.item.kind, parameters, facts.item.code)
    if anchor is None:
        return WINDOW.finds(Verdict.UNKNOWN, "no_date", {"limit_days": limit}, days, order)
    age = (local_day(facts.request.at) - local_day(anchor.at)).days
    looked_at: dict[str, Json] = {
        "anchor": anchor.kind,
        "fallback": anchor.kind != preferred_anchor(facts.item.kind, parameters, facts.item.code),
        "anchor_day": local_day(anchor.at).isoformat(),
        "request_day": local_day(facts.request.at).isoformat(),
        "age_days": age,
        "limit_days": limit,
    }
    if anchor.at > facts.request.at:
        return WINDOW.finds(Verdict.VIOLATED, "in_future", looked_at, days, order)
    if parameters.integer("window_hours", facts.item.code):
        return _by_the_hour(facts, anchor, looked_at, parameters)
    if age > limit:
        return WINDOW.finds(Verdict.VIOLATED, "too_old", looked_at, days, order)
    return WINDOW.finds(Verdict.SATISFIED, "in_time", looked_at, days, order)


def _by_the_hour(
    facts: Facts, anchor: Anchor, looked_at: Mapping[str, Json], parameters: ParametersInForce
) -> Finding:
    """The period of an item that is counted in elapsed hours."""
    hours = parameters.used("window_hours", facts.item.code)
    order = parameters.used(f"anchor_order_{facts.item.kind}", facts.item.code)
    limit = parameters.integer("window_hours", facts.item.code)
    elapsed = facts.request.at - anchor.at
    by_hour: dict[str, Json] = {"age_hours": elapsed // _HOUR, "limit_hours": limit}
    if elapsed > limit * _HOUR:
        verdict, ground = Verdict.VIOLATED, "too_many_hours"
    else:
        verdict, ground = Verdict.SATISFIED, "in_hours"
    return WINDOW.finds(verdict, ground, {**looked_at, **by_hour}, hours, order)


def anchor_of(
    anchors: Iterable[Anchor], kind: str, parameters: ParametersInForce, item: str | None = None
) -> Anchor | None:
    """The time from which the period is counted: the first known one in the order in force.

    Args:
        anchors: the times that are known.
        kind: `lab` or `imaging`.
        parameters: the values in force on the day of the request.
        item: the item code, for items that have an order of their own.
    """
    known = {anchor.kind: anchor for anchor in anchors}
    order = parameters.words(f"anchor_order_{kind}", item)
    return next((known[name] for name in order if name in known), None)


def preferred_anchor(kind: str, parameters: ParametersInForce, item: str | None = None) -> str:
    """The time that is meant where all are known; any other is a fallback."""
    return parameters.words(f"anchor_order_{kind}", item)[0]


def moved(facts: Facts, anchor: Anchor, at: datetime) -> Facts:
    """The facts with one anchor at another instant; assessments are those of its new day."""
    anchors = tuple(replace(a, at=at) if a == anchor else a for a in facts.report.anchors)
    day = facts.eqa_day and local_day(at)
    return replace(facts, report=replace(facts.report, anchors=anchors), eqa_day=day)
