"""The patient's situation as 四（三） looks at it: diagnoses, procedures, anesthesia. Frozen.

Everything that a catalogue of the clinical context says of a diagnosis or a procedure is read once,
when the facts are built, so that a stored determination needs no catalogue to be replayed. What the
catalogue calls sensitive is never part of these facts, only what follows from it.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DiagnosisFacts:
    """A diagnosis of the visit (ICD-10), active or history.

    organ_failure: whether it is an acute organ failure of the critical diseases: `yes`, `maybe`
    (the recorded code is a category or too short to tell) or `no`. neoplasm: a listed tumor.
    """

    code: str
    name: str = ""
    onset: date | None = None
    active: bool = True
    organ_failure: str = "no"
    neoplasm: bool = False


@dataclass(frozen=True, slots=True)
class PerformedFacts:
    """A procedure that was performed (ICD-9-CM-3); day is None where it is not stated."""

    code: str
    name: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class CatalogueGrade:
    """The grades, 1 to 4, that one graded catalogue gives a procedure: lowest and highest row."""

    document: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class PlannedFacts:
    """A procedure planned at the receiving institution, and what the catalogues say of it.

    grades: one per catalogue that grades it. named: a catalogue asked has exactly this procedure.
    section: `basic_invasive` or `anesthesia` for rows of those ungraded parts, else "".
    placed: the institution's own `upper` or `lower` list. listed: `major` (major whatever the local
    grade), `restricted` (follows the local grade), `silent` (nothing of its own), None.
    core_technique: an operative core technique of cancer centers.
    """

    code: str
    name: str = ""
    day: date | None = None
    department: str = ""
    grades: tuple[CatalogueGrade, ...] = ()
    named: bool = False
    section: str = ""
    placed: str | None = None
    listed: str | None = None
    core_technique: bool = False


@dataclass(frozen=True, slots=True)
class ClinicalFacts:
    """Everything clinical about the visit; edition is the one of the clinical context used.

    infant: whether the patient is under one year old, None when that is not known.
    """

    edition: str = ""
    diagnoses: tuple[DiagnosisFacts, ...] = ()
    performed: tuple[PerformedFacts, ...] = ()
    planned: tuple[PlannedFacts, ...] = ()
    anesthesia: str = ""
    infant: bool | None = None
