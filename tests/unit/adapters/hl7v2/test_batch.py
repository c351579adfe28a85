"""Several messages in one frame."""

from datetime import UTC, datetime

import pytest

from adapters.errors import MappingFailure, PeerViolation
from adapters.hl7v2.acknowledgment import Stamp
from adapters.hl7v2.batch import Batch, batch_acknowledgment, split_batch

ONE = b"MSH|^~\\&|L|H001|||1||ORU^R01|C1|P|2.5\rPID|1\r"
TWO = b"MSH|^~\\&|L|H001|||1||ORU^R01|C2|P|2.5\rPID|1\r"
FHS = b"FHS|^~\\&|LIS|H001|GW|ZJ|20261120||night.hl7||F1\r"
BHS = b"BHS|^~\\&|LIS|H001|GW|ZJ|20261120||||B1\r"
BTS, FTS = b"BTS|2\r", b"FTS|1\r"
STAMP = Stamp("OURS", datetime(2026, 11, 20, 2, tzinfo=UTC), "utf-8")


def batch(frame: bytes) -> Batch:
    found = split_batch(frame)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "frame",
    [ONE, ONE + b"OBX|1|TX|||\nMSHA is no header\r", b"PID|1\r", b"", b"BHS\x81\x7c", b"BHSx"],
)
def test_one_message_is_no_batch(frame: bytes) -> None:
    assert split_batch(frame) is None


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_bare_messages_are_taken_apart_unchanged(end: bytes) -> None:
    frame = (ONE + TWO).replace(b"\r", end)
    found = batch(frame)
    assert found.messages == (ONE.replace(b"\r", end), TWO.replace(b"\r", end))
    assert (found.header, found.file_header, found.fault) == (b"", b"", None)


@pytest.mark.parametrize("before", [b"", b"\r\n", b"\xef\xbb\xbf"])
def test_file_with_a_batch_is_taken_apart(before: bytes) -> None:
    found = batch(before + FHS + BHS + ONE + TWO + BTS + FTS)
    assert found.messages == (ONE, TWO)
    assert (found.file_header, found.header) == (FHS[:-1], BHS[:-1])
    assert (found.envelope, found.fault) == (FHS + BHS + BTS + FTS, None)


def test_header_around_a_single_message_is_a_batch() -> None:
    assert batch(BHS + ONE + b"BTS|1\r").messages == (ONE,)
    assert batch(FHS + ONE + FTS).messages == (ONE,)


def test_empty_batch_is_one() -> None:
    found = batch(BHS + b"BTS|0\r")
    assert (found.messages, found.fault) == ((), None)


def test_count_that_is_not_the_one_stated_is_located() -> None:
    found = batch(FHS + BHS + ONE + b"BTS|1\r" + BHS + TWO + b"BTS|3\r" + FTS)
    assert isinstance(found.fault, MappingFailure)
    assert (found.fault.reason, found.fault.location) == ("batch_count", "BTS[2]-1")
    assert found.fault.hint.startswith("3 messages stated, 1 received")


@pytest.mark.parametrize("trailer", [b"BTS\r", b"BTS|\r", b"BTS|many\r"])
def test_trailer_without_a_count_is_not_checked(trailer: bytes) -> None:
    assert batch(BHS + ONE + trailer).fault is None


@pytest.mark.parametrize(
    ("frame", "place"), [(BHS + ONE, "BTS[1]"), (FHS + BHS + ONE + b"BTS|1\r", "FTS[1]")]
)
def test_batch_that_breaks_off_is_noted(frame: bytes, place: str) -> None:
    fault = batch(frame).fault
    assert isinstance(fault, PeerViolation)
    assert (fault.reason, fault.location) == ("batch_incomplete", place)


def answered(found: Batch) -> list[list[str]]:
    payload = batch_acknowledgment(found, [b"MSH|one\rMSA|AA|C1\r", b"MSH|two\r"], STAMP).decode()
    assert payload.endswith("\r")
    return [line.split("|") for line in payload[:-1].split("\r")]


def test_answer_comes_in_the_envelope_of_the_batch() -> None:
    fhs, bhs, *messages, bts, fts = answered(batch(FHS + BHS + ONE + TWO + BTS + FTS))
    assert bhs == [
        "BHS", "^~\\&", "GW", "ZJ", "LIS", "H001", "20261120100000+0800", "", "", "", "OURS", "B1"
    ]  # fmt: skip
    assert (fhs[0], fhs[11]) == ("FHS", "F1")
    assert [line[0] for line in messages] == ["MSH", "MSA", "MSH"]
    assert (bts, fts) == (["BTS", "2"], ["FTS", "1"])


def test_answer_to_bare_messages_has_no_envelope() -> None:
    assert [line[0] for line in answered(batch(ONE + TWO))] == ["MSH", "MSA", "MSH"]


def test_fault_of_the_batch_is_told_in_its_comment() -> None:
    bhs, *_ = answered(batch(BHS + ONE + BTS))
    assert bhs[9] == "batch_count: 2 messages stated, 1 received; send what is missing"
    fhs, *_ = answered(batch(FHS + ONE))
    assert fhs[9].startswith("batch_incomplete: ")


@pytest.mark.parametrize("end", [b"\r", b"\n"])
def test_large_messages_are_taken_apart_too(end: bytes) -> None:
    large = ONE + b"NTE|1||" + b"x" * (1 << 20) + b"\r"
    assert split_batch(large.replace(b"\r", end)) is None
    assert batch((large + TWO).replace(b"\r", end)).messages == (
        large.replace(b"\r", end),
        TWO.replace(b"\r", end),
    )
