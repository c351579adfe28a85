"""四（一） 30天内规范完整的检验、检查报告。"""

from datetime import UTC, datetime

import pytest

from rules.facts import Anchor
from rules.outcome import Outcome
from tests.spec.zhejiang_2021.arrange import (
    AT,
    days_ago,
    found,
    imaging_facts,
    lab_facts,
    outcome,
    report,
    request,
    verdict,
)


def _collected(*anchors: tuple[str, datetime], **changes):
    return lab_facts(report=report(anchors=tuple(Anchor(*a) for a in anchors)), **changes)


@pytest.mark.parametrize("days", [0, 1, 29, 30])
def test_result_within_thirty_days_is_recognizable(days):
    """采样在30天内的，符合；第30天计入。"""
    facts = _collected(("collected", days_ago(days)))
    assert verdict(facts, "WINDOW") == ("satisfied", "in_time")
    assert outcome(facts) is Outcome.RECOGNIZABLE


@pytest.mark.parametrize("days", [31, 365])
def test_result_of_day_thirty_one_is_not_recognizable(days):
    """第31天起超过时限，不符合。"""
    facts = _collected(("collected", days_ago(days)))
    assert verdict(facts, "WINDOW") == ("violated", "too_old")
    assert outcome(facts) is Outcome.NOT_RECOGNIZABLE


def test_days_are_counted_in_china():
    """按北京时间的自然日计算：格林尼治前一日17时已是北京的次日。"""
    facts = _collected(("collected", datetime(2025, 5, 30, 17, 0, tzinfo=UTC)))
    assert found(facts, "WINDOW").facts["anchor_day"] == "2025-05-31"
    assert verdict(facts, "WINDOW") == ("satisfied", "in_time")


def test_late_hour_of_day_thirty_still_counts():
    """第30天的任何时刻都在时限内，不按24小时折算。"""
    facts = _collected(
        ("collected", days_ago(30, hour=0)), request=request(at=AT.replace(hour=23, minute=59))
    )
    assert verdict(facts, "WINDOW")[0] == "satisfied"


def test_time_in_the_future_violates():
    """采样时间晚于当前时间的，不符合。"""
    assert verdict(_collected(("collected", days_ago(0, hour=11))), "WINDOW") == (
        "violated",
        "in_future",
    )


def test_lab_anchor_falls_back_in_order():
    """没有采样时间用接收时间，再没有用首次报告时间，并注明是替代。"""
    received = _collected(("first_issued", days_ago(1)), ("received", days_ago(40)))
    issued = _collected(("first_issued", days_ago(2)))
    assert found(received, "WINDOW").facts["anchor"] == "received"
    assert verdict(received, "WINDOW")[0] == "violated"
    assert found(issued, "WINDOW").facts["fallback"] is True
    assert found(_collected(("collected", AT)), "WINDOW").facts["fallback"] is False


def test_reissue_does_not_extend_the_period():
    """采样40天前、昨天更正重发的报告，仍超过时限。"""
    facts = _collected(("collected", days_ago(40)), ("first_issued", days_ago(1)))
    assert verdict(facts, "WINDOW") == ("violated", "too_old")


def test_imaging_counts_from_acquisition():
    """影像从图像采集时间起算，没有图像时间用报告所述检查时间。"""
    base = imaging_facts().report
    both = (Anchor("examined", days_ago(1)), Anchor("acquired", days_ago(35)))
    acquired = imaging_facts(report=report(base.code, anchors=both))
    examined = imaging_facts(report=report(base.code, anchors=both[:1]))
    assert verdict(acquired, "WINDOW") == ("violated", "too_old")
    assert found(examined, "WINDOW").facts["anchor"] == "examined"


def test_missing_date_is_unknown():
    """没有任何可用日期的，条件不明。"""
    assert verdict(_collected(), "WINDOW") == ("unknown", "no_date")
    assert outcome(_collected()) is Outcome.UNDETERMINED


def test_finding_shows_limit_and_source():
    """结论列出时限天数及其起始日期和出处。"""
    used = found(lab_facts(), "WINDOW").parameters[0]
    assert (used.name, used.value, used.valid_from) == ("window_days", 30, "2021-10-14")
    assert "四（一）" in used.source
