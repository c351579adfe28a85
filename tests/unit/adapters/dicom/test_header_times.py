"""When an image was acquired, in every way a header can say it (PS3.5 section 6.2)."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.dicom.functional_groups import FunctionalGroups
from adapters.dicom.header_times import acquired_at, birth_date
from adapters.dicom.header_values import HeaderValues
from gateway.canonical.times import EventTime, Precision, ZoneSource
from tests.unit.adapters.dicom.dicom_files import ct_slice, header_of, raw_values, sequence

NOON = datetime(2021, 10, 14, 4, 0, tzinfo=UTC)  # 12:00 in China


def time_of(folder: Path, zone: str = "Asia/Shanghai", **elements: Any) -> EventTime | None:
    values = HeaderValues(header_of(folder, ct_slice(**elements)).dataset)
    return acquired_at(values, FunctionalGroups(values).acquired, zone)


def test_acquisition_date_time_comes_first(tmp_path: Path) -> None:
    time = time_of(
        tmp_path, AcquisitionDateTime="20211014120000.5", StudyDate="20200101", StudyTime="000000"
    )
    expected = NOON.replace(microsecond=500_000)
    assert time == EventTime(expected, "20211014120000.5", Precision.SECOND, ZoneSource.INSTITUTION)


@pytest.mark.parametrize("prefix", ["Acquisition", "Series", "Study"])
def test_date_and_time_of_each_level_are_read(tmp_path: Path, prefix: str) -> None:
    time = time_of(tmp_path, **{f"{prefix}Date": "20211014", f"{prefix}Time": "120000"})
    assert time is not None
    assert time.instant == NOON


def test_first_frame_of_an_enhanced_object_says_when(tmp_path: Path) -> None:
    frame = sequence(FrameContentSequence=sequence(FrameAcquisitionDateTime="20211014120000"))
    time = time_of(tmp_path, PerFrameFunctionalGroupsSequence=frame, StudyDate="20200101")
    assert time is not None
    assert time.instant == NOON


@pytest.mark.parametrize(
    ("text", "instant", "precision"),
    [
        ("2021", datetime(2020, 12, 31, 16, tzinfo=UTC), Precision.YEAR),
        ("202110", datetime(2021, 9, 30, 16, tzinfo=UTC), Precision.MONTH),
        ("20211014", datetime(2021, 10, 13, 16, tzinfo=UTC), Precision.DAY),
        ("2021101412", NOON, Precision.MINUTE),
        ("202110141200", NOON, Precision.MINUTE),
        ("20211014120060", NOON.replace(second=59), Precision.SECOND),
    ],
)
def test_precision_is_what_was_stated(
    tmp_path: Path, text: str, instant: datetime, precision: Precision
) -> None:
    time = time_of(tmp_path, AcquisitionDateTime=text)
    assert time is not None
    assert (time.instant, time.precision) == (instant, precision)


@pytest.mark.parametrize(
    ("elements", "source"),
    [
        ({"AcquisitionDateTime": "20211014060000+0200"}, ZoneSource.STATED),
        ({"AcquisitionDateTime": "20211014000000-0400"}, ZoneSource.STATED),
        (
            {"AcquisitionDateTime": "20211014040000", "TimezoneOffsetFromUTC": "+0000"},
            ZoneSource.STATED,
        ),
        (
            {"AcquisitionDateTime": "20211014120000", "TimezoneOffsetFromUTC": "+9900"},
            ZoneSource.INSTITUTION,
        ),
    ],
)
def test_offset_is_stated_or_that_of_the_institution(
    tmp_path: Path, elements: dict[str, str], source: ZoneSource
) -> None:
    time = time_of(tmp_path, **elements)
    assert time is not None
    assert (time.instant, time.zone_source) == (NOON, source)


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Tokyo", 3), ("No/Where", 4), ("", 4)])
def test_zone_of_the_institution_is_used(tmp_path: Path, zone: str, hour: int) -> None:
    time = time_of(tmp_path, zone, AcquisitionDateTime="20211014120000")
    assert time is not None
    assert time.instant.hour == hour


def test_separators_of_old_devices_are_tolerated() -> None:
    values = raw_values((0x00080020, "DA", b"2021.10.14"), (0x00080030, "TM", b"12:00:00"))
    time = acquired_at(values, None, "Asia/Shanghai")
    assert time is not None
    assert time.instant == NOON


@pytest.mark.parametrize("text", ["20211399", "00000000", "today", "99991231235959"])
def test_unreadable_time_gives_way_to_the_next(text: str) -> None:
    values = raw_values(
        (0x0008002A, "DT", f"{text}-0800".encode()),
        (0x00080020, "DA", b"20211014"),
        (0x00080030, "TM", b"120000"),
    )
    time = acquired_at(values, None, "Asia/Shanghai")
    assert time is not None
    assert time.instant == NOON


def test_header_without_any_date_has_no_time(tmp_path: Path) -> None:
    assert time_of(tmp_path, StudyTime="120000") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("19800229", date(1980, 2, 29)),
        ("1980.02.29", date(1980, 2, 29)),
        ("198002", None),
        ("", None),
    ],
)
def test_birth_date_is_a_whole_date_or_absent(text: str, day: date | None) -> None:
    assert birth_date(text) == day
