"""From a frame to its acknowledgments: header, sender, charset, reader, mapper, intake, answer.

Everything that cannot be taken is kept in quarantine before it is answered, so that it can be seen
and replayed; nothing is acknowledged positively before the intake has committed.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.errors import AdapterError, PeerViolation
from adapters.hl7v2 import er7
from adapters.hl7v2.acknowledgment import (
    INTERNAL_ERROR,
    Answer,
    Report,
    Stamp,
    acknowledgment,
    settle,
)
from adapters.hl7v2.acknowledgment_mode import answers_due
from adapters.hl7v2.batch import Batch, batch_acknowledgment, envelope_header, split_batch
from adapters.hl7v2.charset import codec_of, decode
from adapters.hl7v2.corrections import correct
from adapters.hl7v2.header import Header, read_header
from adapters.hl7v2.limits import LARGE_MESSAGE_BYTES
from adapters.hl7v2.message_types import LONGEST_CONTROL_ID, TEST_PROCESSING, read_content
from adapters.hl7v2.mllp_framing import Violation, ViolationKind
from adapters.hl7v2.oru_context import Terms
from adapters.hl7v2.peer import FrameNote, Peer
from adapters.hl7v2.sender_profile import SenderProfile, profile_of
from gateway.canonical.directory import PeerDirectory, Sender
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.intake import (
    Quarantine,
    Quarantined,
    Receipt,
    ReceiveSubmission,
    Submission,
)
from gateway.canonical.times import local_date

_PROTOCOL = "hl7v2"
#: Messages of a batch that are in flight at a time.
_BATCH_IN_FLIGHT = 64
_FRAMING_HINTS = {
    ViolationKind.UNFRAMED: "frame each message as 0x0B message 0x1C 0x0D",
    ViolationKind.OVERSIZE: "the message is larger than this gateway takes",
    ViolationKind.INCOMPLETE: "end each message with 0x1C 0x0D",
}


class Unanswered(ConnectionAbortedError):
    """The peer is to get no answer and to lose its connection, so that it sends again."""


@dataclass(frozen=True, slots=True)
class ReceivingPorts:
    """What the receiver is given by the composition root.

    report takes an event name and values that are safe to log; clock gives aware instants;
    profile tells what is particular to a registered sender; link_hosts are the hosts to which
    links in results may lead.
    """

    directory: PeerDirectory
    receive: ReceiveSubmission
    quarantine: Quarantine
    clock: Callable[[], datetime]
    report: Report
    profile: Callable[[Sender], SenderProfile] = profile_of
    link_hosts: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Reading:
    """One message on its way: what is known of it so far, for the answer and for quarantine."""

    raw: bytes
    header: Header
    received_at: datetime
    peer: Peer
    profile: SenderProfile | None = None
    codec: str = "utf-8"
    warnings: tuple[str, ...] = ()

    @property
    def institution(self) -> InstitutionCode | None:
        """The sender, once it is known."""
        return self.profile.institution if self.profile else None


class MessageReceiver:
    """Answers the messages of any number of connections; holds no state of its own."""

    def __init__(self, ports: ReceivingPorts) -> None:
        self._ports = ports

    async def answer(self, frame: bytes, peer: Peer | None = None) -> tuple[bytes, ...]:
        """The acknowledgments of a frame; none where there is no header to answer to.

        Raises:
            Unanswered: trouble of ours, with a sender that would take AR for final. Whatever else
                goes wrong becomes an answer.
        """
        peer = peer or Peer()
        if len(frame) > LARGE_MESSAGE_BYTES:
            batch = await asyncio.to_thread(split_batch, frame)
        else:
            batch = split_batch(frame)
        if batch is None:
            return await self._answer_message(frame, peer)
        return await self._answer_batch(batch, peer)

    async def refuse(self, violation: Violation, peer: Peer | None = None) -> tuple[bytes, ...]:
        """Keep note of broken framing; AR where it is oversize and its header is readable.

        Never raises. Only the first line is kept, with digest and size of the rest.
        """
        hint = (
            f"{_FRAMING_HINTS[violation.kind]}; SHA-256 {violation.digest}, {violation.size} bytes"
        )
        fault = PeerViolation(violation.kind, "", hint)
        at = self._ports.clock()
        answer = await self._settled(self._kept(violation.first_line, at, fault))
        if violation.kind is not ViolationKind.OVERSIZE:
            return ()
        try:
            if violation.first_line.startswith((b"FHS", b"BHS")):
                return (self._enveloped(_refused_batch(violation.first_line, fault), ()),)
            header = read_header(violation.first_line)
        except PeerViolation:
            return ()
        return self._acknowledged(_Reading(b"", header, at, peer or Peer()), answer)

    async def _answer_message(self, frame: bytes, peer: Peer) -> tuple[bytes, ...]:
        at = self._ports.clock()
        try:
            header = read_header(frame)
        except PeerViolation as fault:
            await self._settled(self._kept(frame, at, fault))
            peer.note(FrameNote(None, "", "", fault.reason))
            return ()
        reading = _Reading(frame, header, at, peer)
        answer = await self._settled(self._received(reading), reading)
        return self._acknowledged(reading, answer)

    async def _answer_batch(self, batch: Batch, peer: Peer) -> tuple[bytes, ...]:
        """One payload with an acknowledgment for each message that asks for one."""
        if batch.fault is not None:
            kept = self._kept(batch.envelope, self._ports.clock(), batch.fault)
            await self._settled(kept)
        answers: list[bytes] = []
        for start in range(0, len(batch.messages), _BATCH_IN_FLIGHT):
            some = batch.messages[start : start + _BATCH_IN_FLIGHT]
            for each in await asyncio.gather(*(self._answer_message(raw, peer) for raw in some)):
                answers.extend(each)
        payload = self._enveloped(batch, tuple(answers))
        return (payload,) if payload else ()

    def _enveloped(self, batch: Batch, answers: tuple[bytes, ...]) -> bytes:
        stamp = Stamp(secrets.token_hex(10), self._ports.clock(), "utf-8")
        return batch_acknowledgment(batch, answers, stamp)

    async def _settled(self, work: Awaitable[Receipt], reading: _Reading | None = None) -> Answer:
        answer = await settle(work, self._ports.report)
        if answer.condition:
            self._ports.report(
                "hl7_refused",
                {
                    "reason": answer.reason,
                    "location": answer.location,
                    "status": answer.code,
                    "institution": reading.institution if reading else None,
                },
            )
        return answer

    def _acknowledged(self, reading: _Reading, answer: Answer) -> tuple[bytes, ...]:
        if reading.warnings and not answer.condition:
            answer = replace(answer, warnings=reading.warnings)
        control_id = reading.header.control_id
        reading.peer.note(
            FrameNote(reading.institution, control_id, answer.code, answer.reason, answer.location)
        )
        profile = reading.profile
        if answer.condition == INTERNAL_ERROR and profile and profile.close_instead_of_retry:
            raise Unanswered
        original_only = profile is not None and profile.original_mode_only
        due = answers_due(reading.header, answer, original_only)
        return tuple(
            acknowledgment(
                reading.header,
                each,
                Stamp(secrets.token_hex(10), self._ports.clock(), reading.codec),
            )
            for each in due
        )

    async def _kept(self, raw: bytes, at: datetime, fault: AdapterError) -> Receipt:
        """Quarantine what has no header; raises the fault again."""
        await self._ports.quarantine(
            Quarantined(_PROTOCOL, raw, at, fault.reason, fault.location, fault.hint)
        )
        raise fault

    async def _received(self, reading: _Reading) -> Receipt:
        try:
            if len(reading.raw) > LARGE_MESSAGE_BYTES:
                submission = await asyncio.to_thread(self._submission, reading)
            else:
                submission = self._submission(reading)
        except AdapterError as fault:
            await self._ports.quarantine(
                Quarantined(
                    _PROTOCOL,
                    reading.raw,
                    reading.received_at,
                    fault.reason,
                    fault.location,
                    fault.hint,
                    reading.institution,
                    reading.header.control_id[:LONGEST_CONTROL_ID],
                )
            )
            raise
        self._note_warnings(reading, submission)
        return await self._ports.receive(submission)

    def _note_warnings(self, reading: _Reading, submission: Submission) -> None:
        """What was tolerated is told to the sender, and the first place of it to the operator."""
        reading.warnings = submission.warnings
        if submission.warnings:
            self._ports.report(
                "hl7_tolerated",
                {
                    "institution": submission.institution,
                    "count": len(submission.warnings),
                    "location": submission.warnings[0].partition(": ")[0],
                },
            )

    def _submission(self, reading: _Reading) -> Submission:
        profile = self._sender(reading)
        warnings: list[str] = []
        message = self._message(reading, profile, warnings)
        day = local_date(reading.received_at)
        content = read_content(
            message,
            lambda code: self._ports.directory.is_imaging_code(profile.institution, code, day),
            Terms(profile, warnings, self._ports.link_hosts),
        )
        return Submission(
            institution=profile.institution,
            sending_application=message.header.component(3),
            control_id=message.header.text(10),
            raw=reading.raw,
            received_at=reading.received_at,
            reports=content.reports,
            is_test=message.header.component(11) in TEST_PROCESSING,
            charset=reading.codec,
            warnings=tuple(warnings),
            orders=content.orders,
            demographics=content.demographics,
            merges=content.merges,
        )

    def _message(
        self, reading: _Reading, profile: SenderProfile, warnings: list[str]
    ) -> er7.Message:
        """The message decoded, divided and put right by what is known of its sender."""
        declared = "" if profile.charset_is_known else reading.header.charset
        decoded = decode(reading.raw, declared, profile.charset)
        reading.codec = decoded.codec
        if decoded.warning:
            warnings.append(decoded.warning)
        message = er7.read(decoded.text, decoded.codec)
        correct(message, profile.habits)
        return message

    def _sender(self, reading: _Reading) -> SenderProfile:
        day = local_date(reading.received_at)
        sender = self._ports.directory.sender_of_facility(reading.header.facility, day)
        if sender is None:
            raise PeerViolation(
                "unknown_sender", "MSH[1]-4[1].1", "register this facility before it sends"
            )
        profile = self._ports.profile(sender)
        reading.codec = codec_of(reading.header.charset or profile.charset) or reading.codec
        if not reading.peer.may_send_as(profile.institution):
            raise PeerViolation(
                "certificate_mismatch",
                "MSH[1]-4[1].1",
                "the client certificate of this connection belongs to another institution",
            )
        reading.profile = profile
        return profile


def _refused_batch(first_line: bytes, fault: PeerViolation) -> Batch:
    """A batch of which nothing was taken, to answer to its header line.

    Raises:
        PeerViolation: the line states no delimiters.
    """
    envelope_header(first_line)
    if first_line.startswith(b"FHS"):
        return Batch((), file_header=first_line, fault=fault)
    return Batch((), header=first_line, fault=fault)
