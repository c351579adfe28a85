"""Critical diseases and core techniques: two capability lists for accrediting cancer centers.

Being on a list, or not, says what a center must be able to treat; it says nothing of urgency but
for the nine rows of acute organ failure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from item_catalog.clinical_context.code_expressions import CodeExpression
from item_catalog.clinical_context.code_matching import (
    MORPHOLOGY_GROUP,
    CodeMatch,
    group_of,
    groups,
    match_diagnoses,
    match_procedures,
)
from item_catalog.clinical_context.documents import NameCorrection
from item_catalog.clinical_context.names import name_key
from item_catalog.clinical_context.recorded_codes import DiagnosisEntry


class DiseaseClass(StrEnum):
    """The reader's judgement of a row of annex 1."""

    NEOPLASM = "neoplasm"
    ACUTE_ORGAN_FAILURE = "acute_organ_failure"
    NON_NEOPLASTIC_OTHER = "non_neoplastic_other"
    TREATMENT_ENCOUNTER = "treatment_encounter"


class CodeClass(StrEnum):
    """Chapters of ICD-9-CM-3 in which a line of annex 2 lies; NONE where it has no code."""

    OPERATIVE = "operative_00_86"
    NON_OPERATIVE = "nonoperative_87_99"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CriticalDisease:
    """A row of annex 1: disease, diagnosis and its code expression (ICD-10, edition 2.0)."""

    seq: int
    name: str
    diagnosis_name: str
    expression: CodeExpression
    disease_class: DiseaseClass
    flags: tuple[str, ...]
    source_line: int
    correction: NameCorrection | None = None

    @property
    def names(self) -> tuple[str, str]:
        """The names it is found by."""
        return self.name, self.diagnosis_name


@dataclass(frozen=True, slots=True)
class CoreTechnique:
    """A line of annex 2 (ICD-9-CM-3, edition 2.0); `expression` is None for the 15 without code.

    Ten techniques (`seq`) have several lines, which the source joins neither by AND nor by OR:
    `suggested_connective` is the reader's, and each line answers for itself.
    """

    seq: int
    line: int
    name: str
    procedure_name: str
    expression: CodeExpression | None
    suggested_connective: str
    code_class: CodeClass
    flags: tuple[str, ...]
    source_line: int
    correction: NameCorrection | None = None

    @property
    def names(self) -> tuple[str, str]:
        """The names it is found by."""
        return self.name, self.procedure_name


@dataclass(frozen=True, slots=True)
class DiseaseMatch:
    """A row that recorded diagnoses match or may match.

    `by_category`: the match rests on a recorded code that is a category (C34), no full diagnosis.
    """

    disease: CriticalDisease
    match: CodeMatch
    by_category: bool


@dataclass(frozen=True, slots=True)
class TechniqueMatch:
    """A line that recorded operations match or may match."""

    technique: CoreTechnique
    match: CodeMatch


class _Row(Protocol):
    @property
    def names(self) -> tuple[str, str]: ...
    @property
    def expression(self) -> CodeExpression | None: ...


Listed = TypeVar("Listed", bound=_Row)


class _ListedRows(Generic[Listed]):
    """Rows by name and by the groups their codes lie in, in printed order."""

    __slots__ = ("_by_group", "_by_name", "rows")

    def __init__(self, rows: Iterable[Listed]) -> None:
        self.rows = tuple(rows)
        self._by_name = _numbered((set(map(name_key, row.names)) - {""}) for row in self.rows)
        self._by_group = _numbered(
            groups(row.expression) if row.expression is not None else () for row in self.rows
        )

    def find_by_name(self, name: str) -> tuple[Listed, ...]:
        """The rows of which one of the two names is exactly this one."""
        return tuple(self.rows[at] for at in self._by_name.get(name_key(name), ()))

    def _in_groups(self, wanted: Iterable[str]) -> list[Listed]:
        found = {at for group in wanted for at in self._by_group.get(group, ())}
        return [self.rows[at] for at in sorted(found)]


class CriticalDiseases(_ListedRows[CriticalDisease]):
    """Annex 1, ready for lookup; immutable after construction."""

    __slots__ = ()

    def matches(self, entries: Collection[DiagnosisEntry]) -> tuple[DiseaseMatch, ...]:
        """Every row that the recorded diagnoses match or may match, in printed order."""
        wanted = {group_of(entry.code) for entry in entries if entry.code is not None}
        if any(entry.morphology is not None for entry in entries):
            wanted.add(MORPHOLOGY_GROUP)
        full = [entry for entry in entries if entry.is_full]
        found = []
        for disease in self._in_groups(wanted):
            match = match_diagnoses(disease.expression, entries)
            if match is not CodeMatch.NO:
                by_category = match_diagnoses(disease.expression, full) < match
                found.append(DiseaseMatch(disease, match, by_category))
        return tuple(found)


class CoreTechniques(_ListedRows[CoreTechnique]):
    """Annex 2, ready for lookup; immutable after construction."""

    __slots__ = ()

    def matches(self, events: Collection[Collection[str]]) -> tuple[TechniqueMatch, ...]:
        """Every line that the recorded operations match or may match, in printed order."""
        candidates = self._in_groups({group_of(code) for event in events for code in event})
        matched = (
            TechniqueMatch(line, match_procedures(line.expression, events))
            for line in candidates
            if line.expression is not None
        )
        return tuple(found for found in matched if found.match is not CodeMatch.NO)


def _numbered(keys_of_rows: Iterable[Iterable[str]]) -> Mapping[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, keys in enumerate(keys_of_rows):
        for key in keys:
            found[key].append(at)
    return {key: tuple(places) for key, places in found.items()}
