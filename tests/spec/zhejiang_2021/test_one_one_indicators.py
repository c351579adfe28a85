"""一（一）、八（三） 提醒调阅率、首次提醒调阅率、互认率、诊断符合率、互认不遵从率、节省费用。"""

from datetime import timedelta
from decimal import Decimal

import pytest

from rules.engine import outcome_without_exceptions
from rules.outcome import Outcome
from rules.zhejiang_2021.indicators import (
    ACCEPTED,
    CLOSED,
    LATER,
    REJECTED,
    REPEATED,
    SHOWN,
    SIGNED,
    UNDONE,
    VIEWED,
    IndicatorEvent,
    indicators,
)
from tests.spec.zhejiang_2021.arrange import AT, declared, determined, lab_facts

ALL = frozenset({REPEATED, LATER})


def _log(*names, key="k1", visit="v1", start=0, outcome=Outcome.RECOGNIZABLE, **changes):
    return [
        IndicatorEvent(
            id=f"{key}-{start + n}",
            name=name,
            at=AT + timedelta(minutes=start + n),
            key="" if name == CLOSED else key,
            visit=visit,
            outcome=outcome,
            **changes,
        )
        for n, name in enumerate(names)
    ]


def _figure(name, events, sources=ALL):
    return next(i for i in indicators(events, sources) if i.name == name)


def test_reminder_view_rate_counts_viewed_of_shown():
    """提醒调阅率：已调阅的提醒占已展示的提醒。"""
    events = _log(SHOWN, VIEWED, VIEWED) + _log(SHOWN, key="k2") + _log(SHOWN, key="k3")
    figure = _figure("reminder_view_rate", events)
    assert (figure.numerator, figure.denominator, figure.value) == (1, 3, Decimal("0.3333"))
    assert figure.event_ids == ("k1-1",)


def test_view_without_reminder_does_not_count():
    """没有展示过提醒的调阅不计入。"""
    figure = _figure("reminder_view_rate", _log(VIEWED) + _log(SHOWN, key="k2"))
    assert (figure.numerator, figure.denominator) == (0, 1)


@pytest.mark.parametrize(
    ("names", "hits"),
    [
        ((SHOWN, VIEWED), 1),
        ((SHOWN, SIGNED, VIEWED), 0),
        ((SHOWN, CLOSED, VIEWED), 0),
        ((SHOWN, VIEWED, SIGNED), 1),
        ((VIEWED, SHOWN), 0),
        ((SHOWN,), 0),
        ((SHOWN, SHOWN, VIEWED), 1),
    ],
)
def test_first_reminder_is_viewed_before_order_or_end(names, hits):
    """首次提醒调阅率：首次提醒之后、开单或就诊结束之前已调阅。"""
    figure = _figure("first_reminder_view_rate", _log(*names))
    assert (figure.numerator, figure.denominator) == (hits, 1)


def test_closed_visit_ends_every_key_of_that_visit_only():
    """就诊结束只及于该次就诊。"""
    events = _log(SHOWN, CLOSED) + _log(VIEWED, start=5)
    other = _log(SHOWN, key="k2", visit="v2") + _log(VIEWED, key="k2", visit="v2", start=5)
    figure = _figure("first_reminder_view_rate", events + other)
    assert (figure.numerator, figure.denominator) == (1, 2)


@pytest.mark.parametrize(
    ("names", "hits"),
    [
        ((SHOWN, ACCEPTED), 1),
        ((SHOWN, ACCEPTED, UNDONE), 0),
        ((SHOWN, ACCEPTED, UNDONE, ACCEPTED), 1),
        ((SHOWN, REJECTED), 0),
        ((SHOWN, ACCEPTED, UNDONE, REJECTED), 0),
        ((SHOWN,), 0),
    ],
)
def test_recognition_rate_counts_acceptances_that_stand(names, hits):
    """互认率：未撤销的接受占已展示且可互认的提醒。"""
    figure = _figure("recognition_rate", _log(*names))
    assert (figure.numerator, figure.denominator) == (hits, 1)


def test_recognition_rate_looks_at_recognizable_results_only():
    """酌情互认等其他判定不进入互认率。"""
    events = _log(SHOWN, ACCEPTED, outcome=Outcome.DISCRETIONARY)
    figure = _figure("recognition_rate", events)
    assert (figure.denominator, figure.value, figure.not_computed) == (0, None, "分母为零")


def test_declared_exception_stays_in_the_denominator():
    """医生援引的例外仍留在分母，接受了才进入分子。"""
    made = determined(lab_facts(request=declared("E08")))
    assert made.outcome is Outcome.EXEMPT
    events = _log(SHOWN, outcome=outcome_without_exceptions(made.findings))
    assert _figure("recognition_rate", events).denominator == 1


def test_inferred_exception_leaves_both_and_is_counted():
    """由就诊情况推定的例外同时退出分子和分母，并公布其数量。"""
    events = _log(SHOWN, VIEWED, ACCEPTED, inferred=True) + _log(SHOWN, key="k2")
    for name in ("reminder_view_rate", "first_reminder_view_rate", "recognition_rate"):
        figure = _figure(name, events)
        assert (figure.numerator, figure.denominator, figure.excluded) == (0, 1, 1)


def test_rates_are_rounded_once_half_up():
    """比率只取舍一次，四舍五入到万分之一。"""
    events = _log(SHOWN, VIEWED)
    for n in range(2, 33):
        events += _log(SHOWN, key=f"k{n}")
    assert _figure("reminder_view_rate", events).value == Decimal("0.0313")


def test_order_of_events_is_irrelevant():
    """事件的先后以时间为准，与传入次序无关。"""
    events = _log(SHOWN, VIEWED, ACCEPTED, UNDONE)
    assert indicators(events, ALL) == indicators(events[::-1], ALL)


def test_concordance_is_not_computed_without_later_results():
    """没有后续结果来源或没有评定的结果对，诊断符合率不计算并说明理由。"""
    without = _figure("diagnostic_concordance_rate", _log(SHOWN), frozenset())
    unassessed = _figure("diagnostic_concordance_rate", _log(SHOWN))
    assert without.value is None
    assert without.not_computed == "没有本院后续结果的来源"
    assert unassessed.not_computed == "没有经过评定的结果对"


def test_non_adherence_is_not_computed_without_orders():
    """没有重复执行的来源，互认不遵从率不计算并说明理由。"""
    figure = _figure("non_adherence_rate", _log(SHOWN), frozenset())
    assert (figure.value, figure.not_computed) == (None, "没有重复开单执行的来源")


@pytest.mark.parametrize(
    ("names", "hits"),
    [
        ((SHOWN, REPEATED), 1),
        ((SHOWN, ACCEPTED, REPEATED), 1),
        ((SHOWN, REJECTED, REPEATED), 0),
        ((SHOWN, REJECTED, UNDONE, REPEATED), 1),
        ((SHOWN, REPEATED, REJECTED), 1),
        ((SHOWN, ACCEPTED), 0),
    ],
)
def test_repeat_without_ground_is_non_adherence(names, hits):
    """互认不遵从：可互认而无正当理由重复执行。"""
    figure = _figure("non_adherence_rate", _log(*names))
    assert (figure.numerator, figure.denominator) == (hits, 1)


def test_rejection_without_reason_is_no_ground():
    """不接受而没有理由的，重复执行算不遵从。"""
    figure = _figure("non_adherence_rate", _log(SHOWN, REJECTED, REPEATED, has_reason=False))
    assert figure.numerator == 1


def test_savings_sum_prices_of_standing_acceptances():
    """节省费用：未撤销的接受按本机构价格合计，没有价格的计零并公布数量。"""
    events = (
        _log(SHOWN, ACCEPTED, price=Decimal("12.5"))
        + _log(SHOWN, ACCEPTED, key="k2")
        + _log(SHOWN, ACCEPTED, UNDONE, key="k3", price=Decimal("99"))
    )
    figure = _figure("savings", events)
    assert (figure.value, figure.denominator, figure.unpriced) == (Decimal("12.50"), 2, 1)


def test_no_event_computes_no_rate():
    """没有事件时比率不计算，节省费用为零。"""
    figures = {i.name: i for i in indicators([], ALL)}
    assert figures["reminder_view_rate"].not_computed == "分母为零"
    assert figures["savings"].value == Decimal("0.00")
    assert all(figure.version == "1" for figure in figures.values())
