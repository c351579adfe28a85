"""The reader against hl7apy and against any text at all."""

from datetime import UTC, datetime

from hl7apy.core import Segment
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from adapters.errors import AdapterError
from adapters.hl7v2 import er7
from adapters.hl7v2.acknowledgment import Answer, Stamp, acknowledgment
from adapters.hl7v2.charset import decode
from adapters.hl7v2.header import read_header
from adapters.hl7v2.oru_r01 import read_reports
from adapters.hl7v2.sender_profile import SenderProfile
from gateway.canonical.identifiers import InstitutionCode
from tests.messages import HEADER, ORDER, PATIENT, RESULT, joined, message

PROFILE = SenderProfile(InstitutionCode("H001"))
DELIMITERS = er7.delimiters_of("MSH|^~\\&")
#: Text of a field: anything but line ends and what XML calls no character.
plain = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff"),
    max_size=20,
).map(str.strip)
MESSAGES = [message(f"{name}.hl7") for name in ("lab_utf8", "lab_gb18030", "lab_several_groups")]


@given(plain)
def test_escaped_text_reads_back_whole(text: str) -> None:
    assert er7.unescape(er7.escape(text, DELIMITERS), DELIMITERS) == text


@hypothesis_settings(max_examples=50)
@given(plain.filter(lambda text: "\\" not in text and text not in ("", er7.NULL)))
def test_text_written_by_hl7apy_reads_back_whole(text: str) -> None:
    segment = Segment("NTE", version="2.5.1")
    segment.nte_3 = er7.escape(text, DELIMITERS)
    assert er7.read(joined(HEADER, segment.to_er7())).segments[1].text(3) == text


@given(st.lists(plain, min_size=1, max_size=8), st.sampled_from(["utf-8", "gb18030"]))
def test_fields_read_back_in_both_charsets(texts: list[str], codec: str) -> None:
    line = "|".join(["ZZZ", *(er7.escape(text, DELIMITERS) for text in texts)])
    label = {"utf-8": "UNICODE UTF-8", "gb18030": "GB18030"}[codec]
    raw = joined(HEADER + "||||||" + label, line).encode(codec)
    decoded = decode(raw, read_header(raw).charset, "")
    segment = er7.read(decoded.text, decoded.codec).segments[1]
    read = [segment.text(place) for place in range(1, len(texts) + 1)]
    assert read == ["" if text == er7.NULL else text for text in texts]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good message with some bytes replaced, removed or doubled."""
    raw = bytearray(draw(st.sampled_from(MESSAGES)))
    for _ in range(draw(st.integers(1, 12))):
        at = draw(st.integers(0, len(raw) - 1))
        raw[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(raw)


@given(damaged())
def test_damaged_message_is_read_or_refused_with_an_answer(raw: bytes) -> None:
    """Nothing but the errors of the rim comes out, and every one can be answered."""
    try:
        header = read_header(raw)
    except AdapterError as fault:
        assert fault.reason == "no_header"
        return
    answer = Answer("AA")
    try:
        decoded = decode(raw, header.charset, "GB18030")
        read_reports(er7.read(decoded.text, decoded.codec), PROFILE, lambda _: False, [])
    except AdapterError as fault:
        answer = Answer("AE", "101", fault.reason, fault.location, fault.hint)
    stamp = Stamp("1", datetime(2026, 11, 20, tzinfo=UTC), "utf-8")
    written = read_header(acknowledgment(header, answer, stamp))
    sent, echoed = header.segment.raw(3), written.segment.raw(5)
    assert echoed.encode(written.codec) == sent.encode(header.codec)


@given(st.text(max_size=40))
def test_any_value_comes_out_as_sent(text: str) -> None:
    value = " ".join(text.split())
    sent = er7.escape(value, DELIMITERS)
    raw = joined(HEADER, PATIENT, ORDER, RESULT.replace("NM", "ST").replace("43.1", sent))
    if any(line_end in value for line_end in "\x0b\x1c\x1d\x1e\x85\u2028\u2029") or "\0" in value:
        return
    [report] = read_reports(er7.read(raw), PROFILE, lambda _: False, [])
    assert report.results[0].value == ("" if value == er7.NULL else value)  # type: ignore[union-attr]
