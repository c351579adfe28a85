"""Decoding before splitting, strictly, by MSH-18, else the sender's default."""

import pytest

from adapters.errors import PeerViolation
from adapters.hl7v2.charset import codec_of, decode
from tests.messages import HEADER, ORDER, joined

NAMES = "珅玘弢瑍焅㛃𬎆"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UNICODE UTF-8", "utf-8"),
        ("UNICODE", "utf-8"),
        ("utf8", "utf-8"),
        ("GB 18030-2000", "gb18030"),
        ("GB18030", "gb18030"),
        ("GBK", "gb18030"),
        ("gb2312", "gb18030"),
        ("ASCII", "ascii"),
        ("8859/1", "iso8859-1"),
        ("ISO-8859-1", "iso8859-1"),
        ("8859/15", "iso8859-15"),
        ("BIG-5", "big5hkscs"),
        ("", None),
        ("EBCDIC", None),
    ],
)
def test_charset_label_names_a_codec(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("label", "codec"), [("UNICODE UTF-8", "utf-8"), ("GB18030", "gb18030")])
def test_name_survives_in_both_charsets(name: str, label: str, codec: str) -> None:
    decoded = decode(f"PID|||||{name}".encode(codec), label, "")
    assert (decoded.text, decoded.codec) == (f"PID|||||{name}", codec)


@pytest.mark.parametrize(
    ("name", "delimiter"), [("珅", b"|"), ("玘", b"^"), ("瑍", b"~"), ("焅", b"\\")]
)
def test_second_bytes_of_the_names_are_delimiters(name: str, delimiter: bytes) -> None:
    assert name.encode("gb18030")[1:] == delimiter, "else this proves nothing"


def test_undeclared_message_takes_the_registered_charset() -> None:
    # These bytes are valid UTF-8 as well, so only the register can tell.
    raw = "鐜".encode("gb18030")
    assert decode(raw, "", "GBK").text == "鐜"


def test_undeclared_and_unregistered_is_utf8_else_gb18030() -> None:
    assert decode("张玘".encode(), "", "").codec == "utf-8"
    assert decode("张玘".encode("gb18030"), "", "").text == "张玘"


def test_declaration_wins_over_the_register() -> None:
    assert decode("张".encode(), "UNICODE UTF-8", "GBK").text == "张"


def test_byte_order_mark_is_dropped() -> None:
    assert decode(b"\xef\xbb\xbfMSH", "UNICODE UTF-8", "").text == "MSH"


def test_unknown_declaration_is_refused_at_its_field() -> None:
    with pytest.raises(PeerViolation) as caught:
        decode(b"MSH", "EBCDIC", "")
    assert (caught.value.reason, caught.value.location) == ("unsupported_charset", "MSH[1]-18")


@pytest.mark.parametrize(
    ("before", "location"),
    [
        (HEADER + "\rPID|1||123||", "PID[1]-5"),
        (HEADER + "\n\nPID|1\r\nOBX|1\rOBX|2|ST|", "OBX[2]-3"),
        ("MSH|^~\\&|", "MSH[1]-3"),
        ("\r\nMSH|^~\\&|A|", "MSH[1]-4"),
        (HEADER + "\rPI", ""),
        (HEADER + "\rNTE|1||line\r李四|", ""),
        ("no header ", ""),
        ("MSH", ""),
        ("", ""),
    ],
)
def test_undecodable_bytes_are_located(before: str, location: str) -> None:
    with pytest.raises(PeerViolation) as caught:
        decode(before.encode() + b"\xff\xff|x\r", "UNICODE UTF-8", "")
    assert (caught.value.reason, caught.value.location) == ("undecodable", location)
    assert "MSH-18" in caught.value.hint


def test_undecodable_without_any_charset_names_those_tried() -> None:
    with pytest.raises(PeerViolation, match="UTF-8 nor GB 18030"):
        decode(joined(HEADER, ORDER).encode() + b"\xff", "", "")


CHINESE = "MSH|^~\\&|L|H|||1||ORU^R01|C|P|2.5\rPID|1||1||检验报告白蛋白"


@pytest.mark.parametrize(
    ("declared", "default", "actual"),
    [
        ("UNICODE UTF-8", "", "gb18030"),
        ("GB 18030-2000", "", "utf-8"),
        ("", "GBK", "utf-8"),
        ("ASCII", "", "utf-8"),
        ("ASCII", "", "gb18030"),
        ("8859/1", "", "gb18030"),
        ("8859/1", "", "utf-8"),
        ("BIG-5", "", "utf-8"),
    ],
)
def test_wrong_label_of_everyday_chinese_is_repaired(
    declared: str, default: str, actual: str
) -> None:
    decoded = decode(CHINESE.encode(actual), declared, default)
    assert (decoded.text, decoded.codec) == (CHINESE, actual)
    assert decoded.warning.startswith("MSH[1]-18: ")


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("GB 18030-2000", "联通"),
        ("GB 18030-2000", "珅玘弢瑍焅㛃𬎆"),
        ("GB 18030-2000", "plain"),
        ("8859/1", "Zoë Müller, Čapek"[:10]),
        ("UNICODE UTF-8", "检验报告"),
    ],
)
def test_right_label_is_believed(declared: str, text: str) -> None:
    codec = codec_of(declared)
    assert codec is not None
    decoded = decode(text.encode(codec), declared, "")
    assert (decoded.text, decoded.warning) == (text, "")


@pytest.mark.parametrize("text", ["Müller", "张", "珅玘弢瑍焅"])
def test_doubtful_bytes_are_not_guessed_at(text: str) -> None:
    raw = text.encode("latin-1") if text.startswith("M") else text.encode("gb18030")
    with pytest.raises(PeerViolation, match="undecodable"):
        decode(raw, "UNICODE UTF-8", "")


@pytest.mark.parametrize("declared", ["UNICODE UTF-8", "GB 18030-2000"])
def test_large_document_is_decoded_as_a_small_one(declared: str) -> None:
    codec = codec_of(declared)
    assert codec is not None
    text = "MSH|^~\\&\rPID|1||1||检验报告\rNTE|" + "a㛃珅" * (1 << 19)
    assert decode(text.encode(codec), declared, "").text == text
    raw = text.encode(codec) + b"\xff\xff"
    with pytest.raises(PeerViolation) as fault:
        decode(raw, declared, "")
    assert fault.value.location == "NTE[1]-1"
