"""Restricted techniques: exact codes, G05's diagnosis, and what may not be said."""

import pytest

from item_catalog.clinical_context.code_matching import CodeMatch
from item_catalog.clinical_context.context import ClinicalContext
from item_catalog.clinical_context.recorded_codes import diagnosis_entry
from item_catalog.clinical_context.restricted import Nature


def test_three_rows_of_ecmo_are_three_codes(context: ClinicalContext) -> None:
    found = [context.restricted.find(code) for code in ("39.6500", "39.6500x001", "39.6500x002")]
    assert [(row.technique_id, row.nature) for row in found if row is not None] == [
        ("G11", Nature.TECHNIQUE),
        ("G11", Nature.TECHNIQUE),
        ("G11", Nature.REMOVAL),
    ]
    assert context.restricted.find("39.65") is None
    assert context.restricted.find("39.6500x003") is None


def test_robot_assistance_is_an_adjunct(context: ClinicalContext) -> None:
    assert {row.nature for row in context.restricted.procedures if row.technique_id == "G10"} == {
        Nature.ADJUNCT
    }


def test_code_that_stands_alone_needs_no_diagnosis(context: ClinicalContext) -> None:
    found = context.restricted.identify("64.5x00x001")
    assert found is not None
    assert (found.match, found.procedure.sensitive) == (CodeMatch.YES, True)


@pytest.mark.parametrize(
    ("diagnoses", "match"),
    [
        ([], CodeMatch.NO),
        (["C52.x00"], CodeMatch.NO),
        (["F64.000"], CodeMatch.YES),
        (["C52.x00", "F64.000X002"], CodeMatch.YES),
        (["F64"], CodeMatch.COARSE),
        (["F64.0"], CodeMatch.COARSE),
        (["F64.900"], CodeMatch.NO),
    ],
)
def test_procedure_of_g05_needs_its_diagnosis(
    context: ClinicalContext, diagnoses: list[str], match: CodeMatch
) -> None:
    found = context.restricted.identify("70.4x01", [diagnosis_entry(code) for code in diagnoses])
    assert found is not None
    assert found.match is match


def test_unlisted_code_is_not_restricted(context: ClinicalContext) -> None:
    assert context.restricted.identify("41.0200", [diagnosis_entry("F64.000")]) is None


def test_name_is_found_exactly(context: ClinicalContext) -> None:
    (row,) = context.restricted.find_by_name("体外膜肺氧合 [ecmo] 撤离术")
    assert row.code == "39.6500x002"
    assert context.restricted.find_by_name("体外膜肺氧合") == ()


@pytest.mark.parametrize("code", ["F64.000", "f64.000X001", "F64", "F64.9", "F64.000*"])
def test_category_of_the_diagnosis_is_sensitive(context: ClinicalContext, code: str) -> None:
    assert context.restricted.is_sensitive(code)


@pytest.mark.parametrize("code", ["", "F65.000", "70.4x01", "C34.101"])
def test_other_codes_are_not_sensitive(context: ClinicalContext, code: str) -> None:
    assert not context.restricted.is_sensitive(code)


def test_sensitive_procedure_prints_nothing_of_its_technique(context: ClinicalContext) -> None:
    row = context.restricted.find("70.4x01")
    assert row is not None
    assert str(row) == "70.4x01 阴道切除术"
    for text in (str(row), repr(row)):
        assert "F64" not in text
        assert row.technique_name not in text


def test_only_g05_is_sensitive(context: ClinicalContext) -> None:
    rows = [row for row in context.restricted.procedures if row.sensitive]
    assert {row.technique_id for row in rows} == {"G05"}
    assert (len(rows), sum(row.diagnosis is not None for row in rows)) == (29, 27)
    assert [diagnosis.code for diagnosis in context.restricted.diagnoses] == [
        "F64.000",
        "F64.000x001",
        "F64.000x002",
    ]


def test_suspected_misprint_stands_beside_the_name(context: ClinicalContext) -> None:
    corrected = [row for row in context.restricted.procedures if row.correction is not None]
    (row,) = corrected
    assert (row.code, row.name) == ("04.5x00x028", "异体神经移植修复桡神经神经术")
    assert row.correction is not None
    assert row.correction.suspected_reading == "异体神经移植修复桡神经术"
