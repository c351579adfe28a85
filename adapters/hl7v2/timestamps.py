"""HL7 times: `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ]` (v2.5.1 2.A.22 DTM, 2.A.77 TS)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from adapters.errors import MappingFailure
from adapters.hl7v2.er7 import Segment
from adapters.hl7v2.sender_profile import OffsetRule, SenderProfile
from gateway.canonical.times import EventTime, Precision, ZoneSource

_TIME = re.compile(r"(\d{4}(?:\d\d){0,5})(?:(?<=\d{14})\.(\d+))?([+-]\d\d[0-5]\d)?", re.ASCII)
#: What stands for the parts that are not stated: the first of January, midnight.
_BEGINNING = "00000101000000"
#: By the number of digits. The canonical model knows no hour; a bare hour is more than a day.
_PRECISIONS = {
    4: Precision.YEAR,
    6: Precision.MONTH,
    8: Precision.DAY,
    10: Precision.MINUTE,
    12: Precision.MINUTE,
    14: Precision.SECOND,
}
_TIMES_OF_DAY = frozenset({Precision.MINUTE, Precision.SECOND})
_OFFSET = re.compile(r"(?:[+-]\d{4}|Z)$", re.ASCII)
_HINT = "write YYYYMMDD[HHMM[SS]] with an optional offset as +0800"


def field_time(segment: Segment, field: int, profile: SenderProfile) -> EventTime | None:
    """The time in the first component of a field, by the clock of its sender; None when absent.

    Raises:
        MappingFailure: it is no time, or lacks the offset that this sender has to state.
    """
    text = segment.component(field)
    if profile.offsets is OffsetRule.IGNORED:
        text = _OFFSET.sub("", text)
    read = event_time(text, profile.zone, segment.at(field))
    if (
        read is not None
        and profile.offsets is OffsetRule.REQUIRED
        and read.zone_source is ZoneSource.INSTITUTION
        and read.precision in _TIMES_OF_DAY
    ):
        raise MappingFailure(
            "invalid_time", segment.at(field), "state the offset from UTC, such as +0800"
        )
    return read


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
    digits, fraction, offset = parts.groups()
    stated = digits + _BEGINNING[len(digits) :]
    try:
        local = datetime.fromisoformat(f"{stated[:8]}T{stated[8:]}")
        if fraction:
            local = local.replace(microsecond=int(fraction[:6].ljust(6, "0")))
        instant = local.replace(tzinfo=_zone(offset) if offset else zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MappingFailure("invalid_time", location, _HINT) from None
    source = ZoneSource.STATED if offset else ZoneSource.INSTITUTION
    return EventTime(instant, text, _PRECISIONS[len(digits)], source)


def calendar_date(text: str, location: str) -> date | None:
    """The day of a birth date, None when it is absent or not stated to the day.

    Raises:
        MappingFailure: the text is no time, or one that no calendar has.
    """
    stated = event_time(text, UTC, location)
    if stated is None or stated.precision in {Precision.YEAR, Precision.MONTH}:
        return None
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


@lru_cache(maxsize=64)
def _zone(offset: str) -> timezone:
    """The zone of `+HHMM`. Raises `ValueError` for a day or more."""
    span = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
    return timezone(-span if offset[0] == "-" else span)
