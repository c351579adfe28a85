"""Days are those of China."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.canonical.times import local_date, start_of_day


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2024, 2, 29), date(2021, 10, 14)])
def test_day_begins_at_midnight_in_china(day: date) -> None:
    begin = start_of_day(day)
    assert begin.tzinfo is UTC
    assert local_date(begin) == day
    assert local_date(begin - timedelta(microseconds=1)) == day - timedelta(days=1)


def test_day_begins_eight_hours_before_utc() -> None:
    assert start_of_day(date(2026, 11, 20)) == datetime(2026, 11, 19, 16, tzinfo=UTC)
