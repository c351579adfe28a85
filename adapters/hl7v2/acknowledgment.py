"""Receipts and faults → acknowledgment messages (HL7 v2.5.1 2.9.2, 2.14).

The only translation table of this rim. AA is stored, also for a repeated message; AE is a fault
of the content, correct and resend; AR was not processed for a reason outside the content. What
enhanced mode makes of it is decided in `acknowledgment_mode`.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.errors import AdapterError
from adapters.hl7v2 import er7
from adapters.hl7v2.header import Header
from gateway.canonical.intake import Receipt, ReceiptStatus
from gateway.canonical.times import CHINA_STANDARD_TIME

#: Tells what happened on the connection: an event name and values that hold no patient data.
Report = Callable[[str, Mapping[str, object]], None]

#: Trouble of ours (table 0357): the same message may pass later.
INTERNAL_ERROR = "207"
#: reason → (MSA-1, table 0357 code). A reason that is not listed is a fault of the content.
_TABLE = {
    "no_header": ("AR", "100"),
    "unknown_sender": ("AR", "204"),
    "certificate_mismatch": ("AR", "204"),
    "oversize": ("AR", INTERNAL_ERROR),
    "unsupported_message_type": ("AR", "200"),
    "unsupported_event": ("AR", "201"),
    "unsupported_processing_id": ("AR", "202"),
    "unsupported_version": ("AR", "203"),
    "internal_error": ("AR", INTERNAL_ERROR),
    "unsupported_charset": ("AE", "103"),
    "undecodable": ("AE", "102"),
    "segment_sequence": ("AE", "100"),
    "segment_missing": ("AE", "100"),
    "required_field_missing": ("AE", "101"),
    "invalid_time": ("AE", "102"),
    "invalid_value": ("AE", "102"),
    "control_id_reused": ("AE", "205"),
    "patient_identifiers_conflict": ("AE", "205"),
    "merged_with_itself": ("AR", "205"),
    "merge_loop": ("AR", "205"),
}
_OTHER_CONTENT_FAULT = ("AE", "199")
_CONDITIONS = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "199": "Other HL7 error",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "204": "Unknown key identifier",
    "205": "Duplicate key identifier",
    INTERNAL_ERROR: "Application internal error",
}
_LOCATION = re.compile(
    r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+)(?:\[(\d+)\])?(?:\.(\d+))?)?", re.ASCII
)
_STRUCTURED_TYPE_SINCE = (2, 4)
_ERR_FIELDS_SINCE = (2, 5)
#: A sender that makes one mistake makes it in every line; a few places show it.
_MOST_WARNINGS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told. code is MSA-1, condition a code of table 0357 or "" for AA and CA.

    warnings: deviations that were tolerated, as `place: what`.
    """

    code: str
    condition: str = ""
    reason: str = ""
    location: str = ""
    hint: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stamp:
    """Our own control id, when the answer is made, and the codec in which it is written."""

    control_id: str
    at: datetime
    codec: str


async def settle(work: Awaitable[Receipt], report: Report) -> Answer:
    """The answer to a piece of work, whatever becomes of it; our faults get a correlation id."""
    try:
        return answer_to_receipt(await work)
    except AdapterError as fault:
        return answer_to_fault(fault)
    except Exception as error:
        correlation_id = secrets.token_hex(8)
        report(
            "hl7_internal_error",
            {"correlation_id": correlation_id, "error_type": type(error).__name__},
        )
        return Answer(
            *_TABLE["internal_error"], "internal_error", "", f"resend later; id {correlation_id}"
        )


def answer_to_receipt(receipt: Receipt) -> Answer:
    """AA for what is stored, AE for refused content, AR for our own trouble."""
    if receipt.status in {ReceiptStatus.STORED, ReceiptStatus.DUPLICATE}:
        return Answer("AA")
    if receipt.status is ReceiptStatus.FAILED:
        return Answer(
            *_TABLE["internal_error"],
            receipt.reason,
            receipt.location,
            receipt.hint or "resend later",
        )
    code, condition = _TABLE.get(receipt.reason, _OTHER_CONTENT_FAULT)
    return Answer(code, condition, receipt.reason, receipt.location, receipt.hint)


def answer_to_fault(fault: AdapterError) -> Answer:
    """AE or AR by the reason of the fault."""
    code, condition = _TABLE.get(fault.reason, _OTHER_CONTENT_FAULT)
    return Answer(code, condition, fault.reason, fault.location, fault.hint)


def acknowledgment(header: Header, answer: Answer, stamp: Stamp) -> bytes:
    """The ACK message to a received header: its delimiters, application, version and charset."""
    segments = [_msh(header, stamp), _msa(header, answer)]
    if answer.condition:
        segments.append(_err(header, answer))
    elif header.version >= _ERR_FIELDS_SINCE:
        segments += [_warning(header, each) for each in answer.warnings[:_MOST_WARNINGS]]
    text = "".join(segment + "\r" for segment in segments)
    # What was copied from the header goes back byte for byte; only our own hint could not be
    # written in the sender's charset.
    codec = stamp.codec if header.codec == "ascii" else header.codec
    return text.encode(codec, "replace")


def _msh(header: Header, stamp: Stamp) -> str:
    msh = header.segment
    separator, component = msh.delimiters.field, msh.delimiters.component
    fields = ["MSH", msh.raw(2), msh.raw(5), msh.raw(6), msh.raw(3), msh.raw(4)]
    fields += [local_time(stamp.at), ""]
    fields += [_message_type(header, component), stamp.control_id, msh.raw(11), msh.raw(12)]
    if msh.raw(18):
        fields += ["", "", "", "", "", msh.raw(18)]
    return separator.join(fields)


def local_time(at: datetime) -> str:
    """An instant as HL7 writes it, in China with its offset."""
    return at.astimezone(CHINA_STANDARD_TIME).strftime("%Y%m%d%H%M%S%z")


def _message_type(header: Header, component: str) -> str:
    event = header.segment.component(9, 2)
    if header.version < _STRUCTURED_TYPE_SINCE or not event:
        return "ACK"
    return component.join(("ACK", event, "ACK"))


def _msa(header: Header, answer: Answer) -> str:
    fields = ["MSA", answer.code, header.segment.raw(10)]
    # ERR has no place for text before v2.5; MSA-3 has.
    text = answer.hint if answer.condition else "; ".join(answer.warnings[:_MOST_WARNINGS])
    if text and header.version < _ERR_FIELDS_SINCE:
        fields.append(_escaped(header, text))
    return header.segment.delimiters.field.join(fields)


def _err(header: Header, answer: Answer) -> str:
    delimiters = header.segment.delimiters
    place = _LOCATION.fullmatch(answer.location)
    parts = [part or "" for part in place.groups()] if place else []
    coded = (answer.condition, _CONDITIONS[answer.condition], "HL70357")
    if header.version < _ERR_FIELDS_SINCE:
        position = [*parts, "", "", ""][:3]
        error = delimiters.subcomponent.join(coded)
        return delimiters.field.join(("ERR", delimiters.component.join((*position, error))))
    location = delimiters.component.join(_erl(parts))
    error = delimiters.component.join(coded)
    details = (_escaped(header, answer.reason), _escaped(header, answer.hint))
    return delimiters.field.join(("ERR", "", location, error, "E", "", "", *details))


def _warning(header: Header, warning: str) -> str:
    """ERR of severity W (table 0516): accepted, and what should be put right at the sender."""
    delimiters = header.segment.delimiters
    location, _, hint = warning.partition(": ")
    place = _LOCATION.fullmatch(location)
    parts = [part or "" for part in place.groups()] if place else []
    located = delimiters.component.join(_erl(parts))
    accepted = delimiters.component.join(("0", "Message accepted", "HL70357"))
    return delimiters.field.join(
        ("ERR", "", located, accepted, "W", "", "", "tolerated", _escaped(header, hint))
    )


def _erl(parts: list[str]) -> list[str]:
    """ERR-2 (v2.5.1 2.A.28): segment, its sequence, field, repetition, component; no empty tail."""
    if not parts:
        return []
    segment, sequence, field, repetition, component = parts
    located = [segment, sequence or "1", field, (repetition or "1") if field else "", component]
    while not located[-1]:
        located.pop()
    return located


def _escaped(header: Header, text: str) -> str:
    return er7.escape(text, header.segment.delimiters)
