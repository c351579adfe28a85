"""What hospitals say beside results: orders, patient data that changed, records that are one."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import InstitutionCode, PatientIdentifier
from gateway.canonical.lab import LocalCode
from gateway.canonical.patient import Patient
from gateway.canonical.times import EventTime


class OrderAct(StrEnum):
    """What a message says happened to an order (ORC-1 table 0119, ORC-5 table 0038).

    EXECUTED: the laboratory or the device began or finished it. NOTED: anything else, such as a
    hold; it is recorded and changes nothing.
    """

    SIGNED = "signed"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class OrderMessage:
    """One ordered item (ORC with OBR) of an institution's own physician: ORM^O01, OML^O21, OMG^O19.

    At least one of placer_order_number (ORC-2, OBR-2) and filler_order_number (ORC-3, OBR-3) is
    there. code is OBR-4 as sent; is_imaging tells which mapping it belongs to. visit_id is PV1-19,
    the visit number under which the workstation asked. acted_at is ORC-9, else MSH-7.
    """

    institution: InstitutionCode
    placer_order_number: str
    filler_order_number: str
    act: OrderAct
    code: LocalCode
    is_imaging: bool
    patient: Patient
    acted_at: EventTime | None
    visit_id: str = ""
    department: str = ""
    practitioner: str = ""

    def __post_init__(self) -> None:
        if not (self.placer_order_number or self.filler_order_number):
            raise InvalidRecord("order_number", "must not be empty")


class PatientField(StrEnum):
    """A field of `Patient` that a message can empty."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"


@dataclass(frozen=True, slots=True)
class DemographicsMessage:
    """The patient data of an institution as they are now: ADT^A04, A08 and A31.

    cleared: fields that were sent as the explicit null and so are to be emptied; a field that is
    merely absent says nothing. changed_at is EVN-2, else MSH-7.
    """

    institution: InstitutionCode
    patient: Patient
    changed_at: EventTime | None
    cleared: tuple[PatientField, ...] = ()
    visit_id: str = ""


class MergeAct(StrEnum):
    """MERGE: two records were one person. CHANGE: a person's number changed. UNLINK: they are two.

    ADT^A40, A47 and A37.
    """

    MERGE = "merge"
    CHANGE = "change"
    UNLINK = "unlink"


@dataclass(frozen=True, slots=True)
class MergeMessage:
    """Two records of one institution that become one person, or cease to be one.

    patient is the person who stays (PID); retired are the numbers that are given up (MRG-1), for
    UNLINK those of the other person (the second PID). They are never all numbers of `patient`:
    a message that says so is refused by its adapter.
    """

    institution: InstitutionCode
    act: MergeAct
    patient: Patient
    retired: tuple[PatientIdentifier, ...]
    acted_at: EventTime | None

    def __post_init__(self) -> None:
        if not self.retired:
            raise InvalidRecord("retired", "must not be empty")
        if set(self.retired) <= set(self.patient.identifiers):
            raise InvalidRecord("retired", "a record cannot be merged with itself")
