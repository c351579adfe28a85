"""Dates and times of a header (DA, TM, DT: PS3.5 section 6.2) → points in time."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapters.dicom.header_values import HeaderValues
from gateway.canonical.times import CHINA_STANDARD_TIME, EventTime, Precision, ZoneSource

_ACQUISITION_DATE_TIME = 0x0008002A
#: Acquisition, then series, then study: each a date with its time.
_DATES_AND_TIMES = ((0x00080022, 0x00080032), (0x00080021, 0x00080031), (0x00080020, 0x00080030))
_TIME_ZONE_OFFSET = 0x00080201
_DATE_TIME = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)?(?P<day>\d\d)?(?P<hour>\d\d)?(?P<minute>\d\d)?"
    r"(?P<second>\d\d)?(?:\.(?P<fraction>\d{1,6}))?(?P<zone>[+-]\d{4})?"
)
TIME_TAGS = (
    _ACQUISITION_DATE_TIME,
    _TIME_ZONE_OFFSET,
    *(tag for pair in _DATES_AND_TIMES for tag in pair),
)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")


def acquired_at(
    header: HeaderValues, frame: HeaderValues | None, time_zone: str
) -> EventTime | None:
    """When the image was acquired: (0008,002A), the first frame's time, else acquisition, series or
    study date with its time. None when nothing readable is stated.

    The offset is the value's own, else (0008,0201), else that of the institution's zone.
    """
    stated = header.code(_TIME_ZONE_OFFSET)
    for text in _candidates(header, frame):
        time = _event_time(text, stated, time_zone)
        if time is not None:
            return time
    return None


def birth_date(text: str) -> date | None:
    """A whole date (DA); None for anything else."""
    try:
        return datetime.strptime(_plain(text), "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _candidates(header: HeaderValues, frame: HeaderValues | None) -> Iterable[str]:
    yield header.code(_ACQUISITION_DATE_TIME)
    if frame is not None:
        yield frame.code(0x00189074)  # Frame Acquisition DateTime
    for date_tag, time_tag in _DATES_AND_TIMES:
        day = _plain(header.code(date_tag))
        yield day + _plain(header.code(time_tag)) if day else ""


def _plain(text: str) -> str:
    """Without the separators of ACR-NEMA (2021.10.14, 10:15:00), which old devices still send."""
    return re.sub(r"(?<=\d)[.](?=\d\d[.]|\d\d$)|:", "", text) if _is_separated(text) else text


def _is_separated(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}\.\d\d\.\d\d|\d\d:\d\d(:\d\d(\.\d+)?)?", text))


def _event_time(text: str, stated_offset: str, time_zone: str) -> EventTime | None:
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    offset = _offset(match["zone"] or stated_offset)
    zone = offset or _zone(time_zone)
    try:
        local = datetime(
            int(match["year"]),
            int(match["month"] or 1),
            int(match["day"] or 1),
            int(match["hour"] or 0),
            int(match["minute"] or 0),
            min(int(match["second"] or 0), 59),  # 60 is a leap second
            int((match["fraction"] or "0").ljust(6, "0")),
            tzinfo=zone,
        )
        instant = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    source = ZoneSource.STATED if offset else ZoneSource.INSTITUTION
    return EventTime(instant, text, _precision(match), source)


def _precision(match: re.Match[str]) -> Precision:
    for part, precision in (
        ("second", Precision.SECOND),
        ("hour", Precision.MINUTE),
        ("day", Precision.DAY),
        ("month", Precision.MONTH),
    ):
        if match[part]:
            return precision
    return Precision.YEAR


def _offset(text: str) -> tzinfo | None:
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    if offset >= timedelta(days=1):
        return None
    return timezone(offset if match[1] == "+" else -offset)


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    if name in {"", "Asia/Shanghai"}:
        return CHINA_STANDARD_TIME
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return CHINA_STANDARD_TIME
