"""Several messages in one frame (HL7 v2.5.1 2.10.3): FHS/BHS … BTS/FTS, or bare one after another.

The frame is divided as bytes, because each message states its own character set; no character set
that senders use has a line end inside a character.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.errors import AdapterError, MappingFailure, PeerViolation
from adapters.hl7v2 import er7
from adapters.hl7v2.acknowledgment import Stamp, local_time
from adapters.hl7v2.header import Header, read_header
from adapters.hl7v2.limits import LARGE_MESSAGE_BYTES

#: A separator of an envelope is a sign of ASCII: it is looked for before any charset is known.
_MARK = re.compile(
    rb"(?:\A|(?<=[\r\n]))(?:(?:FHS|BHS|MSH)(?=[!-/:-@\[-`{-~])|(?:BTS|FTS)(?=\W|\Z))"
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_HEADERS = (b"FHS", b"BHS")
#: A separator and the shortest encoding characters: enough to know a header line from a text.
_HEAD_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Batch:
    """The messages of one frame with the envelope around them.

    file_header and header are FHS and BHS lines, b"" where there is none; envelope is every line of
    the envelope, which holds no patient data; fault is what is wrong with the envelope.
    """

    messages: tuple[bytes, ...]
    file_header: bytes = b""
    header: bytes = b""
    envelope: bytes = b""
    fault: AdapterError | None = None


def split_batch(frame: bytes) -> Batch | None:
    """The batch that a frame holds; None where it holds one message, or none at all."""
    head = frame[:_HEAD_LENGTH]
    if head.startswith(b"MSH"):
        if not _is_followed(frame, head):
            return None
        return Batch(tuple(part for _, part in _parts(frame)))
    body = frame.removeprefix(_BYTE_ORDER_MARK).lstrip(b"\r\n\t \x00")
    if not body.startswith(_HEADERS) or _MARK.match(body) is None:
        return None
    return _enveloped(list(_parts(body)))


def _is_followed(frame: bytes, head: bytes) -> bool:
    """Whether another line begins as the first. The common case: no, and nothing is copied."""
    if len(frame) <= LARGE_MESSAGE_BYTES:
        return b"\r" + head in frame or b"\n" + head in frame
    # One search through a document of many megabytes would hold up every other thread.
    return any(_begins_again(frame, head, end) for end in (b"\r", b"\n"))


def _begins_again(frame: bytes, head: bytes, end: bytes) -> bool:
    place = frame.find(end)
    while place >= 0:
        if frame.startswith(head, place + 1):
            return True
        place = frame.find(end, place + 1)
    return False


def _parts(body: bytes) -> Iterator[tuple[str, bytes]]:
    """(segment id, bytes up to the next header or trailer)."""
    marks = [*_MARK.finditer(body)]
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    for mark, end in zip(marks, ends, strict=True):
        yield mark[0].decode(), body[mark.start() : end]


def _enveloped(parts: list[tuple[str, bytes]]) -> Batch:
    envelope = [_line(part) for name, part in parts if name != "MSH"]
    return Batch(
        tuple(part for name, part in parts if name == "MSH"),
        next((_line(part) for name, part in parts if name == "FHS"), b""),
        next((_line(part) for name, part in parts if name == "BHS"), b""),
        b"".join(line + b"\r" for line in envelope),
        _fault([name for name, _ in parts], parts),
    )


def _line(part: bytes) -> bytes:
    return part.replace(b"\n", b"\r").partition(b"\r")[0]


def _fault(names: list[str], parts: list[tuple[str, bytes]]) -> AdapterError | None:
    """A count of messages that is not the one stated, or a trailer that never came."""
    opened, closed = names.count("BHS"), names.count("BTS")
    if closed < opened or names.count("FTS") < names.count("FHS"):
        place = "BTS" if closed < opened else "FTS"
        return PeerViolation(
            "batch_incomplete", f"{place}[1]", "the batch ends without its trailer; see what lacks"
        )
    counted = number = 0
    for name, part in parts:
        counted += name == "MSH"
        if name == "BTS":
            number += 1
            stated = _declared(part)
            if stated is not None and stated != counted:
                hint = f"{stated} messages stated, {counted} received; send what is missing"
                return MappingFailure("batch_count", f"BTS[{number}]-1", hint)
            counted = 0
    return None


def _declared(trailer: bytes) -> int | None:
    """BTS-1; None where it states no number."""
    stated = _line(trailer)[4:].partition(trailer[3:4])[0].strip()
    return int(stated) if stated.isdigit() else None


def envelope_header(line: bytes) -> Header:
    """FHS or BHS read as a header: fields 3 to 7 are those of MSH, field 11 is its control id.

    Raises:
        PeerViolation: the line states no delimiters.
    """
    return read_header(b"MSH" + line[3:])


def batch_acknowledgment(batch: Batch, answers: Sequence[bytes], stamp: Stamp) -> bytes:
    """One payload with the acknowledgments of a batch, in the envelope in which it came.

    BHS-10 states what is wrong with the batch itself, BHS-12 the batch that is answered.
    """
    lines: list[bytes] = []
    comment = f"{batch.fault.reason}: {batch.fault.hint}" if batch.fault else ""
    if batch.file_header:
        lines.append(_answering("FHS", batch.file_header, stamp, "" if batch.header else comment))
    if batch.header:
        lines.append(_answering("BHS", batch.header, stamp, comment))
    lines.extend(answers)
    if batch.header:
        # A separator that is not a bar is seldom, and a trailer must use that of its header.
        lines.append(b"BTS" + batch.header[3:4] + b"%d\r" % len(answers))
    if batch.file_header:
        lines.append(b"FTS" + batch.file_header[3:4] + b"1\r")
    return b"".join(lines)


def _answering(name: str, line: bytes, stamp: Stamp, comment: str) -> bytes:
    header = envelope_header(line)
    sent = header.segment
    fields = [name, sent.raw(2), sent.raw(5), sent.raw(6), sent.raw(3), sent.raw(4)]
    fields += [local_time(stamp.at), "", "", er7.escape(comment, sent.delimiters)]
    fields += [stamp.control_id, sent.raw(11)]
    return (sent.delimiters.field.join(fields) + "\r").encode(header.codec, "replace")
