"""The message header read from the raw bytes, before the character set of the message is known."""

import re
from dataclasses import dataclass

from adapters.errors import PeerViolation
from adapters.hl7v2 import er7

_FIRST_LINE = re.compile(rb"^(?:\xef\xbb\xbf)?[\r\n\t \x00]*(MSH[^\r\n]*)")
#: A header may hold Chinese names of applications. Latin-1 reads anything, and gives back the same
#: bytes when the header is echoed.
_HEADER_CODECS = ("ascii", "utf-8", "gb18030", "latin-1")
_VERSION = re.compile(r"(\d+)\.(\d+)")
#: Assumed where MSH-12 says nothing readable.
_ASSUMED_VERSION = (2, 5)


@dataclass(frozen=True, slots=True)
class Header:
    """MSH of one message; codec reads and writes its bytes without change."""

    segment: er7.Segment
    codec: str

    @property
    def facility(self) -> str:
        """MSH-4.1, else MSH-3.1 for senders that fill only the application."""
        return self.segment.component(4) or self.segment.component(3)

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self.segment.text(10)

    @property
    def charset(self) -> str:
        """The first repetition of MSH-18, the character set of the message."""
        return self.segment.component(18)

    @property
    def version(self) -> tuple[int, int]:
        """Major and minor version of MSH-12; 2.5 where it is empty or odd."""
        stated = _VERSION.match(self.segment.component(12))
        return (int(stated[1]), int(stated[2])) if stated else _ASSUMED_VERSION


def read_header(raw: bytes) -> Header:
    """The header of a message.

    Raises:
        PeerViolation: the bytes do not begin with a message header.
    """
    found = _FIRST_LINE.match(raw)
    if found is None:
        raise PeerViolation("no_header", "", "the message must begin with MSH and its delimiters")
    line, codec = _decoded(found[1])
    return Header(er7.read(line, codec).header, codec)


def _decoded(line: bytes) -> tuple[str, str]:
    for codec in _HEADER_CODECS[:-1]:
        try:
            return line.decode(codec), codec
        except UnicodeDecodeError:
            continue
    return line.decode(_HEADER_CODECS[-1]), _HEADER_CODECS[-1]
