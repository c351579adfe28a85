"""HL7 times: `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ]` (v2.5.1 2.A.22 DTM, 2.A.77 TS)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from adapters.errors import MappingFailure
from gateway.canonical.times import EventTime, Precision, ZoneSource

_TIME = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,6})\d*)?)?)?)?)?)?"
    r"(?:([+-])(\d\d)([0-5]\d))?",
    re.ASCII,
)
_HINT = "write YYYYMMDD[HHMM[SS]] with an optional offset as +0800"


def event_time(text: str, zone: tzinfo, location: str) -> EventTime | None:
    """The instant that the text states, None for no text; zone is used where none is stated.

    Raises:
        MappingFailure: the text is no time, or one that no calendar has.
    """
    if not text:
        return None
    parts = _TIME.fullmatch(text)
    if parts is None:
        raise MappingFailure("invalid_time", location, _HINT)
    try:
        instant = _instant(parts, zone)
    except (ValueError, OverflowError):
        raise MappingFailure("invalid_time", location, _HINT) from None
    source = ZoneSource.STATED if parts[8] else ZoneSource.INSTITUTION
    return EventTime(instant, text, _precision(parts), source)


def calendar_date(text: str, location: str) -> date | None:
    """The day of a birth date, None when it is absent or not stated to the day.

    Raises:
        MappingFailure: the text is no time, or one that no calendar has.
    """
    stated = event_time(text, UTC, location)
    if stated is None or stated.precision in {Precision.YEAR, Precision.MONTH}:
        return None
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _precision(parts: "re.Match[str]") -> Precision:
    """How much was stated. The canonical model knows no hour; a bare hour is more than a day."""
    if parts[6]:
        return Precision.SECOND
    if parts[4]:
        return Precision.MINUTE
    if parts[3]:
        return Precision.DAY
    return Precision.MONTH if parts[2] else Precision.YEAR


def _instant(parts: "re.Match[str]", zone: tzinfo) -> datetime:
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = parts.groups()
    if sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(offset if sign == "+" else -offset)
    local = datetime(
        int(year),
        int(month or 1),
        int(day or 1),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        int((fraction or "0").ljust(6, "0")),
        tzinfo=zone,
    )
    return local.astimezone(UTC)
