"""Character sets: the whole message is decoded before anything is split.

The second byte of a GBK character may equal `|`, `^`, `~` or the backslash (珅, 玘, 瑍, 焅), so
splitting bytes would cut names in two. Decoding is strict: a name is never stored with a
replacement mark.
"""

import codecs
import re
from dataclasses import dataclass

from adapters.errors import PeerViolation
from adapters.hl7v2.limits import LARGE_MESSAGE_BYTES

#: HL7 table 0211 and the spellings seen in the field, without blanks and punctuation → codec.
#: GB18030 is a superset of GBK and GB2312, so one codec reads all three.
_CODECS = {
    "ASCII": "ascii",
    "UNICODE": "utf-8",
    "UNICODEUTF8": "utf-8",
    "UTF8": "utf-8",
    "GB180302000": "gb18030",
    "GB180302005": "gb18030",
    "GB180302022": "gb18030",
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "GB2312": "gb18030",
    "CP936": "gb18030",
    "BIG5": "big5hkscs",
    "ISOIR192": "utf-8",
} | {f"8859{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)}
_PUNCTUATION = str.maketrans("", "", " -_/.")
#: Tried in this order where neither message nor register says anything: UTF-8 recognises itself.
_UNDECLARED = ("utf-8", "gb18030")
#: What these can read, they were meant to read.
_SELF_EVIDENT = frozenset({"ascii", "utf-8"})
_PIECE = 1 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SEGMENT_NAME = re.compile(r"[A-Z][A-Z0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A message as text, with the Python codec that read it.

    warning says that this is not the character set that the sender stated, "" where it is.
    """

    text: str
    codec: str
    warning: str = ""


def codec_of(label: str) -> str | None:
    """The Python codec of an MSH-18 value or a registered charset; None if it is not known."""
    name = label.upper().translate(_PUNCTUATION)
    return _CODECS.get(name) or _CODECS.get(name.removeprefix("ISO"))


def decode(raw: bytes, declared: str, default: str) -> Decoded:
    """The message as text by its own declaration, else by the sender's registered charset.

    declared: first repetition of MSH-18; default: `Sender.charset`; each may be "". A message that
    is without doubt in the other of the two usual charsets is read by that one, with a warning.

    Raises:
        PeerViolation: the declared charset is not known, or the bytes are not of the charset.
    """
    candidates = _codecs_to_try(declared, default)
    body = raw.removeprefix(_BYTE_ORDER_MARK)
    for codec in candidates[:-1]:
        try:
            return Decoded(_text(body, codec), codec)
        except UnicodeDecodeError:
            continue
    try:
        stated = Decoded(_text(body, candidates[-1]), candidates[-1])
    except UnicodeDecodeError as error:
        repaired = actual_charset(body, candidates[-1], None)
        if repaired is None:
            raise _undecodable(body, error, declared or default) from None
        return repaired
    if stated.codec in _SELF_EVIDENT or len(candidates) > 1:
        return stated
    return actual_charset(body, stated.codec, stated.text) or stated


def _text(body: bytes, codec: str) -> str:
    """The bytes decoded; a large document in pieces, so that no other thread waits for it all.

    Raises:
        UnicodeDecodeError: with the place in the whole body.
    """
    if len(body) <= LARGE_MESSAGE_BYTES:
        return body.decode(codec)
    decoder = codecs.getincrementaldecoder(codec)()
    starts = range(0, len(body), _PIECE)
    try:
        parts = [decoder.decode(body[start : start + _PIECE]) for start in starts]
        return "".join((*parts, decoder.decode(b"", final=True)))
    except UnicodeDecodeError:
        return body.decode(codec)  # fails again, and says where


def _codecs_to_try(declared: str, default: str) -> tuple[str, ...]:
    if declared:
        codec = codec_of(declared)
        if codec is None:
            raise PeerViolation(
                "unsupported_charset", "MSH[1]-18", "send UNICODE UTF-8 or GB 18030-2000"
            )
        return (codec,)
    registered = codec_of(default)
    return (registered,) if registered else _UNDECLARED


def _undecodable(body: bytes, error: UnicodeDecodeError, charset: str) -> PeerViolation:
    return PeerViolation(
        "undecodable",
        _location(body[: error.start].decode(error.encoding)),
        f"bytes are not {charset or 'UTF-8 nor GB 18030'}: state the charset in MSH-18",
    )


def _location(readable: str) -> str:
    """The place that follows the readable part as segment and field, "" before the first field."""
    lines = readable.replace("\r\n", "\r").replace("\n", "\r").lstrip().split("\r")
    separator = lines[0][3:4]
    if not lines[0].startswith("MSH") or not separator:
        return ""
    name, *fields = lines[-1].split(separator)
    # A line break inside a text makes its next words look like a segment; they are no place.
    if not fields or not _SEGMENT_NAME.fullmatch(name):
        return ""
    sequence = sum(line.startswith(name) for line in lines)
    # MSH-1 is the separator itself, so MSH counts one more.
    return f"{name}[{sequence}]-{len(fields) + (name == 'MSH')}"


#: How many signs of everyday Chinese (GB 2312) make it certain that a text is Chinese, and which
#: share of all signs they must be: the same bytes read by a wrong charset give rare signs.
_ENOUGH_SIGNS = 3
_USUAL_SHARE = 0.9
#: So much of a message shows in which language it is; names stand in front.
_SAMPLE = 1 << 16


def actual_charset(body: bytes, stated: str, text: str | None) -> Decoded | None:
    """The message by the charset in which it really is, if that is beyond doubt; else None.

    text is what the stated codec reads, None where it cannot. Beyond doubt is a reading as UTF-8 or
    GB 18030 that gives everyday Chinese, while no other reading does.
    """
    usual = []
    for codec in _UNDECLARED:
        try:
            read = _text(body, codec) if codec != stated else ""
        except UnicodeDecodeError:
            continue
        if _is_usual_chinese(read):
            usual.append(Decoded(read, codec, f"MSH[1]-18: {stated} is stated, it is {codec}"))
    if len(usual) != 1 or (text is not None and _is_usual_chinese(text)):
        return None
    return usual[0]


def _is_usual_chinese(text: str) -> bool:
    if text.isascii():
        return False
    signs = [sign for sign in text[:_SAMPLE] if not sign.isascii()]
    if len(signs) < _ENOUGH_SIGNS:
        return False
    usual = len("".join(signs).encode("gb2312", "ignore")) / 2
    return usual >= _USUAL_SHARE * len(signs)
