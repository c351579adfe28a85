"""What is known of one connection: who it is, and what happened on it lately.

It is shown to the engineer of the sender, so it holds control ids, codes and places; never a value.
"""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.hl7v2.mllp_framing import Violation
from gateway.canonical.identifiers import InstitutionCode

_LAST_FRAMES = 20
_LAST_VIOLATIONS = 5
_LONGEST_CONTROL_ID = 50


@dataclass(frozen=True, slots=True)
class FrameNote:
    """How one message ended: MSH-10, MSA-1 of our answer, and why and where it was refused."""

    institution: InstitutionCode | None
    control_id: str
    code: str
    reason: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class ViolationNote:
    """Broken framing: its kind, how many bytes, their SHA-256, first and last bytes in hex."""

    kind: str
    size: int
    digest: str
    head: str
    tail: str


@dataclass(frozen=True, slots=True)
class ConnectionDiagnostics:
    """A connection as its sender may see it.

    answered counts messages by MSA-1; noise counts the bytes between frames that were dropped; last
    holds the newest messages and violations the newest breaks of framing, oldest first.
    """

    number: int
    address: str
    is_open: bool
    certificate_names: tuple[str, ...] | None
    institutions: tuple[InstitutionCode, ...]
    frames: int
    noise: int
    answered: Mapping[str, int]
    last: tuple[FrameNote, ...]
    violations: tuple[ViolationNote, ...]


class Peer:
    """The diary of one connection; filled by the listener and the receiver.

    certificate_names are the names in the certificate that the peer proved to own; None where it
    showed none.
    """

    def __init__(
        self, number: int = 0, address: str = "", certificate_names: tuple[str, ...] | None = None
    ) -> None:
        self.number = number
        self.address = address
        self.certificate_names = certificate_names
        self.frames = 0
        self.noise = 0
        self.is_open = True
        self._answered: Counter[str] = Counter()
        self._last: deque[FrameNote] = deque(maxlen=_LAST_FRAMES)
        self._violations: deque[ViolationNote] = deque(maxlen=_LAST_VIOLATIONS)
        self._institutions: dict[InstitutionCode, None] = {}

    def may_send_as(self, institution: InstitutionCode) -> bool:
        """Whether its certificate, if it showed one, belongs to the institution."""
        return self.certificate_names is None or institution in self.certificate_names

    def note(self, note: FrameNote) -> None:
        """A message was answered."""
        cut = note.control_id[:_LONGEST_CONTROL_ID]
        self._answered[note.code] += 1
        self._last.append(FrameNote(note.institution, cut, note.code, note.reason, note.location))
        if note.institution is not None:
            self._institutions[note.institution] = None

    def note_violation(self, violation: Violation) -> None:
        """The framing was broken."""
        self._violations.append(
            ViolationNote(
                str(violation.kind),
                violation.size,
                violation.digest,
                violation.head,
                violation.tail,
            )
        )

    def diagnostics(self) -> ConnectionDiagnostics:
        """What may be shown now."""
        return ConnectionDiagnostics(
            self.number,
            self.address,
            self.is_open,
            self.certificate_names,
            tuple(self._institutions),
            self.frames,
            self.noise,
            dict(self._answered),
            tuple(self._last),
            tuple(self._violations),
        )
