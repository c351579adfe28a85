"""The calendar in which the policy counts: days of China, which has one zone and no summer time."""

from datetime import date, datetime, timedelta, timezone

CHINA_STANDARD_TIME = timezone(timedelta(hours=8), "CST")


def local_day(instant: datetime) -> date:
    """The calendar day of an aware instant in China (Asia/Shanghai)."""
    return instant.astimezone(CHINA_STANDARD_TIME).date()
