"""What the physician's workstation asks: visit, order lines, clinical context."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.patient import Patient


class VisitClass(StrEnum):
    """Kind of visit (PV1-2)."""

    OUTPATIENT = "outpatient"
    INPATIENT = "inpatient"
    EMERGENCY = "emergency"


class VisitPurpose(StrEnum):
    """Why the patient came; appraisals are the ninth exception (四（三）9)."""

    TREATMENT = "treatment"
    FORENSIC = "forensic"
    DISABILITY = "disability"
    RETIREMENT = "retirement"


class Trigger(StrEnum):
    """The moment of asking: on arrival everything held is listed, at ordering lines are matched."""

    ARRIVAL = "arrival"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Visit:
    """The visit that is the legal basis of the access. triage is 1 (most urgent) to 4 or 5."""

    id: str
    visit_class: VisitClass | None = None
    purpose: VisitPurpose | None = None
    rescue: bool = False
    triage: int | None = None


@dataclass(frozen=True, slots=True)
class DeclaredException:
    """An exception of 四（三） that the physician invokes on an order line (E01–E10)."""

    code: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One draft order: a catalogue code, or a local code of the ordering institution."""

    id: str
    item_code: str | None = None
    local_code: str | None = None
    declared: tuple[DeclaredException, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis of the visit (ICD-10 code), active or history."""

    code: str
    name: str = ""
    onset: date | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Procedure:
    """A planned or performed procedure (ICD-9-CM-3 code)."""

    code: str
    name: str = ""
    day: date | None = None
    department: str = ""


@dataclass(frozen=True, slots=True)
class ClinicalContext:
    """What exceptions E01–E03 look at."""

    diagnoses: tuple[Diagnosis, ...] = ()
    planned_procedures: tuple[Procedure, ...] = ()
    performed_procedures: tuple[Procedure, ...] = ()
    anaesthesia: str | None = None
    blood_request: bool = False


@dataclass(frozen=True, slots=True)
class ReminderRequest:
    """A question of the workstation at arrival or at ordering."""

    institution: InstitutionCode
    visit: Visit
    patient: Patient
    trigger: Trigger
    department: str = ""
    practitioner: str = ""
    orders: tuple[OrderLine, ...] = ()
    context: ClinicalContext = field(default_factory=ClinicalContext)
