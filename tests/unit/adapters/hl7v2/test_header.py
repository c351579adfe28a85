"""The header is read from raw bytes, whatever their charset."""

import pytest

from adapters.errors import PeerViolation
from adapters.hl7v2.header import read_header
from tests.messages import HEADER, message


@pytest.mark.parametrize(
    ("application", "codec"), [("LIS", "ascii"), ("检验珅", "utf-8"), ("检验珅玘", "gb18030")]
)
def test_header_with_chinese_application_is_read_whole(application: str, codec: str) -> None:
    line = HEADER.replace("LIS", application) + "||||||GB18030~UTF-8"
    header = read_header(line.encode(codec) + b"\rPID|1")
    assert (header.codec, header.facility, header.control_id) == (codec, "H001", "C1")
    assert header.charset == "GB18030"
    assert header.segment.component(3) == application


def test_header_in_no_known_charset_is_echoed_byte_for_byte() -> None:
    raw = b"MSH|^~\\&|\xff\x81|H001|||20261120||ORU^R01|C1|P|2.5"
    header = read_header(raw)
    assert header.codec == "latin-1"
    assert header.segment.raw(3).encode(header.codec) == b"\xff\x81"


@pytest.mark.parametrize("lead", [b"", b"\xef\xbb\xbf", b"\r\n", b"\x00"])
def test_leading_bytes_before_the_header_are_tolerated(lead: bytes) -> None:
    assert read_header(lead + HEADER.encode()).control_id == "C1"


@pytest.mark.parametrize("raw", [b"", b"PID|1\r", b"FHS|^~\\&\rMSH|^~\\&", b"MSH", b"MSH\r|"])
def test_bytes_without_header_are_refused(raw: bytes) -> None:
    with pytest.raises(PeerViolation, match="no_header"):
        read_header(raw)


def test_sender_without_facility_is_known_by_its_application() -> None:
    assert read_header(b"MSH|^~\\&|H009||").facility == "H009"


@pytest.mark.parametrize(
    ("stated", "version"),
    [("2.3", (2, 3)), ("2.5.1^CHN", (2, 5)), ("", (2, 5)), ("V2", (2, 5)), ("2.10", (2, 10))],
)
def test_version_is_read_or_assumed(stated: str, version: tuple[int, int]) -> None:
    assert read_header(HEADER.replace("2.5.1", stated).encode()).version == version


def test_stored_messages_have_readable_headers() -> None:
    assert read_header(message("lab_gb18030.hl7")).segment.component(4, 2) == "市一医院"
