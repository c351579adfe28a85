"""Framing under any splitting and any noise."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.hl7v2.mllp_framing import Frame, Framing, Violation, frame

LIMIT = 2000
payloads = st.lists(st.binary(min_size=1, max_size=60), max_size=6).map(
    lambda bodies: [b"MSH|" + body.translate(None, b"\x0b\x1c") for body in bodies]
)
noise = st.binary(max_size=8).map(lambda data: data.translate(None, b"\x0bM"))


@st.composite
def split(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """The data in reads of any sizes."""
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=20)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def read(reads: list[bytes]) -> list[Frame | Violation]:
    framing = Framing(LIMIT)
    return [event for data in reads for event in framing.feed(data)]


@given(st.data(), payloads, noise)
def test_frames_come_out_however_they_arrive(
    data: st.DataObject, bodies: list[bytes], between: bytes
) -> None:
    stream = b"".join(between + frame(body) for body in bodies)
    assert read(data.draw(split(stream))) == [Frame(body) for body in bodies]


@given(st.data(), st.binary(max_size=300))
def test_any_bytes_are_survived_and_the_next_frame_is_read(
    data: st.DataObject, rubbish: bytes
) -> None:
    reads = data.draw(split(rubbish + b"\x1c\r" + frame(b"MSH|last")))
    assert read(reads)[-1] == Frame(b"MSH|last")


@given(st.data(), st.binary(max_size=300))
def test_splitting_changes_no_frame(data: st.DataObject, stream: bytes) -> None:
    whole = [event for event in read([stream]) if isinstance(event, Frame)]
    pieces = read(data.draw(split(stream)))
    assert [event for event in pieces if isinstance(event, Frame)] == whole


@given(st.data(), st.integers(LIMIT + 1, LIMIT + 500))
def test_oversize_is_refused_once_however_it_arrives(data: st.DataObject, size: int) -> None:
    stream = frame(b"MSH|" + b"x" * size) + frame(b"MSH|next")
    violation, following = read(data.draw(split(stream)))
    assert isinstance(violation, Violation)
    assert (violation.kind, following) == ("oversize", Frame(b"MSH|next"))
