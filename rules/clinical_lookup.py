"""From what was recorded of the patient to clinical facts, by the catalogues of one edition.

Lookups are by exact code or exact normalized name. A sensitive diagnosis serves to identify its
procedure and then stays outside the facts: nothing that is stored, shown or logged holds it.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from item_catalog.clinical_context.code_matching import CodeMatch
from item_catalog.clinical_context.context import ClinicalContext
from item_catalog.clinical_context.names import name_key
from item_catalog.clinical_context.oncology import CodeClass, CriticalDisease, DiseaseClass
from item_catalog.clinical_context.procedures import GradeAnswer, ProcedureKey, ProcedureRow
from item_catalog.clinical_context.recorded_codes import (
    DiagnosisEntry,
    diagnosis_entry,
    normal_code,
    procedure_event,
)
from item_catalog.clinical_context.restricted import Nature
from rules.clinical_facts import (
    CatalogueGrade,
    ClinicalFacts,
    DiagnosisFacts,
    PerformedFacts,
    PlannedFacts,
)
from rules.parameters import ParametersInForce

#: Parts of the surgical catalogue that grade nothing but say what a procedure is.
_SECTIONS: Final = (("第四部分", "anesthesia"), ("第五部分", "basic_invasive"))


@dataclass(frozen=True, slots=True)
class RecordedDiagnosis:
    """A diagnosis as the workstation sent it (ICD-10)."""

    code: str
    name: str = ""
    onset: date | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class RecordedProcedure:
    """A procedure as the workstation sent it (ICD-9-CM-3 or local code).

    placed: the institution's own list, `upper` or `lower`. rows: the catalogue rows to which the
    institution's reviewed mapping takes the local code.
    """

    code: str
    name: str = ""
    day: date | None = None
    department: str = ""
    placed: str | None = None
    rows: tuple[ProcedureKey, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedContext:
    """All that was recorded; infant: under one year old, None when the birth date is not known."""

    diagnoses: tuple[RecordedDiagnosis, ...] = ()
    performed: tuple[RecordedProcedure, ...] = ()
    planned: tuple[RecordedProcedure, ...] = ()
    anesthesia: str = ""
    infant: bool | None = None


def clinical_facts(
    recorded: RecordedContext,
    context: ClinicalContext,
    documents: Collection[str],
    parameters: ParametersInForce,
) -> ClinicalFacts:
    """What the rules look at.

    Args:
        recorded: diagnoses and procedures as sent.
        context: the edition of the clinical context in force on the day of the request.
        documents: the graded catalogues that the receiving institution uses.
        parameters: the values in force on that day; they say which restricted techniques are major.
    """
    entries = [diagnosis_entry(each.code) for each in recorded.diagnoses if each.active]
    reader = _Reader(context, tuple(documents), parameters, entries)
    return ClinicalFacts(
        edition=context.id,
        diagnoses=tuple(reader.diagnoses(recorded.diagnoses)),
        performed=tuple(
            PerformedFacts(normal_code(each.code), each.name, each.day)
            for each in recorded.performed
        ),
        planned=tuple(reader.planned(each) for each in recorded.planned),
        anesthesia=recorded.anesthesia,
        infant=recorded.infant,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """The catalogues asked for one patient."""

    context: ClinicalContext
    documents: tuple[str, ...]
    parameters: ParametersInForce
    entries: list[DiagnosisEntry]

    def diagnoses(self, recorded: Iterable[RecordedDiagnosis]) -> Iterator[DiagnosisFacts]:
        for each in recorded:
            if not self._is_sensitive(each):
                yield DiagnosisFacts(
                    normal_code(each.code),
                    each.name,
                    each.onset,
                    each.active,
                    self._organ_failure(each),
                    any(c is DiseaseClass.NEOPLASM for c, _ in self._diseases(each)),
                )

    def _is_sensitive(self, recorded: RecordedDiagnosis) -> bool:
        restricted = self.context.restricted
        names = {name_key(diagnosis.name) for diagnosis in restricted.diagnoses}
        return restricted.is_sensitive(recorded.code) or name_key(recorded.name) in names

    def _organ_failure(self, recorded: RecordedDiagnosis) -> str:
        found = [
            sure for c, sure in self._diseases(recorded) if c is DiseaseClass.ACUTE_ORGAN_FAILURE
        ]
        return "no" if not found else "yes" if any(found) else "maybe"

    def _diseases(self, recorded: RecordedDiagnosis) -> list[tuple[DiseaseClass, bool]]:
        """Classes of the critical diseases it is or may be; the name counts without a code."""
        diseases, entry = self.context.critical_diseases, diagnosis_entry(recorded.code)
        if entry.code is None:
            named: tuple[CriticalDisease, ...] = diseases.find_by_name(recorded.name)
            return [(disease.disease_class, True) for disease in named]
        return [
            (each.disease.disease_class, each.match is CodeMatch.YES and not each.by_category)
            for each in diseases.matches([entry])
        ]

    def planned(self, recorded: RecordedProcedure) -> PlannedFacts:
        answers = list(self._answers(recorded))
        rows = [row for answer in answers for row in answer.rows]
        return PlannedFacts(
            code=normal_code(recorded.code),
            name=recorded.name,
            day=recorded.day,
            department=recorded.department,
            grades=tuple(_grades(answers)),
            named=bool(rows),
            section=_section(rows),
            placed=recorded.placed,
            listed=self._listed(recorded),
            core_technique=self._is_core(recorded),
        )

    def _answers(self, recorded: RecordedProcedure) -> Iterator[GradeAnswer]:
        """A reviewed mapping decides; else every catalogue of the institution is asked by name."""
        grades = self.context.procedures
        mapped = [found for key in recorded.rows if (found := grades.grade_of_row(key))]
        if mapped:
            yield from mapped
            return
        for document in self.documents:
            found = grades.grade(document, recorded.name, recorded.department or None)
            if found is not None:
                yield found

    def _listed(self, recorded: RecordedProcedure) -> str | None:
        found = self.context.restricted.identify(recorded.code, self.entries)
        if found is None or found.match is CodeMatch.NO:
            return None
        technique = found.procedure.technique_id
        if found.procedure.nature is Nature.REMOVAL:
            return None
        if technique in self.parameters.words("techniques_major"):
            # A diagnosis too short to tell may hint, never establish.
            return "major" if found.match is CodeMatch.YES else "restricted"
        return "silent" if technique in self.parameters.words("techniques_silent") else "restricted"

    def _is_core(self, recorded: RecordedProcedure) -> bool:
        techniques = self.context.core_techniques
        by_code = techniques.matches([procedure_event(recorded.code)])
        lines = (*(each.technique for each in by_code), *techniques.find_by_name(recorded.name))
        return any(line.code_class is CodeClass.OPERATIVE for line in lines)


def _grades(answers: Iterable[GradeAnswer]) -> Iterator[CatalogueGrade]:
    for answer in answers:
        if answer.lowest is not None and answer.highest is not None:
            yield CatalogueGrade(answer.document, int(answer.lowest), int(answer.highest))


def _section(rows: Iterable[ProcedureRow]) -> str:
    parts = {row.key.part for row in rows}
    return next((s for name, s in _SECTIONS if any(p.startswith(name) for p in parts)), "")
