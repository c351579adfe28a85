"""Laboratory reports and their results."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.canonical.attachment import Attachment
from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.patient import Patient
from gateway.canonical.times import EventTime

#: HL7 table 0078 values that announce a critical value (危急值).
CRITICAL_FLAGS = frozenset({"HH", "LL", "AA"})
#: Coding system of a local code that is itself a catalogue code (interfaces, sender table).
CATALOGUE_CODING_SYSTEM = "ZJHR"


class ReportStatus(StrEnum):
    """Status of a report version (HL7 table 0123; 四（一） needs final or corrected)."""

    REGISTERED = "registered"
    PRELIMINARY = "preliminary"
    FINAL = "final"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    WRONG_PATIENT = "wrong_patient"


class ResultStatus(StrEnum):
    """Status of one result (HL7 table 0085)."""

    REGISTERED = "registered"
    PRELIMINARY = "preliminary"
    FINAL = "final"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    WRONG_PATIENT = "wrong_patient"


@dataclass(frozen=True, slots=True)
class LocalCode:
    """A code of the sender's own, with its name and coding system as sent ("" when absent)."""

    code: str
    name: str = ""
    coding_system: str = ""


@dataclass(frozen=True, slots=True)
class LabResult:
    """One result (OBX) as sent; nothing is converted.

    order: what the result was reported under (OBR-4); code: what was measured (OBX-3).
    value, unit and reference_range are the sender's texts; detection_system and method are None
    when not stated; performing_institution is the laboratory's code as sent, None = the reporting
    one.
    """

    order: LocalCode
    code: LocalCode
    value: str
    unit: str = ""
    reference_range: str = ""
    abnormal_flags: tuple[str, ...] = ()
    status: ResultStatus = ResultStatus.FINAL
    value_type: str = ""
    sub_id: str = ""
    detection_system: str | None = None
    method: str | None = None
    performing_institution: InstitutionCode | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_critical(self) -> bool:
        """Whether the sender marked a critical value (危急值)."""
        return not CRITICAL_FLAGS.isdisjoint(self.abnormal_flags)


@dataclass(frozen=True, slots=True)
class LabReport:
    """A laboratory report as one message states it.

    Identity is (institution, filler_order_number); the version is given at intake.
    message_at is when the sender made the message (MSH-7); file_number is the 档案号 of 四（二）.
    """

    institution: InstitutionCode
    filler_order_number: str
    file_number: str
    patient: Patient
    status: ReportStatus
    results: tuple[LabResult, ...]
    collected_at: EventTime | None
    received_at: EventTime | None
    issued_at: EventTime | None
    message_at: EventTime | None
    placer_order_number: str = ""
    department: str = ""
    specimen: str = ""
    notes: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        if not self.filler_order_number:
            raise InvalidRecord("filler_order_number", "must not be empty")
