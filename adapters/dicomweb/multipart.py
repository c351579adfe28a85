"""multipart/related (RFC 2387) as DICOMweb uses it, in both directions; bytes in, parts out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_BOUNDARY = re.compile(r'boundary\s*=\s*("[^"]+"|[^;\s]+)', re.IGNORECASE)
_TYPE = re.compile(r';\s*type\s*=\s*("[^"]+"|[^;\s]+)', re.IGNORECASE)
_HEADER_END = b"\r\n\r\n"


class MalformedMultipart(ValueError):
    """A body that is no multipart message with the announced boundary."""


def boundary_of(content_type: str) -> bytes:
    """The boundary that a Content-Type announces, quoted or not; raises MalformedMultipart."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise MalformedMultipart("the Content-Type announces no boundary")
    return found[1].strip('"').encode("latin-1")


def part_type_of(content_type: str) -> str:
    """The `type` parameter of a multipart Content-Type, lower case; "" when absent."""
    found = _TYPE.search(content_type)
    return found[1].strip('"').lower() if found else ""


def part_head(boundary: str, headers: Mapping[str, str]) -> bytes:
    """What stands before a part; the first one needs nothing before it."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"--{boundary}\r\n{lines}\r\n".encode("latin-1")


def written(boundary: str, parts: Iterable[tuple[Mapping[str, str], bytes]]) -> Iterator[bytes]:
    """A whole message, piece by piece."""
    for headers, content in parts:
        yield part_head(boundary, headers)
        yield content
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode("latin-1")


@dataclass(slots=True)
class PartReader:
    """Takes a body in chunks of any size and gives the content of each part once it is whole.

    A body may begin with CRLF or a preamble before the first boundary.
    """

    boundary: bytes
    max_part_bytes: int
    _buffer: bytearray = field(default_factory=bytearray)
    _began: bool = False
    _ended: bool = False
    _searched: int = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The contents of the parts that end in this chunk.

        Raises MalformedMultipart; OverflowError where a part is larger than the limit.
        """
        self._buffer += chunk
        while not self._ended and (part := self._next()) is not None:
            if self._began:
                yield _content(part)
            self._began = True
        if len(self._buffer) > self.max_part_bytes:
            raise OverflowError("a part is larger than the limit")

    def end(self) -> None:
        """Raise MalformedMultipart unless the closing boundary has come."""
        if not self._ended:
            raise MalformedMultipart("the body ends before its closing boundary")

    def _next(self) -> bytes | None:
        """What stands before the next boundary, taken out of the buffer with it."""
        mark = b"--" + self.boundary if not self._began else b"\r\n--" + self.boundary
        at = self._buffer.find(mark, self._searched)
        behind = at + len(mark)
        if at < 0 or len(self._buffer) < behind + 2:
            self._searched = max(0, (at if at >= 0 else len(self._buffer)) - len(mark))
            return None
        part = bytes(self._buffer[:at])
        self._ended = self._buffer[behind : behind + 2] == b"--"
        # The line end behind a boundary may be the one before the next, for an empty part.
        del self._buffer[:behind]
        self._searched = 0
        return part


def _content(part: bytes) -> bytes:
    head, found, content = part.partition(_HEADER_END)
    if not found or (head and not head.startswith((b"\r\n", b" ", b"\t"))):
        raise MalformedMultipart("a part has no end of its headers")
    return content
