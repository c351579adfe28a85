"""The tolerant reader: delimiters, line ends, escapes, nulls, continued lines."""

import pytest

from adapters.errors import PeerViolation
from adapters.hl7v2 import er7
from tests.messages import HEADER, PATIENT, joined


def first(text: str, name: str) -> er7.Segment:
    return next(segment for segment in er7.read(text).segments if segment.id == name)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r", "\r\n\r\n"])
def test_any_line_end_ends_a_segment(end: str) -> None:
    message = er7.read(HEADER + end + PATIENT + end)
    assert [segment.id for segment in message.segments] == ["MSH", "PID"]


@pytest.mark.parametrize("lead", ["\ufeff", "\r\n", "\n\n ", "\0"])
def test_leading_mark_and_blank_lines_are_tolerated(lead: str) -> None:
    assert er7.read(lead + HEADER).header.component(10) == "C1"


@pytest.mark.parametrize("text", ["", "PID|1", "MSH", "MSHA^~", "MSH ^~", "msh|^~\\&"])
def test_text_without_header_is_refused(text: str) -> None:
    with pytest.raises(PeerViolation, match="no_header"):
        er7.read(text)


def test_header_fields_count_from_the_separator() -> None:
    header = er7.read(HEADER).header
    assert (header.raw(1), header.raw(2), header.raw(3)) == ("|", "^~\\&", "LIS")


def test_delimiters_are_those_of_the_header() -> None:
    text = "MSH#*!/%#LIS\rPID#1##12*x%y!34#"
    pid = first(text, "PID")
    assert pid.repetitions(3) == ["12*x%y", "34"]
    assert pid.component(3, 2) == "x%y"


@pytest.mark.parametrize(
    ("stated", "subcomponent", "truncation"),
    [
        ("^~\\&", "&", ""),
        ("^~\\&#", "&", "#"),
        ("^~\\\\&", "&", ""),
        ("^~", "&", ""),
        ("", "&", ""),
    ],
)
def test_odd_encoding_characters_fall_back(stated: str, subcomponent: str, truncation: str) -> None:
    delimiters = er7.delimiters_of(f"MSH|{stated}|LIS")
    assert (delimiters.component, delimiters.repetition, delimiters.escape) == ("^", "~", "\\")
    assert (delimiters.subcomponent, delimiters.truncation) == (subcomponent, truncation)


def test_unknown_segments_are_kept() -> None:
    message = er7.read(joined(HEADER, "ZZ1|本地|x", "XYZ"))
    assert [segment.id for segment in message.segments] == ["MSH", "ZZ1", "XYZ"]


def test_line_that_starts_no_segment_continues_the_text() -> None:
    obx = first(joined(HEADER, "OBX|1|TX|||first", "second|F", "   ", "OBX|2"), "OBX")
    assert obx.text(5) == "first\nsecond"
    assert obx.text(6) == "F"


def test_segments_of_one_kind_are_numbered() -> None:
    message = er7.read(joined(HEADER, "OBX|a", "NTE|x", "OBX|b"))
    assert [(segment.id, segment.sequence) for segment in message.segments[1:]] == [
        ("OBX", 1),
        ("NTE", 1),
        ("OBX", 2),
    ]


def test_absent_fields_and_components_are_empty() -> None:
    pid = first(joined(HEADER, "PID|1||a^b~c"), "PID")
    assert (pid.raw(30), pid.component(30), pid.repetitions(30)) == ("", "", [])
    assert (pid.component(3, 1), pid.component(3, 9), pid.component(1, 2)) == ("a", "", "")


def test_empty_repetitions_are_skipped() -> None:
    assert first(joined(HEADER, "PID|1||~a~~b"), "PID").repetitions(3) == ["a", "b"]
    assert first(joined(HEADER, "PID|1||a"), "PID").repetitions(3) == ["a"]


def test_explicit_null_is_no_text_but_known() -> None:
    pid = first(joined(HEADER, 'PID|1||""|""^x'), "PID")
    assert (pid.text(3), pid.is_null(3), pid.is_null(2), pid.component(4)) == ("", True, False, "")


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (r"10\S\9/L", "10^9/L"),
        (r"a\F\b\T\c\R\d\E\e", "a|b&c~d\\e"),
        (r"\P\x", "x"),
        (r"one\.br\two", "one\ntwo"),
        (r"one\.sp2\two\.sp\three\.ce\four", "one\n\ntwo\nthree\nfour"),
        (r"\H\bold\N\\.in+5\ text\.ti-2\ end", "bold text end"),
        (r"\X41420D0A43\ ", "ABC".replace("AB", "AB\n") + " "),
        (r"\XE5BCA0\ ", "张 "),
        (r"\XFF\ ", "\\xff "),
        (r"\Zlocal\ kept", r"\Zlocal\ kept"),
        (r"C:\temp\S\x", r"C:\temp^x"),
        ("5\\6", "5\\6"),
        ("\\", "\\"),
    ],
)
def test_escape_sequences_become_text(escaped: str, text: str) -> None:
    assert er7.unescape(escaped, er7.delimiters_of("MSH|^~\\&")) == text


def test_hexadecimal_escape_is_read_in_the_charset_of_the_message() -> None:
    message = er7.read(joined(HEADER, r"OBX|1|ST|||\XD5C5\ "), "gb18030")
    assert message.segments[1].text(5) == "张"


def test_escaped_text_reads_back_whole() -> None:
    delimiters = er7.delimiters_of("MSH|^~\\&")
    text = "a|b^c~d\\e&f\ng"
    assert er7.unescape(er7.escape(text, delimiters), delimiters) == text
    assert er7.escape("a\r\nb\rc", delimiters) == r"a\.br\b\.br\c"


@pytest.mark.parametrize(
    ("place", "written"),
    [((3,), "PID[1]-3"), ((3, 2), "PID[1]-3[2]"), ((3, 1, 5), "PID[1]-3[1].5")],
)
def test_place_of_a_field_is_written_for_people(place: tuple[int, ...], written: str) -> None:
    assert first(joined(HEADER, PATIENT), "PID").at(*place) == written
