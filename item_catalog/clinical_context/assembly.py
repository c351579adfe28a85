"""Checked files of an edition → its clinical context."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from item_catalog.clinical_context.code_parser import parse_code_expression
from item_catalog.clinical_context.context import ClinicalContext
from item_catalog.clinical_context.context_files import (
    CORE_TECHNIQUES,
    CORRECTIONS,
    CRITICAL_DISEASES,
    CROSSCHECK,
    DEPARTMENTS,
    DOCUMENTS,
    GRADE_FILES,
    RESTRICTED_DIAGNOSES,
    RESTRICTED_NATURES,
    RESTRICTED_TECHNIQUES,
)
from item_catalog.clinical_context.documents import (
    CANCER_CENTER,
    RESTRICTED,
    Document,
    NameCorrection,
)
from item_catalog.clinical_context.names import name_key
from item_catalog.clinical_context.oncology import (
    CoreTechnique,
    CoreTechniques,
    CriticalDisease,
    CriticalDiseases,
)
from item_catalog.clinical_context.procedures import (
    GradeComparison,
    ProcedureGrades,
    ProcedureKey,
    ProcedureRow,
)
from item_catalog.clinical_context.restricted import (
    Nature,
    RestrictedDiagnosis,
    RestrictedProcedure,
    RestrictedTechniques,
)
from item_catalog.edition_files import EditionFiles
from item_catalog.tables import Row

_Corrections: TypeAlias = Mapping[tuple[str, int], NameCorrection]


def assemble_context(files: EditionFiles) -> ClinicalContext:
    """Build the context; the files must have passed `check.context_defects`."""
    documents = tuple(Document(**row.cells) for row in files.tables[DOCUMENTS].rows)
    corrections = tuple(NameCorrection(**row.cells) for row in files.tables[CORRECTIONS].rows)
    suspected = {(entry.source_doc, entry.source_line): entry for entry in corrections}
    sources = {document.id: document.source_doc for document in documents}
    return ClinicalContext(
        info=files.manifest.info,
        documents=documents,
        procedures=ProcedureGrades(_procedures(files, suspected), _comparisons(files)),
        restricted=_restricted(files, sources[RESTRICTED], suspected),
        critical_diseases=CriticalDiseases(
            _disease(row, suspected.get((sources[CANCER_CENTER], row["source_line"])))
            for row in files.tables[CRITICAL_DISEASES].rows
        ),
        core_techniques=CoreTechniques(
            _technique(row, suspected.get((sources[CANCER_CENTER], row["source_line"])))
            for row in files.tables[CORE_TECHNIQUES].rows
        ),
        corrections=corrections,
    )


def _procedures(files: EditionFiles, suspected: _Corrections) -> Iterator[ProcedureRow]:
    ids = {row["source_doc"]: row["id"] for row in files.tables[DOCUMENTS].rows}
    departments = {
        (row["source_doc"], row["part"], row["chapter"]): row["departments"]
        for row in files.tables[DEPARTMENTS].rows
    }
    for name in GRADE_FILES:
        for row in files.tables[name].rows:
            place = (row["source_doc"], row["part"], row["chapter"])
            yield ProcedureRow(
                key=ProcedureKey(ids[row["source_doc"]], *place[1:], row["row_no"]),
                name=row["name"],
                grade=row["grade"],
                departments=frozenset(map(name_key, departments.get(place, ()))),
                flags=row["flags"],
                source_line=row["source_line"],
                correction=_suspected(suspected, row),
            )


def _suspected(suspected: _Corrections, row: Row) -> NameCorrection | None:
    """Several rows may stand on one line of the source, so the name counts too."""
    found = suspected.get((row["source_doc"], row["source_line"]))
    return found if found is not None and found.name == row["name"] else None


def _comparisons(files: EditionFiles) -> Iterator[GradeComparison]:
    for row in files.tables[CROSSCHECK].rows:
        yield GradeComparison(
            surgical_name=row["name_000"],
            surgical_chapter=row["chapter_000"],
            surgical_grade=row["grade_000"],
            interventional_name=row["name_001"],
            interventional_chapter=row["chapter_001"],
            interventional_grade=row["grade_001"],
            kind=row["kind"],
        )


def _restricted(files: EditionFiles, source: str, suspected: _Corrections) -> RestrictedTechniques:
    tables = files.tables
    natures = {row["icd9cm3_code"]: row["nature"] for row in tables[RESTRICTED_NATURES].rows}
    diagnoses = [
        RestrictedDiagnosis(row["technique_id"], str(row["icd10_code"]), row["diagnosis_name"])
        for row in tables[RESTRICTED_DIAGNOSES].rows
    ]
    sensitive = {diagnosis.technique_id for diagnosis in diagnoses}
    procedures = (
        RestrictedProcedure(
            technique_id=row["technique_id"],
            technique_name=row["technique_name"],
            code=str(row["icd9cm3_code"]),
            name=row["procedure_name"],
            remark=row["remark"],
            diagnosis=(
                parse_code_expression("/".join(row["diagnosis_codes"]))
                if row["needs_diagnosis"]
                else None
            ),
            nature=natures.get(str(row["icd9cm3_code"]), Nature.TECHNIQUE),
            sensitive=row["technique_id"] in sensitive,
            source_line=row["source_line"],
            correction=suspected.get((source, row["source_line"])),
        )
        for row in tables[RESTRICTED_TECHNIQUES].rows
    )
    return RestrictedTechniques(procedures, diagnoses)


def _disease(row: Row, correction: NameCorrection | None) -> CriticalDisease:
    return CriticalDisease(
        seq=row["seq"],
        name=row["name"],
        diagnosis_name=row["diagnosis_name"],
        expression=row["code_expr"],
        disease_class=row["class"],
        flags=row["flags"],
        source_line=row["source_line"],
        correction=correction,
    )


def _technique(row: Row, correction: NameCorrection | None) -> CoreTechnique:
    return CoreTechnique(
        seq=row["seq"],
        line=row["line_no"],
        name=row["name"],
        procedure_name=row["procedure_name"],
        expression=row["code_expr"],
        suggested_connective=row["suggested_connective"],
        code_class=row["code_class"],
        flags=row["flags"],
        source_line=row["source_line"],
        correction=correction,
    )
