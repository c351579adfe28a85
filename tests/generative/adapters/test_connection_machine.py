"""A connection as a state machine: whatever is sent, in whatever pieces, every message is answered.

None is lost, none is merged with another, and the answers come in the order of the messages.
"""

import asyncio
import re

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adapters.hl7v2.mllp_framing import Frame, Framing, frame
from adapters.hl7v2.receiving import MessageReceiver
from tests.messages import HEADER, ORDER, PATIENT, RESULT, joined
from tests.recording_intake import RecordingIntake

ORU = joined(HEADER, PATIENT, ORDER, RESULT)
_MSA = re.compile(rb"MSA\|(\w\w)\|(C\d+)")


class Connection(RuleBasedStateMachine):
    """The peer writes into a queue; the network delivers it piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._intake = RecordingIntake()
        self._receiver = MessageReceiver(self._intake.ports())
        self._framing = Framing(1 << 20)
        self._underway = b""
        self._expected: list[tuple[bytes, bytes]] = []
        self._answered: list[tuple[bytes, bytes]] = []
        self._number = 0

    @rule(fault=st.booleans())
    def sends_a_message(self, fault: bool) -> None:
        """A report, or one without its number."""
        self._underway += frame(self._message("AE" if fault else "AA"))

    @rule(accept=st.sampled_from(["AL", "NE"]), application=st.sampled_from(["AL", "NE"]))
    def sends_in_enhanced_mode(self, accept: str, application: str) -> None:
        """A report that says which acknowledgments it wants."""
        text = self._message("").replace(b"|2.5.1", f"|2.5.1|||{accept}|{application}".encode())
        number = f"C{self._number}".encode()
        wanted = [(b"CA", accept), (b"AA", application)]
        self._expected += [(code, number) for code, asked in wanted if asked == "AL"]
        self._underway += frame(text)

    @rule(count=st.integers(1, 4))
    def sends_a_batch(self, count: int) -> None:
        """Several reports in one frame."""
        self._underway += frame(b"".join(self._message("AA") for _ in range(count)))

    @rule(noise=st.sampled_from([b"\x00", b"\r\n", b"\x0b", b"\x1c\r", b" "]))
    def sends_noise(self, noise: bytes) -> None:
        """What senders leave between frames."""
        self._underway += noise

    @rule(size=st.integers(1, 2000))
    def network_delivers(self, size: int) -> None:
        """Some bytes arrive."""
        arrived, self._underway = self._underway[:size], self._underway[size:]
        for event in self._framing.feed(arrived):
            assert isinstance(event, Frame), "nothing here breaks the framing"
            for answer in asyncio.run(self._receiver.answer(event.payload)):
                self._answered += _MSA.findall(answer)

    @invariant()
    def answers_are_those_of_the_messages_in_order(self) -> None:
        """Of everything that has arrived whole."""
        assert self._answered == self._expected[: len(self._answered)]

    def teardown(self) -> None:
        """At the end everything is delivered."""
        self.network_delivers(size=len(self._underway) + 1)
        assert self._answered == self._expected

    def _message(self, code: str) -> bytes:
        self._number += 1
        number = f"C{self._number}"
        if code:
            self._expected.append((code.encode(), number.encode()))
        text = ORU.replace("|C1|", f"|{number}|")
        return (text.replace("|L1|", "||") if code == "AE" else text).encode()


TestConnection = Connection.TestCase
TestConnection.settings = settings(max_examples=60, stateful_step_count=30)
