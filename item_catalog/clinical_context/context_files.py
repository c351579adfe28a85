"""The files of an edition of the clinical context and their columns, as the reader left them.

`name` and `code_expr` are as printed; `name_key`, `parsed` and what else is derived from them stand
beside and are checked against our own reading.
"""

from collections.abc import Mapping
from typing import Final

from item_catalog.clinical_context.code_parser import parse_code_expression
from item_catalog.clinical_context.documents import (
    CANCER_CENTER,
    INTERVENTIONAL,
    RESTRICTED,
    SURGICAL,
)
from item_catalog.clinical_context.oncology import CodeClass, DiseaseClass
from item_catalog.clinical_context.procedures import Grade
from item_catalog.clinical_context.restricted import Nature
from item_catalog.tables import (
    Columns,
    filled,
    listing,
    member_of,
    number,
    one_of,
    optional,
    truth,
)

DOCUMENTS: Final = "documents.csv"
PROCEDURE_GRADES: Final = "procedure_grades.csv"
INTERVENTIONAL_GRADES: Final = "interventional_grades.csv"
DEPARTMENTS: Final = "departments.csv"
CONFLICTS: Final = "procedure_grade_conflicts.csv"
CROSSREFS: Final = "procedure_crossrefs.csv"
CROSSCHECK: Final = "interventional_crosscheck.csv"
RESTRICTED_TECHNIQUES: Final = "restricted_techniques.csv"
RESTRICTED_DIAGNOSES: Final = "restricted_diagnoses.csv"
RESTRICTED_NATURES: Final = "restricted_natures.csv"
CRITICAL_DISEASES: Final = "critical_diseases.csv"
CORE_TECHNIQUES: Final = "core_techniques.csv"
CORRECTIONS: Final = "name_corrections.csv"
GRADE_FILES: Final = (PROCEDURE_GRADES, INTERVENTIONAL_GRADES)


def _grade(text: str) -> Grade:
    return Grade(number(text))


def _count(text: str) -> int:
    return 0 if text == "0" else number(text)


_GRADE_COLUMNS: Final[Columns] = {
    "source_doc": filled,
    "part": str,
    "chapter": filled,
    "seq": str,
    "name": filled,
    "grade": optional(_grade),
    "note": str,
    "section": str,
    "department": str,
    "row_no": number,
    "grade_text": str,
    "name_key": filled,
    "flags": listing,
    "source_line": number,
}

COLUMNS: Final[Mapping[str, Columns]] = {
    DOCUMENTS: {
        "id": one_of(SURGICAL, INTERVENTIONAL, CANCER_CENTER, RESTRICTED),
        "source_doc": filled,
        "title": filled,
        "diagnosis_edition": optional(str),
        "procedure_edition": optional(str),
        "remark": str,
    },
    PROCEDURE_GRADES: _GRADE_COLUMNS,
    INTERVENTIONAL_GRADES: _GRADE_COLUMNS,
    DEPARTMENTS: {
        "source_doc": filled,
        "part": str,
        "chapter": filled,
        "departments": lambda text: listing(filled(text)),
    },
    CONFLICTS: {
        "name_key": filled,
        "grades": filled,
        "lowest": _grade,
        "highest": _grade,
        "scope": one_of("cross_chapter", "in_chapter"),
        "occurrences": filled,
    },
    CROSSREFS: {
        "source_doc": filled,
        "source_line": number,
        "chapter": filled,
        "label": filled,
        "item": filled,
        "target_chapter": filled,
        "target_row": number,
        "status": one_of("ok", "repeated", "dangling"),
        "name": str,
        "grade": optional(_grade),
    },
    CROSSCHECK: {
        "name_000": filled,
        "chapter_000": filled,
        "grade_000": _grade,
        "name_001": filled,
        "chapter_001": filled,
        "grade_001": _grade,
        "kind": one_of("exact", "synonym"),
        "agree": truth,
    },
    RESTRICTED_TECHNIQUES: {
        "technique_id": filled,
        "technique_name": filled,
        "icd9cm3_code": parse_code_expression,
        "procedure_name": filled,
        "remark": str,
        "needs_diagnosis": truth,
        "diagnosis_codes": listing,
        "parsed": filled,
        "flags": listing,
        "source_line": number,
    },
    RESTRICTED_DIAGNOSES: {
        "technique_id": filled,
        "icd10_code": parse_code_expression,
        "diagnosis_name": filled,
        "source_line": number,
    },
    RESTRICTED_NATURES: {
        "icd9cm3_code": filled,
        "nature": member_of(Nature),
        "ground": filled,
    },
    CRITICAL_DISEASES: {
        "seq": number,
        "name": filled,
        "diagnosis_name": filled,
        "code_expr": parse_code_expression,
        "parsed": filled,
        "parsed_dnf": filled,
        "n_alternatives": number,
        "class": member_of(DiseaseClass),
        "flags": listing,
        "source_line": number,
    },
    CORE_TECHNIQUES: {
        "seq": number,
        "line_no": number,
        "name": filled,
        "procedure_name": str,
        "code_expr": optional(parse_code_expression),
        "parsed": str,
        "parsed_dnf": str,
        "n_alternatives": _count,
        "lines": number,
        "connective": one_of("", "unstated"),
        "suggested_connective": one_of("", "AND", "OR", "1 AND (2 OR 3)"),
        "code_class": member_of(CodeClass),
        "flags": listing,
        "source_line": number,
    },
    CORRECTIONS: {
        "source_doc": filled,
        "source_line": number,
        "name": filled,
        "suspected_reading": filled,
        "reason": filled,
        "confidence": one_of("high", "medium", "low"),
    },
}
