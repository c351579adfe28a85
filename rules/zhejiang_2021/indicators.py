"""关键指标, 一（一） and 八（三）.

一（一） 信息系统需按照全省统一标准具备提醒调阅率、互认率、诊断符合率、互认不遵从率等关键指标的
统计分析功能。
八（三） ……对首次提醒调阅率、互认率等核心指标进行排名通报。

The document gives no formulas, so each indicator is a versioned definition over named events; the
definitions are the defaults of the house. A declared exception stays in the denominators; an
exception inferred from the visit leaves numerator and denominator together and is counted beside.
Division by zero is "not computed"; rounding happens once, here. Spec: test_one_one_indicators.py.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from rules.outcome import Outcome

MATCH, SHOWN, VIEWED = "match:found", "reminder:shown", "report:viewed"
ACCEPTED, REJECTED = "recognition:accepted", "recognition:rejected"
UNDONE = "recognition:undone"
SIGNED, REPEATED, LATER = "order:signed", "order:repeated", "result:later"
CLOSED = "visit:closed"

RATE_STEP: Final = Decimal("0.0001")
MONEY_STEP: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class IndicatorEvent:
    """One event of the log as the indicators see it.

    key stands for (receiving institution, visit, patient, item, order line or `arrival`), visit for
    its first two parts; a closed visit has a visit and an empty key. id grows with the log, so that
    events of one instant keep their order. outcome is the determination's outcome with exceptions
    set aside. inferred: an exception was inferred from the visit. price: the receiver's price of
    the item, None when unpriced. has_reason: a rejection states its ground.
    """

    id: str
    name: str
    at: datetime
    key: str
    visit: str = ""
    outcome: Outcome | None = None
    inferred: bool = False
    price: Decimal | None = None
    has_reason: bool = True


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure with all that it rests on.

    value is None when it is not computed, with the reason in Chinese. excluded counts keys left out
    for an inferred exception, unpriced those that count as 0. event_ids are the events counted in
    the numerator, for drilling down.
    """

    name: str
    title: str
    version: str
    numerator: Decimal
    denominator: int
    value: Decimal | None
    not_computed: str | None
    excluded: int = 0
    unpriced: int = 0
    event_ids: tuple[str, ...] = ()


@dataclass(slots=True)
class _Key:
    """The events of one key, in the order of time."""

    events: list[IndicatorEvent] = field(default_factory=list)

    def first(self, *names: str) -> IndicatorEvent | None:
        return next((event for event in self.events if event.name in names), None)

    def after(self, earlier: IndicatorEvent, *names: str) -> IndicatorEvent | None:
        later = (e for e in self.events if _order(e) > _order(earlier))
        return next((event for event in later if event.name in names), None)

    def decision(self, before: IndicatorEvent | None = None) -> IndicatorEvent | None:
        """The decision that stands, at the end or before an event; None if none or undone."""
        standing = None
        for event in self.events:
            if before is not None and _order(event) >= _order(before):
                break
            if event.name in {ACCEPTED, REJECTED}:
                standing = event
            elif event.name == UNDONE:
                standing = None
        return standing

    @property
    def inferred(self) -> bool:
        return any(event.inferred for event in self.events)


def _order(event: IndicatorEvent) -> tuple[datetime, str]:
    return event.at, event.id


def indicators(events: Iterable[IndicatorEvent], sources: Collection[str]) -> tuple[Indicator, ...]:
    """All indicators of the given events.

    Args:
        events: the events of one institution, department or period, in any order.
        sources: names of the events that somebody reports at all; an indicator that needs another
            one is not computed.
    """
    keys = _keys(events)
    shown = [key for key in keys if key.first(SHOWN)]
    counted = [key for key in shown if not key.inferred]
    excluded = len(shown) - len(counted)
    return (
        _reminder_views(counted, excluded),
        _first_reminder_views(counted, excluded),
        _recognition(counted, excluded),
        _concordance(sources),
        _non_adherence(counted, excluded, sources),
        _savings(keys),
    )


def _keys(events: Iterable[IndicatorEvent]) -> list[_Key]:
    """The events by key; the end of a visit belongs to each of its keys."""
    keys: defaultdict[str, _Key] = defaultdict(_Key)
    by_visit: defaultdict[str, set[str]] = defaultdict(set)
    ordered = sorted(events, key=_order)
    for event in ordered:
        if event.key:
            by_visit[event.visit].add(event.key)
    for event in ordered:
        for key in {event.key} if event.key else by_visit[event.visit]:
            keys[key].events.append(event)
    return [keys[key] for key in sorted(keys)]


def _rate(
    head: tuple[str, str, str], hits: Sequence[IndicatorEvent], denominator: int, excluded: int
) -> Indicator:
    numerator = Decimal(len(hits))
    value, reason = None, None
    if denominator == 0:
        reason = "分母为零"
    else:
        value = (numerator / denominator).quantize(RATE_STEP, ROUND_HALF_UP)
    ids = tuple(event.id for event in hits)
    return Indicator(*head, numerator, denominator, value, reason, excluded, event_ids=ids)


def _not_computed(head: tuple[str, str, str], reason: str) -> Indicator:
    return Indicator(*head, Decimal(0), 0, None, reason)


def _reminder_views(keys: Sequence[_Key], excluded: int) -> Indicator:
    """提醒调阅率: keys with a view / keys with a reminder shown."""
    hits = [view for key in keys if (view := key.first(VIEWED))]
    return _rate(("reminder_view_rate", "提醒调阅率", "1"), hits, len(keys), excluded)


def _first_reminder_views(keys: Sequence[_Key], excluded: int) -> Indicator:
    """首次提醒调阅率: the first reminder was followed by a view before order or end of visit."""
    hits = [
        event
        for key in keys
        if (shown := key.first(SHOWN))
        and (event := key.after(shown, VIEWED, SIGNED, CLOSED))
        and event.name == VIEWED
    ]
    return _rate(("first_reminder_view_rate", "首次提醒调阅率", "1"), hits, len(keys), excluded)


def _recognizable(keys: Iterable[_Key]) -> list[_Key]:
    """Keys whose first reminder showed a recognizable result, exceptions set aside."""
    return [k for k in keys if (s := k.first(SHOWN)) and s.outcome is Outcome.RECOGNIZABLE]


def _recognition(keys: Sequence[_Key], excluded: int) -> Indicator:
    """互认率: accepted and not undone / shown and determined RECOGNIZABLE."""
    base = _recognizable(keys)
    hits = [event for key in base if (event := key.decision()) and event.name == ACCEPTED]
    return _rate(("recognition_rate", "互认率", "1"), hits, len(base), excluded)


def _concordance(sources: Collection[str]) -> Indicator:
    """诊断符合率: agreeing pairs / pairs assessed, among keys with an own later result."""
    head = ("diagnostic_concordance_rate", "诊断符合率", "1")
    if LATER not in sources:
        return _not_computed(head, "没有本院后续结果的来源")
    return _not_computed(head, "没有经过评定的结果对")


def _non_adherence(keys: Sequence[_Key], excluded: int, sources: Collection[str]) -> Indicator:
    """互认不遵从率: recognizable, yet repeated without a valid ground / shown and RECOGNIZABLE."""
    head = ("non_adherence_rate", "互认不遵从率", "1")
    if REPEATED not in sources:
        return _not_computed(head, "没有重复开单执行的来源")
    base = _recognizable(keys)
    hits = [event for key in base if (event := _groundless_repeat(key))]
    return _rate(head, hits, len(base), excluded)


def _groundless_repeat(key: _Key) -> IndicatorEvent | None:
    """The repeat after an acceptance, without a decision, or after a rejection without ground."""
    repeated = key.first(REPEATED)
    if repeated is None:
        return None
    decision = key.decision(before=repeated)
    grounded = decision is not None and decision.name == REJECTED and decision.has_reason
    return None if grounded else repeated


def _savings(keys: Sequence[_Key]) -> Indicator:
    """节省费用: the receiver's price over all acceptances that stand; unpriced counts as 0."""
    head = ("savings", "节省费用", "1")
    standing = [event for key in keys if (event := key.decision()) and event.name == ACCEPTED]
    total = sum((event.price or Decimal(0) for event in standing), Decimal(0))
    return Indicator(
        *head,
        numerator=total,
        denominator=len(standing),
        value=total.quantize(MONEY_STEP, ROUND_HALF_UP),
        not_computed=None,
        unpriced=sum(event.price is None for event in standing),
        event_ids=tuple(event.id for event in standing),
    )
