"""The check of the clinical context names every defect at once, with file, row and column."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import item_catalog
from item_catalog.defects import CatalogDefects
from item_catalog.loader import check_clinical_contexts
from tests.unit.item_catalog.clinical_context.conftest import ContextFolder


def test_packaged_context_has_no_defect(context_copy: ContextFolder) -> None:
    assert check_clinical_contexts() == []
    assert context_copy.defects() == []
    assert context_copy.load_context().editions[0].id == "context_2022"


def test_catalog_check_covers_the_context(tmp_path: Path) -> None:
    package = tmp_path / "item_catalog"
    shutil.copytree(Path(item_catalog.__file__).parent, package)
    (package / "clinical_context/data/context_2022/name_corrections.csv").unlink()
    program = "from item_catalog.loader import check_catalog; print(*check_catalog())"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "context_2022/name_corrections.csv: is missing\n"


def test_changed_name_breaks_the_pin_and_refuses_loading(context_copy: ContextFolder) -> None:
    context_copy.set_cell("restricted_techniques.csv", 2, "procedure_name", "脐血移植")
    with pytest.raises(CatalogDefects, match=r"restricted_techniques\.csv: SHA-256"):
        context_copy.load_context()


def test_all_defects_are_reported_at_once(context_copy: ContextFolder) -> None:
    context_copy.set_cell("procedure_grades.csv", 2, "grade", "5")
    context_copy.set_cell("critical_diseases.csv", 4, "code_expr", "C01 C02")
    context_copy.set_cell("core_techniques.csv", 2, "parsed", "86.99")
    for name in ("procedure_grades.csv", "critical_diseases.csv", "core_techniques.csv"):
        context_copy.repin(name)
    reasons = "\n".join(map(str, context_copy.defects()))
    assert "procedure_grades.csv, row 2, grade: 5 is not a valid Grade" in reasons
    assert "critical_diseases.csv, row 4, code_expr: 'C01 C02' is no code expression" in reasons
    assert "core_techniques.csv, row 2, parsed: the code cell reads 86.9900" in reasons


def test_missing_file_is_a_defect(context_copy: ContextFolder) -> None:
    context_copy.file("name_corrections.csv").unlink()
    (defect,) = context_copy.defects()
    assert (defect.file, defect.reason) == ("context_2022/name_corrections.csv", "is missing")


def test_folder_without_editions_is_a_defect(context_copy: ContextFolder) -> None:
    shutil.rmtree(context_copy.path / "context_2022")
    (defect,) = context_copy.defects()
    assert defect.reason == "holds no edition folder"


def test_missing_document_is_a_defect(context_copy: ContextFolder) -> None:
    context_copy.set_cell("documents.csv", 5, "id", "surgical").repin("documents.csv")
    places = [(defect.row, defect.reason) for defect in context_copy.defects()]
    assert (None, "restricted is missing") in places
    assert (5, "repeats row 2") in places


def test_group_sizes_are_counted(context_copy: ContextFolder) -> None:
    context_copy.replace("EDITION.toml", "G11 = 3", "G11 = 2")
    context_copy.replace("EDITION.toml", "core_techniques = 334", "core = 334")
    assert [(defect.column, defect.reason) for defect in context_copy.defects()] == [
        ("groups.G11", "says 2, the items are 3"),
        ("groups.core", "is no group of items"),
    ]


SPOILED = [
    ("documents.csv", 2, "id", "thesis", "id", "none of"),
    ("procedure_grades.csv", 3, "row_no", "1", "row_no", "repeats row 2"),
    ("procedure_grades.csv", 3, "source_doc", "x", "source_doc", "not the source of surgical"),
    ("procedure_grades.csv", 3, "name", "半肝切除", "name_key", "the name gives 半肝切除"),
    ("procedure_grades.csv", 3, "grade_text", "三级", "grade_text", "contradicts the grade, 四级"),
    ("interventional_grades.csv", 2, "grade", "", "grade_text", "contradicts the grade, none"),
    ("departments.csv", 2, "chapter", "普通外科", "chapter", "no chapter"),
    ("departments.csv", 2, "departments", "", "departments", "empty"),
    ("procedure_grade_conflicts.csv", 2, "grades", "2/3", "grades", "grades [2, 4]"),
    ("procedure_grade_conflicts.csv", 2, "name_key", "甲", "grades", "grades []"),
    (
        "procedure_grade_conflicts.csv",
        2,
        "name_key",
        "甲",
        "name_key",
        "结肠部分切除术 has several",
    ),
    ("procedure_crossrefs.csv", 2, "target_row", "593", "target_row", "肠套迭复位术"),
    ("procedure_crossrefs.csv", 2, "status", "dangling", "target_row", "肠扭转复位术"),
    ("procedure_crossrefs.csv", 2, "target_row", "9999", "target_row", "missing"),
    ("interventional_crosscheck.csv", 2, "grade_000", "2", "name_000", "no row has"),
    ("interventional_crosscheck.csv", 2, "name_001", "造影", "name_001", "no row has"),
    ("interventional_crosscheck.csv", 2, "agree", "true", "agree", "contradicts"),
    ("interventional_crosscheck.csv", 2, "kind", "synonym", "kind", "contradicts"),
    ("restricted_techniques.csv", 2, "icd9cm3_code", "41.06", "icd9cm3_code", "full length"),
    ("restricted_techniques.csv", 2, "icd9cm3_code", "41.0600/41.0700", "icd9cm3_code", "one code"),
    (
        "restricted_techniques.csv",
        2,
        "icd9cm3_code",
        "41.0600-41.0700",
        "icd9cm3_code",
        "one code",
    ),
    ("restricted_techniques.csv", 2, "icd9cm3_code", "41.0800", "icd9cm3_code", "repeats row 2"),
    ("restricted_techniques.csv", 2, "parsed", "41.0800", "parsed", "reads 41.0600"),
    ("restricted_techniques.csv", 2, "needs_diagnosis", "true", "needs_diagnosis", "contradicts"),
    (
        "restricted_techniques.csv",
        2,
        "diagnosis_codes",
        "F64.000",
        "diagnosis_codes",
        "no diagnosis of G01",
    ),
    ("restricted_diagnoses.csv", 2, "icd10_code", "F64.000x001", "icd10_code", "repeats row 2"),
    (
        "restricted_natures.csv",
        2,
        "icd9cm3_code",
        "39.6500x009",
        "icd9cm3_code",
        "not a restricted",
    ),
    ("critical_diseases.csv", 3, "seq", "9", "seq", "should be 2"),
    ("critical_diseases.csv", 2, "parsed", "A18", "parsed", "reads A18.800x014 & K23.0*"),
    ("critical_diseases.csv", 2, "n_alternatives", "2", "n_alternatives", "has 1"),
    ("core_techniques.csv", 2, "lines", "2", "lines", "has 1 lines"),
    ("core_techniques.csv", 2, "line_no", "2", "lines", "has 1 lines"),
    ("core_techniques.csv", 2, "connective", "unstated", "connective", "several lines"),
    ("core_techniques.csv", 2, "code_expr", "", "parsed", "no code to parse"),
    ("core_techniques.csv", 2, "code_class", "none", "code_class", "contradicts"),
    ("core_techniques.csv", 2, "code_class", "nonoperative_87_99", "code_class", "contradicts"),
    ("name_corrections.csv", 2, "name", "肩胛骨", "name", "no row of this source line"),
    (
        "name_corrections.csv",
        2,
        "suspected_reading",
        "肩四级骨楔形切骨术",
        "suspected_reading",
        "the name itself",
    ),
]


@pytest.mark.parametrize(("name", "row", "column", "value", "found", "reason"), SPOILED)
def test_spoiled_cell_is_located(
    context_copy: ContextFolder,
    name: str,
    row: int,
    column: str,
    value: str,
    found: str,
    reason: str,
) -> None:
    context_copy.set_cell(name, row, column, value).repin(name)
    defects = context_copy.defects()
    assert any(
        defect.file == f"context_2022/{name}" and defect.column == found and reason in defect.reason
        for defect in defects
    ), "\n".join(map(str, defects))
