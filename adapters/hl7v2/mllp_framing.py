"""MLLP framing as a state machine: bytes in, events out; no sockets, no clock.

A frame is `0x0B` payload `0x1C 0x0D` (HL7 v2 Transport Specification: MLLP, release 1). A peer may
split it anywhere, send several at once, leave noise between frames or double the framing.
"""

import hashlib
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

START = b"\x0b"
END = b"\x1c\x0d"
_RESTART = b"\x0bMSH"
_IGNORABLE = b"\x00\r\n\t \x0b\x1c"
_STRAY_LIMIT = 4096
_FIRST_LINE_LIMIT = 2048


class ViolationKind(StrEnum):
    """How the framing was broken."""

    UNFRAMED = "unframed"
    OVERSIZE = "oversize"
    INCOMPLETE = "incomplete_frame"


@dataclass(frozen=True, slots=True)
class Frame:
    """One complete payload, without its framing."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Violation:
    """Bytes that are no frame; they are described, not kept.

    size: bytes seen of it; digest: their SHA-256 in hex; head and tail: the first 8 and the last 2
    bytes in hex, enough to see a missing start or end; first_line: up to the first line end, which
    is the message header when there is one.
    """

    kind: ViolationKind
    size: int
    digest: str
    head: str
    tail: str
    first_line: bytes


class _State(Enum):
    OUTSIDE = auto()
    INSIDE = auto()
    DISCARDING = auto()


class Framing:
    """The framing of one connection.

    noise counts the bytes between frames that were dropped: NUL, line ends, doubled framing.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        self._searched = 0
        self._state = _State.OUTSIDE
        self._stray = bytearray()
        self._stray_reported = False
        self._events: list[Frame | Violation] = []
        self.noise = 0

    @property
    def is_inside(self) -> bool:
        """Whether a frame was begun and not ended."""
        return self._state is _State.INSIDE

    def feed(self, data: bytes) -> list[Frame | Violation]:
        """The events that these further bytes complete, in order of arrival."""
        self._buffer += data
        steps = {
            _State.OUTSIDE: self._find_start,
            _State.INSIDE: self._find_end,
            _State.DISCARDING: self._find_end_of_discarded,
        }
        while steps[self._state]():
            pass
        events, self._events = self._events, []
        return events

    def abandon(self) -> Violation | None:
        """What is left when the peer goes away or falls silent; the machine starts afresh."""
        left = None
        if self._state is _State.INSIDE:
            left = _violation(ViolationKind.INCOMPLETE, self._buffer)
        elif self._stray and not self._stray_reported:
            left = _violation(ViolationKind.UNFRAMED, self._stray)
        self._buffer.clear()
        self._searched = 0
        self._enter(_State.OUTSIDE)
        return left

    def _enter(self, state: _State) -> None:
        self._state = state
        self._stray.clear()
        self._stray_reported = False

    def _find_start(self) -> bool:
        start = self._buffer.find(START)
        gap = len(self._buffer) if start < 0 else start
        if gap:
            self._judge_gap(bytes(self._buffer[:gap]))
        del self._buffer[: gap + 1]
        if start < 0:
            return False
        self._enter(_State.INSIDE)
        return True

    def _judge_gap(self, gap: bytes) -> None:
        """Count what lies between frames; text that looks like a message is a violation, once."""
        self.noise += len(gap)
        if self._stray_reported or not (self._stray or gap.strip(_IGNORABLE)):
            return
        self._stray += gap
        if b"MSH" in self._stray or len(self._stray) > _STRAY_LIMIT:
            self._stray_reported = True
            self._events.append(_violation(ViolationKind.UNFRAMED, self._stray))

    def _find_end(self) -> bool:
        end = self._buffer.find(END, self._searched)
        size = len(self._buffer) if end < 0 else end
        if size > self._max_bytes:
            self._events.append(_violation(ViolationKind.OVERSIZE, self._buffer[:size]))
            self._enter(_State.DISCARDING)
            return True
        if end < 0:
            # The last byte may be the first half of the end mark.
            self._searched = max(0, size - 1)
            return False
        with memoryview(self._buffer) as view:  # one copy of what may be a large document
            payload = bytes(view[:end])
        self._leave_frame(end)
        self._deliver(payload)
        return True

    def _find_end_of_discarded(self) -> bool:
        end = self._buffer.find(END)
        if end < 0:
            del self._buffer[:-1]
            return False
        self._leave_frame(end)
        return True

    def _leave_frame(self, end: int) -> None:
        del self._buffer[: end + len(END)]
        self._searched = 0
        self._enter(_State.OUTSIDE)

    def _deliver(self, payload: bytes) -> None:
        message = payload.lstrip(START)
        self.noise += len(payload) - len(message)
        restart = message.rfind(_RESTART) if START in message else -1
        if restart >= 0:
            # The peer gave up in the middle of a frame and began another on the same connection.
            self._give_up(message[:restart])
            message = message[restart + 1 :]
        if message.strip(_IGNORABLE):
            self._events.append(Frame(message))
        else:
            self.noise += len(message)

    def _give_up(self, begun: bytes) -> None:
        if begun.strip(_IGNORABLE):
            self._events.append(_violation(ViolationKind.INCOMPLETE, begun))
        else:
            self.noise += len(begun)


def _violation(kind: ViolationKind, seen: bytes | bytearray) -> Violation:
    return Violation(
        kind=kind,
        size=len(seen),
        digest=hashlib.sha256(seen).hexdigest(),
        head=seen[:8].hex(),
        tail=seen[-2:].hex(),
        first_line=_first_line(bytes(seen[:_FIRST_LINE_LIMIT])),
    )


def _first_line(text: bytes) -> bytes:
    return text.lstrip().replace(b"\n", b"\r").partition(b"\r")[0]


def frame(payload: bytes) -> bytes:
    """The payload in MLLP framing, ready to be sent in one piece."""
    return START + payload + END
