"""Points in time as they arrived: instant, original text, precision, and how the zone was known."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

from gateway.canonical.errors import InvalidRecord

#: China keeps one zone without daylight saving time, so a fixed offset is exact and needs no data.
CHINA_STANDARD_TIME = timezone(timedelta(hours=8), "CST")


class Precision(StrEnum):
    """How much of the time was stated by the sender (HL7 v2.5.1 2.A.22 DTM)."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


class ZoneSource(StrEnum):
    """How the offset from UTC was known."""

    STATED = "stated"
    INSTITUTION = "institution"


@dataclass(frozen=True, slots=True)
class EventTime:
    """An instant in UTC together with the text it was read from.

    A time of day precision stands for the local midnight that begins that day.
    """

    instant: datetime
    text: str
    precision: Precision
    zone_source: ZoneSource

    def __post_init__(self) -> None:
        if self.instant.tzinfo is not UTC:
            raise InvalidRecord("instant", "must be in UTC")

    @property
    def local_date(self) -> date:
        """The calendar day in China, the unit in which 四（一） counts."""
        return local_date(self.instant)


def local_date(instant: datetime) -> date:
    """The calendar day of an aware instant in China (Asia/Shanghai)."""
    return instant.astimezone(CHINA_STANDARD_TIME).date()


def start_of_day(day: date) -> datetime:
    """The instant, in UTC, at which a calendar day of China begins."""
    return datetime.combine(day, time(), CHINA_STANDARD_TIME).astimezone(UTC)
