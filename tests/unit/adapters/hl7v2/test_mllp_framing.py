"""The table of framing situations seen in the wild (conformance C1), each with its behaviour."""

import hashlib
from time import perf_counter

import pytest

from adapters.hl7v2.mllp_framing import Frame, Framing, Violation, ViolationKind, frame

LIMIT = 1000
MESSAGE = b"MSH|^~\\&|A|B\rPID|1\r"


def read(*reads: bytes, limit: int = LIMIT) -> list[Frame | Violation]:
    framing = Framing(limit)
    return [event for data in reads for event in framing.feed(data)]


def kinds(events: list[Frame | Violation]) -> list[str]:
    return ["frame" if isinstance(event, Frame) else event.kind.value for event in events]


def test_framed_message_is_one_frame() -> None:
    assert read(frame(MESSAGE)) == [Frame(MESSAGE)]


@pytest.mark.parametrize("cut", range(len(frame(MESSAGE)) + 1))
def test_frame_split_at_any_byte_is_read(cut: int) -> None:
    data = frame(MESSAGE)
    assert read(data[:cut], data[cut:]) == [Frame(MESSAGE)]


def test_frame_sent_byte_by_byte_is_read() -> None:
    assert read(*(bytes([byte]) for byte in frame(MESSAGE))) == [Frame(MESSAGE)]


def test_several_frames_in_one_read_keep_their_order() -> None:
    payloads = [b"MSH|%d" % number for number in range(5)]
    assert read(b"".join(map(frame, payloads))) == [Frame(payload) for payload in payloads]


@pytest.mark.parametrize("noise", [b"\x00", b"\r\n", b"\x00\x00\r", b"  ", b"x", b"\x1c\r"])
def test_noise_between_frames_is_counted_and_dropped(noise: bytes) -> None:
    framing = Framing(LIMIT)
    events = framing.feed(frame(MESSAGE) + noise + frame(MESSAGE))
    assert events == [Frame(MESSAGE), Frame(MESSAGE)]
    assert framing.noise == len(noise)


def test_doubled_framing_is_one_frame() -> None:
    framing = Framing(LIMIT)
    assert framing.feed(b"\x0b\x0b" + MESSAGE + b"\x1c\r\x1c\r") == [Frame(MESSAGE)]
    assert framing.noise == 3


def test_empty_frame_is_ignored() -> None:
    assert read(b"\x0b\x1c\r", frame(MESSAGE)) == [Frame(MESSAGE)]


def test_end_mark_without_carriage_return_does_not_end() -> None:
    framing = Framing(LIMIT)
    assert framing.feed(b"\x0b" + MESSAGE + b"\x1c") == []
    assert framing.is_inside
    assert framing.feed(b"x\x1c\r") == [Frame(MESSAGE + b"\x1cx")]


def test_silence_inside_a_frame_leaves_an_incomplete_one() -> None:
    framing = Framing(LIMIT)
    framing.feed(b"\x0b" + MESSAGE + b"\x1c")
    left = framing.abandon()
    assert left is not None
    assert (left.kind, left.tail) == (ViolationKind.INCOMPLETE, "0d1c")
    assert left.digest == hashlib.sha256(MESSAGE + b"\x1c").hexdigest()
    assert framing.feed(frame(MESSAGE)) == [Frame(MESSAGE)]


def test_silence_between_frames_leaves_nothing() -> None:
    framing = Framing(LIMIT)
    framing.feed(frame(MESSAGE) + b"\r\n")
    assert framing.abandon() is None


def test_frame_begun_anew_gives_up_the_first() -> None:
    events = read(b"\x0bMSH|half" + frame(MESSAGE))
    assert kinds(events) == ["incomplete_frame", "frame"]
    assert events[1] == Frame(MESSAGE)


def test_vertical_tab_inside_text_stays_in_the_text() -> None:
    payload = b"MSH|^~\\&\rOBX|1|TX|||line\x0bline\r"
    assert read(frame(payload)) == [Frame(payload)]


@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
def test_message_without_framing_is_refused_once(size: int) -> None:
    data = MESSAGE * 20
    events = read(*(data[at : at + size] for at in range(0, len(data), size)))
    assert kinds(events) == ["unframed"]


def test_missing_start_mark_is_unframed_and_the_next_frame_is_read() -> None:
    events = read(MESSAGE + b"\x1c\r" + frame(MESSAGE))
    assert kinds(events) == ["unframed", "frame"]
    assert isinstance(events[0], Violation)
    assert events[0].first_line == b"MSH|^~\\&|A|B"


def test_long_text_without_header_is_unframed() -> None:
    assert kinds(read(b"x" * 5000, b"y" * 5000)) == ["unframed"]


def test_short_stray_text_is_reported_when_the_peer_leaves() -> None:
    framing = Framing(LIMIT)
    assert framing.feed(b"GET /") == []
    left = framing.abandon()
    assert left is not None
    assert (left.kind, left.size, left.head) == (ViolationKind.UNFRAMED, 5, b"GET /".hex())


def test_reported_stray_text_is_not_reported_again() -> None:
    framing = Framing(LIMIT)
    framing.feed(MESSAGE)
    assert framing.abandon() is None


def test_frame_of_exactly_the_limit_is_taken() -> None:
    assert read(frame(b"x" * LIMIT)) == [Frame(b"x" * LIMIT)]


def test_oversize_in_one_read_is_refused_and_the_next_frame_is_read() -> None:
    events = read(frame(b"MSH|big" + b"x" * LIMIT) + frame(MESSAGE))
    assert kinds(events) == ["oversize", "frame"]


def test_oversize_over_many_reads_is_refused_once() -> None:
    data = frame(b"MSH|^~\\&|A\r" + b"x" * 10 * LIMIT) + frame(MESSAGE)
    events = read(*(data[at : at + 64] for at in range(0, len(data), 64)))
    assert kinds(events) == ["oversize", "frame"]
    assert isinstance(events[0], Violation)
    assert events[0].first_line == b"MSH|^~\\&|A"
    assert events[0].size > LIMIT


def test_end_mark_split_while_discarding_is_found() -> None:
    framing = Framing(LIMIT)
    framing.feed(b"\x0b" + b"x" * (LIMIT + 1))
    framing.feed(b"yyy\x1c")
    assert framing.feed(b"\r" + frame(MESSAGE)) == [Frame(MESSAGE)]


def test_twenty_megabytes_in_small_reads_take_linear_time() -> None:
    def seconds(size: int) -> float:
        framing, chunk = Framing(1 << 25), b"x" * 1024
        begin = perf_counter()
        framing.feed(b"\x0b")
        for _ in range(size // len(chunk)):
            framing.feed(chunk)
        assert len(framing.feed(b"\x1c\r")) == 1
        return perf_counter() - begin

    small, large = (min(seconds(size << 20) for _ in range(3)) for size in (2, 20))
    assert large < 40 * small, "ten times the bytes take ten times the time, not a hundred"
