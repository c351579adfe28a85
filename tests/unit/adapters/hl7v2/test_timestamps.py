"""HL7 times to instants: precision, offset, and faults with their place."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from adapters.errors import MappingFailure
from adapters.hl7v2 import er7
from adapters.hl7v2.sender_profile import OffsetRule, SenderProfile
from adapters.hl7v2.timestamps import calendar_date, event_time, field_time
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.times import CHINA_STANDARD_TIME, EventTime, Precision, ZoneSource


@pytest.mark.parametrize(
    ("text", "instant", "precision"),
    [
        ("2026", datetime(2025, 12, 31, 16, tzinfo=UTC), Precision.YEAR),
        ("202611", datetime(2026, 10, 31, 16, tzinfo=UTC), Precision.MONTH),
        ("20261120", datetime(2026, 11, 19, 16, tzinfo=UTC), Precision.DAY),
        ("2026112009", datetime(2026, 11, 20, 1, tzinfo=UTC), Precision.MINUTE),
        ("202611200930", datetime(2026, 11, 20, 1, 30, tzinfo=UTC), Precision.MINUTE),
        ("20261120093015", datetime(2026, 11, 20, 1, 30, 15, tzinfo=UTC), Precision.SECOND),
        (
            "20261120093015.25",
            datetime(2026, 11, 20, 1, 30, 15, 250000, tzinfo=UTC),
            Precision.SECOND,
        ),
    ],
)
def test_time_without_offset_is_the_institutions(
    text: str, instant: datetime, precision: Precision
) -> None:
    time = event_time(text, CHINA_STANDARD_TIME, "OBR[1]-7")
    assert time is not None
    assert (time.instant, time.precision, time.text) == (instant, precision, text)
    assert time.zone_source is ZoneSource.INSTITUTION


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("20261120093000+0800", datetime(2026, 11, 20, 1, 30, tzinfo=UTC)),
        ("20261120093000.1234567-0330", datetime(2026, 11, 20, 13, 0, 0, 123456, tzinfo=UTC)),
        ("20261120+0000", datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
def test_stated_offset_wins_over_the_institutions(text: str, instant: datetime) -> None:
    time = event_time(text, CHINA_STANDARD_TIME, "OBR[1]-7")
    assert time is not None
    assert (time.instant, time.zone_source) == (instant, ZoneSource.STATED)


def test_zone_of_the_institution_is_used() -> None:
    time = event_time("202611200900", timezone(timedelta(hours=6)), "OBR[1]-7")
    assert time is not None
    assert time.instant == datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_future_time_is_data_and_no_fault() -> None:
    assert event_time("29990101", CHINA_STANDARD_TIME, "OBR[1]-7") is not None


def test_no_text_is_no_time() -> None:
    assert event_time("", CHINA_STANDARD_TIME, "OBR[1]-7") is None


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-11-20",
        "20261",
        "20261320",
        "20260230",
        "2026112025",
        "20261120.5",
        "20261120+2400",
        "20261120+08",
        "00010101",
        "\uff12\uff10\uff12\uff16",
        "20261120093000 ",
    ],
)
def test_impossible_time_is_a_located_fault(text: str) -> None:
    with pytest.raises(MappingFailure) as caught:
        event_time(text, CHINA_STANDARD_TIME, "OBR[1]-7")
    assert (caught.value.reason, caught.value.location) == ("invalid_time", "OBR[1]-7")
    assert text not in str(caught.value), "a value may identify a patient"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("19900101", date(1990, 1, 1)),
        ("19900101235959+0800", date(1990, 1, 1)),
        ("1990", None),
        ("199001", None),
        ("", None),
    ],
)
def test_birth_date_is_the_day_as_written(text: str, day: date | None) -> None:
    assert calendar_date(text, "PID[1]-7") == day


def stated(text: str, offsets: OffsetRule) -> EventTime | None:
    obr = er7.Segment(["OBR", *[""] * 6, text], 1, er7.Delimiters())
    return field_time(obr, 7, SenderProfile(InstitutionCode("H001"), offsets=offsets))


@pytest.mark.parametrize("text", ["20261120090000+0000", "20261120090000Z", "20261120090000"])
def test_meaningless_offset_of_a_sender_is_ignored(text: str) -> None:
    time = stated(text, OffsetRule.IGNORED)
    assert time is not None
    assert (time.instant.hour, time.zone_source) == (1, ZoneSource.INSTITUTION)


def test_sender_that_must_state_its_offset_is_held_to_it() -> None:
    for text in ("20261120090000", "202611200900"):
        with pytest.raises(MappingFailure, match=r"OBR\[1\]-7"):
            stated(text, OffsetRule.REQUIRED)
    for text in ("20261120090000+0800", "20261120"):
        assert stated(text, OffsetRule.REQUIRED) is not None
    assert stated("", OffsetRule.REQUIRED) is None
