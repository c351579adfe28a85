"""Decoded text to segments, fields, components and back: the tolerant reader. Pure; the hot path.

HL7 v2.5.1 chapter 2: delimiters come from MSH-1 and MSH-2, segments end with CR (LF and CRLF are
tolerated), unknown segments and extra components are kept. Fields are split once per segment and
components only when asked for.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from adapters.errors import PeerViolation

#: The explicit null (HL7 v2.5.1 2.5.3): delete the value, which differs from saying nothing.
NULL = '""'
_STANDARD = "^~\\&"
_SEGMENT_ID_LENGTH = 3


@dataclass(frozen=True, slots=True, eq=False)
class Delimiters:
    """The characters of MSH-1 and MSH-2; codec reads the bytes of hexadecimal escapes.

    Compared by identity: `delimiters_of` hands out one object per set, so that they are cheap keys.
    """

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""
    codec: str = "utf-8"


class Segment:
    """One segment. Field n is `fields[n]`, so `fields[0]` is the segment id; MSH-1 counts.

    sequence is its place among the segments of the same id, from 1.
    """

    __slots__ = ("delimiters", "fields", "id", "sequence")

    def __init__(self, fields: list[str], sequence: int, delimiters: Delimiters) -> None:
        self.id = fields[0]
        self.fields = fields
        self.sequence = sequence
        self.delimiters = delimiters

    def raw(self, field: int) -> str:
        """The field with its delimiters and escapes, "" when absent."""
        return self.fields[field] if field < len(self.fields) else ""

    def repetitions(self, field: int) -> list[str]:
        """The raw repetitions of a field that are not empty."""
        raw = self.raw(field)
        if self.delimiters.repetition not in raw:
            return [raw] if raw else []
        return [part for part in raw.split(self.delimiters.repetition) if part]

    def text(self, field: int) -> str:
        """The whole field as text: escapes resolved, a null read as no text."""
        return self.plain(self.raw(field))

    def component(self, field: int, component: int = 1) -> str:
        """A component of the first repetition as text; subcomponents stay joined."""
        raw = self.raw(field)
        if not raw:
            return ""
        repetition = self.delimiters.repetition
        if repetition in raw:
            raw = raw.split(repetition, 1)[0]
        return self.component_of(raw, component)

    def component_of(self, repetition: str, component: int) -> str:
        """A component of one raw repetition as text."""
        if self.delimiters.component not in repetition:
            return self.plain(repetition) if component == 1 else ""
        parts = repetition.split(self.delimiters.component, component)
        return self.plain(parts[component - 1]) if component <= len(parts) else ""

    def plain(self, raw: str) -> str:
        """The raw part as text: escapes resolved, outer blanks and an explicit null dropped."""
        if self.delimiters.escape in raw:
            raw = unescape(raw, self.delimiters)
        return "" if raw == NULL else raw.strip()

    def is_null(self, field: int) -> bool:
        """Whether the sender states that there is no value (`""`)."""
        return self.raw(field) == NULL

    def at(self, field: int, repetition: int = 1, component: int = 0) -> str:
        """The location of a field for errors and warnings, as `PID[1]-3[2].5`."""
        place = f"{self.id}[{self.sequence}]-{field}"
        if repetition > 1 or component:
            place += f"[{repetition}]"
        return f"{place}.{component}" if component else place


@dataclass(frozen=True, slots=True)
class Message:
    """A message as its segments in order; the first is MSH."""

    segments: tuple[Segment, ...]
    delimiters: Delimiters

    @property
    def header(self) -> Segment:
        """The MSH segment."""
        return self.segments[0]


def read(text: str, codec: str = "utf-8") -> Message:
    """The segments of a decoded message.

    Raises:
        PeerViolation: the text does not begin with a message header that states its delimiters.
    """
    lines = _lines(text)
    delimiters = delimiters_of(lines[0], codec)
    separator = delimiters.field
    segments: list[Segment] = []
    counts: dict[str, int] = {}
    for line in lines:
        fields = line.split(separator)
        name = fields[0]
        if len(name) != _SEGMENT_ID_LENGTH:
            _continue(segments[-1], line, fields)
            continue
        if name == "MSH":
            fields.insert(1, separator)
        counts[name] = sequence = counts.get(name, 0) + 1
        segments.append(Segment(fields, sequence, delimiters))
    return Message(tuple(segments), delimiters)


def _lines(text: str) -> list[str]:
    text = text.lstrip("\ufeff\r\n\t \0")
    if "\n" in text:
        text = text.replace("\r\n", "\r").replace("\n", "\r")
    return text.split("\r")


def _continue(segment: Segment, line: str, fields: list[str]) -> None:
    """Append a line that starts no segment to the segment before it.

    Senders leave bare line ends inside report texts; the text must not be lost for that.
    """
    if line.strip():
        segment.fields[-1] += f"\n{fields[0]}"
        segment.fields.extend(fields[1:])


def delimiters_of(header: str, codec: str = "utf-8") -> Delimiters:
    """The delimiters that a header line states (HL7 v2.5.1 2.5.4, v2.7 2.5.4 truncation).

    Raises:
        PeerViolation: there is no header, or a separator that cannot separate.
    """
    separator = header[3:4]
    if not header.startswith("MSH") or not separator or separator.isalnum() or separator.isspace():
        raise PeerViolation("no_header", "", "the message must begin with MSH and its delimiters")
    return _delimiters(separator, header[4:].split(separator, 1)[0], codec)


@lru_cache(maxsize=64)
def _delimiters(separator: str, encoding_characters: str, codec: str) -> Delimiters:
    # A doubled character (seen in the field) states nothing new; a missing one has its usual value.
    stated = "".join(dict.fromkeys(encoding_characters))[:5]
    signs = stated + _STANDARD[len(stated) :]
    return Delimiters(separator, signs[0], signs[1], signs[2], signs[3], signs[4:], codec)


def unescape(text: str, delimiters: Delimiters) -> str:
    """The text with its escape sequences resolved (HL7 v2.5.1 2.7).

    Highlighting and indentation vanish, line breaks stay; a sequence that is local (`\\Zxx\\`) or
    not known, and an escape character that begins none, stay as they are.
    """
    return _escape_pattern(delimiters.escape).sub(lambda match: _unescaped(match, delimiters), text)


@lru_cache(maxsize=16)
def _escape_pattern(escape: str) -> "re.Pattern[str]":
    mark = re.escape(escape)
    known = r"[FSTREPHN]|\.(?:br|sp|ce|in|ti|fi|nf|sk)[+-]?\d*|X(?:[0-9A-Fa-f]{2})+"
    return re.compile(f"{mark}({known}){mark}")


def _unescaped(match: "re.Match[str]", delimiters: Delimiters) -> str:
    code = match[1]
    if code[0] == "X":
        hexadecimal = bytes.fromhex(code[1:]).decode(delimiters.codec, "backslashreplace")
        return hexadecimal.replace("\r\n", "\n").replace("\r", "\n")
    if code[0] == ".":
        return _line_breaks(code[1:3], code[3:])
    return {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.subcomponent,
        "R": delimiters.repetition,
        "E": delimiters.escape,
        "P": delimiters.truncation,
    }.get(code, "")


def _line_breaks(command: str, count: str) -> str:
    if command == "sp" and count.isdigit():
        return "\n" * min(int(count), 99)
    return "\n" if command in {"br", "sp", "ce"} else ""


def escape(text: str, delimiters: Delimiters) -> str:
    """The text as it may stand in a field; line ends become `\\.br\\`."""
    mark = delimiters.escape
    codes = {
        mark: "E",
        delimiters.field: "F",
        delimiters.component: "S",
        delimiters.repetition: "R",
        delimiters.subcomponent: "T",
        "\r": ".br",
        "\n": ".br",
    }
    lines = text.replace("\r\n", "\n")
    return "".join(f"{mark}{codes[sign]}{mark}" if sign in codes else sign for sign in lines)
