"""From a frame to its acknowledgment: header, sender, charset, reader, mapper, intake, answer.

Everything that cannot be taken is kept in quarantine before it is answered, so that it can be seen
and replayed; nothing is acknowledged positively before the intake has committed.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.errors import AdapterError, MappingFailure, PeerViolation, UnsupportedMessage
from adapters.hl7v2 import er7
from adapters.hl7v2.acknowledgment import Answer, Report, Stamp, acknowledgment, settle
from adapters.hl7v2.charset import Decoded, codec_of, decode
from adapters.hl7v2.header import Header, read_header
from adapters.hl7v2.mllp_framing import Violation, ViolationKind
from adapters.hl7v2.oru_r01 import read_reports
from adapters.hl7v2.sender_profile import SenderProfile, profile_of
from gateway.canonical.directory import PeerDirectory
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
_VERSION = re.compile(r"\d+\.\d+")
_VERSIONS = frozenset({"2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8"})
_FAMILIES = frozenset({"2.3", "2.4", "2.5", "2.6", "2.7", "2.8"})
_TEST_PROCESSING = frozenset({"T", "D"})
_FRAMING_HINTS = {
    ViolationKind.UNFRAMED: "frame each message as 0x0B message 0x1C 0x0D",
    ViolationKind.OVERSIZE: "the message is larger than this gateway takes",
    ViolationKind.INCOMPLETE: "end each message with 0x1C 0x0D",
}


@dataclass(frozen=True, slots=True)
class ReceivingPorts:
    """What the receiver is given by the composition root.

    report takes an event name and values that are safe to log; clock gives aware instants.
    """

    directory: PeerDirectory
    receive: ReceiveSubmission
    quarantine: Quarantine
    clock: Callable[[], datetime]
    report: Report


@dataclass(slots=True)
class _Reading:
    """One message on its way: what is known of it so far, for the answer and for quarantine."""

    raw: bytes
    header: Header
    received_at: datetime
    institution: InstitutionCode | None = None
    codec: str = "utf-8"
    warnings: tuple[str, ...] = ()


class MessageReceiver:
    """Answers the messages of any number of connections; holds no state of its own."""

    def __init__(self, ports: ReceivingPorts) -> None:
        self._ports = ports

    async def answer(self, frame: bytes) -> bytes | None:
        """The acknowledgment of a frame; None where there is no header to answer to.

        Never raises: whatever goes wrong becomes an answer.
        """
        at = self._ports.clock()
        try:
            header = read_header(frame)
        except PeerViolation as fault:
            await self._settled(self._kept(frame, at, fault))
            return None
        reading = _Reading(frame, header, at)
        answer = await self._settled(self._received(reading), reading)
        return self._acknowledged(reading, answer)

    async def refuse(self, violation: Violation) -> bytes | None:
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
            return None
        try:
            header = read_header(violation.first_line)
        except PeerViolation:
            return None
        return self._acknowledged(_Reading(b"", header, at), answer)

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

    def _acknowledged(self, reading: _Reading, answer: Answer) -> bytes:
        if reading.warnings and not answer.condition:
            answer = replace(answer, warnings=reading.warnings)
        stamp = Stamp(secrets.token_hex(10), self._ports.clock(), reading.codec)
        return acknowledgment(reading.header, answer, stamp)

    async def _kept(self, raw: bytes, at: datetime, fault: AdapterError) -> Receipt:
        """Quarantine what has no header; raises the fault again."""
        await self._ports.quarantine(
            Quarantined(_PROTOCOL, raw, at, fault.reason, fault.location, fault.hint)
        )
        raise fault

    async def _received(self, reading: _Reading) -> Receipt:
        try:
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
                    reading.header.control_id,
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
        decoded = self._decoded(reading, profile)
        message = er7.read(decoded.text, decoded.codec)
        warnings: list[str] = []
        check_header(message.header, warnings)
        day = local_date(reading.received_at)
        reports = read_reports(
            message,
            profile,
            lambda code: self._ports.directory.is_imaging_code(profile.institution, code, day),
            warnings,
        )
        return Submission(
            institution=profile.institution,
            sending_application=message.header.component(3),
            control_id=message.header.text(10),
            raw=reading.raw,
            received_at=reading.received_at,
            reports=reports,
            is_test=message.header.component(11) in _TEST_PROCESSING,
            charset=decoded.codec,
            warnings=tuple(warnings),
        )

    def _sender(self, reading: _Reading) -> SenderProfile:
        day = local_date(reading.received_at)
        sender = self._ports.directory.sender_of_facility(reading.header.facility, day)
        if sender is None:
            raise PeerViolation(
                "unknown_sender", "MSH[1]-4[1].1", "register this facility before it sends"
            )
        profile = profile_of(sender)
        reading.institution = profile.institution
        reading.codec = codec_of(reading.header.charset or profile.charset) or reading.codec
        return profile

    def _decoded(self, reading: _Reading, profile: SenderProfile) -> Decoded:
        decoded = decode(reading.raw, reading.header.charset, profile.charset)
        reading.codec = decoded.codec
        return decoded


def check_header(msh: er7.Segment, warnings: list[str]) -> None:
    """That a message is one we take and can answer to (v2.5.1 2.15.9, conformance of this gateway).

    Raises:
        UnsupportedMessage: another type, event, processing id or version.
        MappingFailure: MSH-7, MSH-10 or MSH-11 is missing.
    """
    _check_type(msh, warnings)
    _check_version(msh, warnings)
    for field in (7, 10, 11):
        if not msh.component(field):
            raise MappingFailure("required_field_missing", msh.at(field), "fill this header field")
    if msh.component(11) not in _TEST_PROCESSING | {"P"}:
        raise UnsupportedMessage(
            "unsupported_processing_id", msh.at(11), "send P, or T and D for tests"
        )


def _check_type(msh: er7.Segment, warnings: list[str]) -> None:
    if msh.component(9) != "ORU":
        raise UnsupportedMessage("unsupported_message_type", msh.at(9, 1, 1), "send ORU^R01")
    event = msh.component(9, 2)
    if not event:
        warnings.append(f"{msh.at(9, 1, 2)}: event missing, read as R01")
    elif event != "R01":
        raise UnsupportedMessage("unsupported_event", msh.at(9, 1, 2), "send ORU^R01")


def _check_version(msh: er7.Segment, warnings: list[str]) -> None:
    stated = msh.raw(12)
    if stated in _VERSIONS:
        return
    family = _VERSION.match(msh.component(12))
    if family and family[0] not in _FAMILIES:
        raise UnsupportedMessage("unsupported_version", msh.at(12), "send version 2.3 to 2.8")
    warnings.append(f"{msh.at(12)}: version missing or odd")
