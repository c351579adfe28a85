"""Checks of the graded procedures against each other and against the reader's derived tables."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TypeAlias

from item_catalog.clinical_context.context_files import (
    CONFLICTS,
    CROSSCHECK,
    CROSSREFS,
    DEPARTMENTS,
    GRADE_FILES,
    INTERVENTIONAL_GRADES,
    PROCEDURE_GRADES,
)
from item_catalog.clinical_context.names import name_key
from item_catalog.defects import Defect
from item_catalog.edition_files import EditionFiles
from item_catalog.tables import Row

_Mismatch: TypeAlias = Iterator[tuple[str, str]]


def procedure_defects(files: EditionFiles) -> Iterator[Defect]:
    """Contradictions in and between the files about graded procedures."""
    for name in GRADE_FILES:
        for row in files.tables[name].rows:
            for column, reason in _row_reasons(row):
                yield files.defect(name, row.number, column, reason)
    yield from _department_defects(files)
    yield from _conflict_defects(files)
    yield from _crossref_defects(files)
    yield from _crosscheck_defects(files)


def _row_reasons(row: Row) -> _Mismatch:
    if row["name_key"] != name_key(row["name"]):
        yield "name_key", f"the name gives {name_key(row['name'])}"
    label = "" if row["grade"] is None else row["grade"].label
    if row["grade_text"].removesuffix("手术") != label:
        yield "grade_text", f"contradicts the grade, {label or 'none'}"


def _department_defects(files: EditionFiles) -> Iterator[Defect]:
    chapters = {
        (row["source_doc"], row["part"], row["chapter"])
        for name in GRADE_FILES
        for row in files.tables[name].rows
    }
    for row in files.tables[DEPARTMENTS].rows:
        if (row["source_doc"], row["part"], row["chapter"]) not in chapters:
            yield files.defect(DEPARTMENTS, row.number, "chapter", "is no chapter of its part")


def _conflict_defects(files: EditionFiles) -> Iterator[Defect]:
    """Names with several grades in the surgical catalogue: the table holds these and no others."""
    found = _conflicts(files)
    for row in files.tables[CONFLICTS].rows:
        grades = found.pop(row["name_key"], [])
        stated = (row["grades"], row["lowest"], row["highest"])
        if not grades or stated != ("/".join(map(str, grades)), grades[0], grades[-1]):
            reason = f"the rows of this name have the grades {grades}"
            yield files.defect(CONFLICTS, row.number, "grades", reason)
    for name in found:
        yield files.defect(CONFLICTS, None, "name_key", f"{name} has several grades too")


def _conflicts(files: EditionFiles) -> dict[str, list[int]]:
    grades: defaultdict[str, set[int]] = defaultdict(set)
    for row in files.tables[PROCEDURE_GRADES].rows:
        if row["grade"] is not None:
            grades[row["name_key"]].add(int(row["grade"]))
    return {name: sorted(found) for name, found in grades.items() if len(found) > 1}


def _crossref_defects(files: EditionFiles) -> Iterator[Defect]:
    """References of the emergency chapter quote the row they lead to; dangling ones have none."""
    rows = {
        (row["chapter"], row["row_no"]): row
        for row in reversed(files.tables[PROCEDURE_GRADES].rows)
    }
    for reference in files.tables[CROSSREFS].rows:
        target = rows.get((reference["target_chapter"], reference["target_row"]))
        quoted = ("", None) if target is None else (target["name"], target["grade"])
        dangling = reference["status"] == "dangling"
        if (reference["name"], reference["grade"]) != quoted or dangling != (target is None):
            reason = f"the row referred to is {quoted[0] or 'missing'}"
            yield files.defect(CROSSREFS, reference.number, "target_row", reason)


def _crosscheck_defects(files: EditionFiles) -> Iterator[Defect]:
    graded = {
        name: {(row["name"], row["chapter"], row["grade"]) for row in files.tables[name].rows}
        for name in GRADE_FILES
    }
    for row in files.tables[CROSSCHECK].rows:
        for column, reason in _pair_reasons(row, graded):
            yield files.defect(CROSSCHECK, row.number, column, reason)


def _pair_reasons(row: Row, graded: dict[str, set[tuple[str, str, int]]]) -> _Mismatch:
    for name, side in ((PROCEDURE_GRADES, "000"), (INTERVENTIONAL_GRADES, "001")):
        if (row[f"name_{side}"], row[f"chapter_{side}"], row[f"grade_{side}"]) not in graded[name]:
            yield f"name_{side}", "no row has this name, chapter and grade"
    if row["agree"] != (row["grade_000"] == row["grade_001"]):
        yield "agree", "contradicts the two grades"
    if (row["kind"] == "exact") != (name_key(row["name_000"]) == name_key(row["name_001"])):
        yield "kind", "contradicts the two names"
