"""Checks of an edition of the clinical context; every check yields all its defects.

The derived columns of the reader (keys, normal forms, conflicts, cross-checks) are computed again
from the printed ones, so neither our reading nor the reader's can drift unseen.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from item_catalog.check_files import (
    Key,
    group_defects,
    in_file_order,
    pin_defects,
    uniqueness_defects,
)
from item_catalog.clinical_context.check_codes import code_defects
from item_catalog.clinical_context.check_procedures import procedure_defects
from item_catalog.clinical_context.context_files import (
    COLUMNS,
    CORE_TECHNIQUES,
    CORRECTIONS,
    CRITICAL_DISEASES,
    DEPARTMENTS,
    DOCUMENTS,
    GRADE_FILES,
    INTERVENTIONAL_GRADES,
    PROCEDURE_GRADES,
    RESTRICTED_DIAGNOSES,
    RESTRICTED_NATURES,
    RESTRICTED_TECHNIQUES,
)
from item_catalog.clinical_context.documents import (
    CANCER_CENTER,
    INTERVENTIONAL,
    RESTRICTED,
    SURGICAL,
)
from item_catalog.defects import Defect
from item_catalog.edition_files import EditionFiles

_OWNERS: Final = (
    (SURGICAL, (PROCEDURE_GRADES,)),
    (INTERVENTIONAL, (INTERVENTIONAL_GRADES,)),
    (CANCER_CENTER, (CRITICAL_DISEASES, CORE_TECHNIQUES)),
    (RESTRICTED, (RESTRICTED_TECHNIQUES,)),
)
_KEYS: Final[tuple[Key, ...]] = (
    (DOCUMENTS, "id", lambda row: row["id"]),
    (DOCUMENTS, "source_doc", lambda row: row["source_doc"]),
    *(
        (name, "row_no", lambda row: (row["part"], row["chapter"], row["row_no"]))
        for name in GRADE_FILES
    ),
    (DEPARTMENTS, "chapter", lambda row: (row["source_doc"], row["part"], row["chapter"])),
    (RESTRICTED_TECHNIQUES, "icd9cm3_code", lambda row: str(row["icd9cm3_code"])),
    (RESTRICTED_DIAGNOSES, "icd10_code", lambda row: str(row["icd10_code"])),
    (RESTRICTED_NATURES, "icd9cm3_code", lambda row: row["icd9cm3_code"]),
    (CRITICAL_DISEASES, "seq", lambda row: row["seq"]),
    (CORE_TECHNIQUES, "line_no", lambda row: (row["seq"], row["line_no"])),
    (CORRECTIONS, "source_line", lambda row: (row["source_doc"], row["source_line"])),
)


def context_defects(files: EditionFiles) -> list[Defect]:
    """Everything wrong with one edition whose files could be read, in the order of the files."""
    defects = [
        *pin_defects(files),
        *group_defects(files, _group_sizes(files)),
        *uniqueness_defects(files, _KEYS),
        *_document_defects(files),
        *_correction_defects(files),
        *procedure_defects(files),
        *code_defects(files),
    ]
    return in_file_order(defects, COLUMNS)


def _group_sizes(files: EditionFiles) -> dict[str, int]:
    sizes: Counter[str] = Counter()
    for document, names in _OWNERS[:2]:
        for row in files.tables[names[0]].rows:
            grade = "ungraded" if row["grade"] is None else f"grade_{row['grade']}"
            sizes[f"{document}_{grade}"] += 1
    sizes.update(row["technique_id"] for row in files.tables[RESTRICTED_TECHNIQUES].rows)
    sizes.update(str(row["class"]) for row in files.tables[CRITICAL_DISEASES].rows)
    sizes.update(f"core_{row['code_class']}" for row in files.tables[CORE_TECHNIQUES].rows)
    sizes["core_techniques"] = len({row["seq"] for row in files.tables[CORE_TECHNIQUES].rows})
    return dict(sizes)


def _document_defects(files: EditionFiles) -> Iterator[Defect]:
    """All four documents are here, and the graded rows name the one they stand in."""
    sources = {row["id"]: row["source_doc"] for row in files.tables[DOCUMENTS].rows}
    for document, names in _OWNERS:
        if document not in sources:
            yield files.defect(DOCUMENTS, None, "id", f"{document} is missing")
            continue
        for name in set(names) & set(GRADE_FILES):
            for row in files.tables[name].rows:
                if row["source_doc"] != sources[document]:
                    reason = f"is not the source of {document}"
                    yield files.defect(name, row.number, "source_doc", reason)


def _correction_defects(files: EditionFiles) -> Iterator[Defect]:
    """A suspected misprint quotes a name that stands on its line of the source."""
    sources = {row["id"]: row["source_doc"] for row in files.tables[DOCUMENTS].rows}
    printed = {
        (sources.get(document), row["source_line"], row[column])
        for document, names in _OWNERS
        for name in names
        for row in files.tables[name].rows
        for column in ("name", "procedure_name")
        if column in row.cells
    }
    for row in files.tables[CORRECTIONS].rows:
        if (row["source_doc"], row["source_line"], row["name"]) not in printed:
            reason = "no row of this source line has this name"
            yield files.defect(CORRECTIONS, row.number, "name", reason)
        if row["name"] == row["suspected_reading"]:
            yield files.defect(CORRECTIONS, row.number, "suspected_reading", "is the name itself")
