"""What adapters hand to the intake, and what they get back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.imaging import ImagingInstance, ImagingReport
from gateway.canonical.lab import LabReport
from gateway.canonical.messages import DemographicsMessage, MergeMessage, OrderMessage

Report = LabReport | ImagingReport


@dataclass(frozen=True, slots=True)
class Submission:
    """One message that was read without fault.

    control_id is MSH-10; is_test is MSH-11 T or D: stored apart, never recognised nor counted.
    raw is the message as received; warnings are tolerated deviations to show to the sender.
    A message fills one of reports, orders, demographics and merges; the others are empty.
    """

    institution: InstitutionCode
    sending_application: str
    control_id: str
    raw: bytes
    received_at: datetime
    reports: tuple[Report, ...]
    is_test: bool = False
    charset: str = ""
    warnings: tuple[str, ...] = ()
    orders: tuple[OrderMessage, ...] = ()
    demographics: tuple[DemographicsMessage, ...] = ()
    merges: tuple[MergeMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Bytes that could not be taken, kept with the reason for the sender and for replay.

    protocol: `hl7v2` or `dicom`; reason is a stable code; location is the place in the protocol's
    own words (`OBX[3]-5`, `(0010,0020)`); hint says what to do.
    """

    protocol: str
    raw: bytes
    received_at: datetime
    reason: str
    location: str = ""
    hint: str = ""
    institution: InstitutionCode | None = None
    control_id: str = ""


class ReceiptStatus(StrEnum):
    """How the intake ended for one submission."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submission; given only after the commit.

    STORED and DUPLICATE are acknowledged positively. REFUSED is a fault of the content (kept in
    quarantine); FAILED is our own trouble, and the sender should try again.
    """

    status: ReceiptStatus
    reason: str = ""
    location: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """An instance whose file is already durable, with the name under which the archive keeps it."""

    instance: ImagingInstance
    object_name: str
    received_at: datetime


#: The hand-over from an HL7 adapter; returns after the commit.
ReceiveSubmission = Callable[[Submission], Awaitable[Receipt]]
#: Keeps what could not be taken; returns after the commit.
Quarantine = Callable[[Quarantined], Awaitable[None]]
#: The hand-over of received instances (a small batch, idempotent by SOP Instance UID).
ReceiveInstances = Callable[[tuple[StoredInstance, ...]], Awaitable[None]]
