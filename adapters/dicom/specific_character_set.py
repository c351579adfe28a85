"""Text of a DICOM header, with the repairs of (0008,0005) that Chinese senders need.

Legal for Chinese are GB18030, GBK, ISO_IR 192 (UTF-8) and ISO 2022 IR 58 (PS3.5 section 6.1.2,
PS3.3 C.12.1.1.2). Seen in the field beside them: GBK bytes under ISO_IR 100 or under nothing,
`ISO_IR 58`, `ISO IR 192`, `GB18030\\ISO IR 192`, escape sequences that libraries leave in the text.
A value is decoded whole before it is split, because the second byte of a GBK character may be 5C,
5E or 7C.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: GB18030 contains GBK and GB 2312, so it reads all three, and the characters senders add to them.
_CHINESE = "gb18030"
_UTF_8 = "utf-8"
_LATIN = "latin-1"

_CODEC_OF_TERM = {
    "GB18030": _CHINESE,
    "GBK": _CHINESE,
    "GB2312": _CHINESE,
    "58": _CHINESE,
    "192": _UTF_8,
    "UTF8": _UTF_8,
    "6": _LATIN,
    "": _LATIN,
    "100": _LATIN,
    "101": "iso8859-2",
    "109": "iso8859-3",
    "110": "iso8859-4",
    "144": "iso8859-5",
    "127": "iso8859-6",
    "126": "iso8859-7",
    "138": "iso8859-8",
    "148": "iso8859-9",
    "166": "tis-620",
    "13": "shift_jis",
    "87": "iso2022_jp_2",
    "159": "iso2022_jp_2",
    "149": "euc_kr",
}
#: Escape sequences of code extension → codec of what follows (PS3.3 tables C.12-3 and C.12-4).
_CODEC_OF_ESCAPE = {
    b"\x1b$)A": _CHINESE,
    b"\x1b$)C": "euc_kr",
    b"\x1b$B": "iso2022_jp_2",
    b"\x1b$(D": "iso2022_jp_2",
    b"\x1b)I": "shift_jis",
    b"\x1b(J": "shift_jis",
    b"\x1b(B": _LATIN,
    b"\x1b-A": _LATIN,
}
_ESCAPE = re.compile(rb"(\x1b(?:\$[()]?|[-()])[@-~])")
_NEEDS_ITS_ESCAPE = "iso2022_jp_2"
_IDEOGRAPH = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
#: With the Greek letters, signs and full-width forms that reports are written with.
_CHINESE_WRITING = re.compile(rf"[{_IDEOGRAPH}\u0370-\u03ff\u2000-\u303f\uff00-\uffef·×÷°±]")
_IDEOGRAPHS = re.compile(f"[{_IDEOGRAPH}]")
_WORD = re.compile(r"[^\s^=\\]+")


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded value; repair names what had to be done against the declaration, "" for nothing."""

    text: str
    repair: str = ""


def codecs_of(terms: Sequence[str]) -> tuple[str, ...]:
    """The codecs that (0008,0005) declares, first the one that values begin with.

    Spelling is forgiven; a term that nobody knows is left out. Nothing declared is the default
    repertoire, read as ISO 8859-1 so that no byte is lost.
    """
    known = [_CODEC_OF_TERM.get(_bare(term)) for term in terms]
    return tuple(codec for codec in known if codec) or (_LATIN,)


def _bare(term: str) -> str:
    squeezed = re.sub(r"[\s_-]", "", term.upper())
    return re.sub(r"^ISO(2022)?(IR)?", "", squeezed)


def decode(value: bytes, codecs: tuple[str, ...]) -> Text:
    """The text of a value under the declared codecs, repaired where the bytes disprove them."""
    if _ESCAPE.search(value):
        return _decode_extended(value, codecs)
    if value.isascii():
        return Text(value.decode("ascii"))
    if codecs[0] == _LATIN:
        return _decode_mislabelled(value, codecs[1:])
    for index, codec in enumerate(dict.fromkeys((*codecs, _CHINESE, _UTF_8))):
        text = _strict(value, codec)
        if text is not None:
            return Text(text, "" if index < len(codecs) else f"read_as_{codec}")
    return Text(value.decode(codecs[0], errors="replace"), "replaced")


def _decode_extended(value: bytes, codecs: tuple[str, ...]) -> Text:
    """Code extension (ISO 2022): every escape sequence names the codec of what follows it."""
    first, *rest = _ESCAPE.split(value)
    parts = [decode(first, codecs)]
    for escape, fragment in zip(rest[::2], rest[1::2], strict=True):
        codec = _CODEC_OF_ESCAPE.get(escape, codecs[0])
        raw = escape + fragment if codec == _NEEDS_ITS_ESCAPE else fragment
        parts.append(decode(fragment, codecs) if codec == _LATIN else _fragment(raw, codec))
    text = "".join(part.text for part in parts)
    return Text(text, next((part.repair for part in parts if part.repair), ""))


def _fragment(raw: bytes, codec: str) -> Text:
    text = _strict(raw, codec)
    return Text(raw.decode(codec, errors="replace"), "replaced") if text is None else Text(text)


def _decode_mislabelled(value: bytes, others: tuple[str, ...]) -> Text:
    """Non-ASCII bytes declared as Latin, or as nothing: Chinese where they can only be Chinese."""
    for codec in (_UTF_8, *others, _CHINESE):
        text = _strict(value, codec)
        if text is not None and _reads_as_chinese(text, value):
            return Text(text, f"read_as_{codec}")
    return Text(value.decode(_LATIN))


def _reads_as_chinese(text: str, value: bytes) -> bool:
    """Whether the text is Chinese: ideographs, and no letters swallowed on the way.

    `Müller` in Latin-1 is formally GBK too, with `ül` as one ideograph amid Latin letters; a GBK
    character whose second byte is an ASCII letter is therefore believed only in a word without any.
    """
    foreign = _CHINESE_WRITING.sub("", text)
    if not foreign.isascii() or not _IDEOGRAPHS.search(text):
        return False
    ascii_bytes = sum(byte < 0x80 for byte in value)  # noqa: PLR2004 - the ASCII limit
    if ascii_bytes == len(foreign):
        return True
    return not any(
        re.search(r"[A-Za-z]", word) and not word.isascii() for word in _WORD.findall(text)
    )


def _strict(value: bytes, codec: str) -> str | None:
    try:
        return value.decode(codec)
    except UnicodeError:
        return None
