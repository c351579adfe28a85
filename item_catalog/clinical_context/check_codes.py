"""Checks of the coded tables: normal forms, classes, numbering, and G05's diagnoses."""

from collections import Counter
from collections.abc import Iterator
from typing import Final, TypeAlias

from item_catalog.clinical_context.code_expressions import CodeExpression
from item_catalog.clinical_context.context_files import (
    CORE_TECHNIQUES,
    CRITICAL_DISEASES,
    RESTRICTED_DIAGNOSES,
    RESTRICTED_NATURES,
    RESTRICTED_TECHNIQUES,
)
from item_catalog.clinical_context.oncology import CodeClass
from item_catalog.defects import Defect
from item_catalog.edition_files import EditionFiles
from item_catalog.tables import Row

_LAST_OPERATIVE: Final = "86"
_Mismatch: TypeAlias = Iterator[tuple[str, str]]


def code_defects(files: EditionFiles) -> Iterator[Defect]:
    """Contradictions in and between the coded files."""
    for row in files.tables[CRITICAL_DISEASES].rows:
        yield from _located(files, CRITICAL_DISEASES, row, _disease_reasons(row))
    lines = Counter(row["seq"] for row in files.tables[CORE_TECHNIQUES].rows)
    for row in files.tables[CORE_TECHNIQUES].rows:
        yield from _located(files, CORE_TECHNIQUES, row, _technique_reasons(row, lines))
    diagnoses = {
        (row["technique_id"], str(row["icd10_code"]))
        for row in files.tables[RESTRICTED_DIAGNOSES].rows
    }
    for row in files.tables[RESTRICTED_TECHNIQUES].rows:
        yield from _located(files, RESTRICTED_TECHNIQUES, row, _restricted_reasons(row, diagnoses))
    yield from _nature_defects(files)


def _located(files: EditionFiles, name: str, row: Row, reasons: _Mismatch) -> Iterator[Defect]:
    for column, reason in reasons:
        yield files.defect(name, row.number, column, reason)


def _disease_reasons(row: Row) -> _Mismatch:
    if row["seq"] != row.number - 1:
        yield "seq", f"should be {row.number - 1}"
    yield from _expression_reasons(row, row["code_expr"])


def _technique_reasons(row: Row, lines: Counter[int]) -> _Mismatch:
    if not 1 <= row["line_no"] <= row["lines"] == lines[row["seq"]]:
        yield "lines", f"technique {row['seq']} has {lines[row['seq']]} lines"
    if (row["connective"] == "unstated") != (row["lines"] > 1):
        yield "connective", "is open for several lines and for these only"
    expression = row["code_expr"]
    if expression is not None:
        yield from _expression_reasons(row, expression)
    elif (row["parsed"], row["n_alternatives"]) != ("", 0):
        yield "parsed", "there is no code to parse"
    if row["code_class"] is not _code_class(expression):
        yield "code_class", "contradicts the chapters of the codes"


def _expression_reasons(row: Row, expression: CodeExpression) -> _Mismatch:
    if row["parsed"] != expression.normal_form:
        yield "parsed", f"the code cell reads {expression.normal_form}"
    if row["n_alternatives"] != len(expression.alternatives):
        yield "n_alternatives", f"the code cell has {len(expression.alternatives)}"


def _code_class(expression: CodeExpression | None) -> CodeClass:
    if expression is None:
        return CodeClass.NONE
    operative = all(item.low.text[:2] <= _LAST_OPERATIVE for item in expression.items())
    return CodeClass.OPERATIVE if operative else CodeClass.NON_OPERATIVE


def _restricted_reasons(row: Row, diagnoses: set[tuple[str, str]]) -> _Mismatch:
    """Codes are looked up as they stand, so each cell is one full code."""
    items = list(row["icd9cm3_code"].items())
    if len(items) != 1 or items[0].high is not None or not items[0].low.is_full:
        yield "icd9cm3_code", "must be one code of full length"
    if row["parsed"] != row["icd9cm3_code"].normal_form:
        yield "parsed", f"the code cell reads {row['icd9cm3_code'].normal_form}"
    if row["needs_diagnosis"] != bool(row["diagnosis_codes"]):
        yield "needs_diagnosis", "contradicts diagnosis_codes"
    for code in row["diagnosis_codes"]:
        if (row["technique_id"], code) not in diagnoses:
            yield "diagnosis_codes", f"{code} is no diagnosis of {row['technique_id']}"


def _nature_defects(files: EditionFiles) -> Iterator[Defect]:
    listed = {str(row["icd9cm3_code"]) for row in files.tables[RESTRICTED_TECHNIQUES].rows}
    for row in files.tables[RESTRICTED_NATURES].rows:
        if row["icd9cm3_code"] not in listed:
            reason = f"{row['icd9cm3_code']} is not a restricted technique"
            yield files.defect(RESTRICTED_NATURES, row.number, "icd9cm3_code", reason)
