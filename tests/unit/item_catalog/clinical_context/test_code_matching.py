"""Recorded codes against expressions: the rules stated with the grammar, one by one."""

import pytest

from item_catalog.clinical_context.code_matching import (
    MORPHOLOGY_GROUP,
    CodeMatch,
    group_of,
    groups,
    match_diagnoses,
    match_procedures,
)
from item_catalog.clinical_context.code_parser import parse_code_expression
from item_catalog.clinical_context.recorded_codes import diagnosis_entry, procedure_event

NO, COARSE, YES = CodeMatch.NO, CodeMatch.COARSE, CodeMatch.YES


@pytest.mark.parametrize(
    ("expression", "recorded", "match"),
    [
        ("C34", "C34.100x003", YES),
        ("C34", "C34", YES),
        ("C34", "C35", NO),
        ("C34.1", "C34.101", YES),
        ("C34.1", "C34.201", NO),
        ("C34.1", "C34", COARSE),
        ("C34.801", "C34.801", YES),
        ("C34.801", "C34.801x001", NO),
        ("C34.800x001", "C34.800x002", NO),
        ("C24.000x007", "C24", COARSE),
        ("C24.000x007", "C24.0", COARSE),
        ("N61.x06", "N61.x06", YES),
        ("N61.x06", "N61", COARSE),
        ("K23.0*", "K23.0", YES),
        ("C18-C20", "C19", YES),
        ("C18-C20", "C20.x00", YES),
        ("C18-C20", "C21.000", NO),
        ("C18-C20", "C17.900", NO),
        ("C38.1-3", "C38.200", YES),
        ("C38.1-3", "C38.400", NO),
        ("C38.1-3", "C38", COARSE),
        ("C79.201-C79.203", "C79.202", YES),
        ("C79.201-C79.203", "C79.204", NO),
        ("C79.201-C79.203", "C79.202x001", NO),
        ("C79.201-C79.203", "C79.2", COARSE),
        ("C79.201-C79.203", "C79.3", NO),
        ("C43/C44", "C44.500", YES),
        ("C34.1/C34.201", "C34.2", COARSE),
        ("C34", "肺癌", NO),
    ],
)
def test_diagnosis_against_expression(expression: str, recorded: str, match: CodeMatch) -> None:
    entries = [diagnosis_entry(recorded)]
    assert match_diagnoses(parse_code_expression(expression), entries) is match


@pytest.mark.parametrize(
    ("expression", "code", "morphology", "match"),
    [
        ("C16+M89360/3", "C16.900", "M89360/3", YES),
        ("C16+M89360/3", "C16.900", "M8936/3", YES),
        ("C16+M89360/3", "C16.900", "M89361/3", NO),
        ("C16+M89360/3", "C16.900", "M89360/1", NO),
        ("C16+M89360/3", "C16.900", None, COARSE),
        ("C16+M89360/3", "C17.900", "M89360/3", NO),
        ("C16+M89360/3", "", "M89360/3", NO),
        ("M89360/3", "C16.900", None, NO),
        ("M89360/3", "", "M8936/3", YES),
        ("M82402/1", "", "M8240/1", COARSE),
        ("M82402/1", "", "M82402/1", YES),
        ("M82402/1", "", "M8241/1", NO),
        ("M80410/3-M80453/3", "", "M80420/3", YES),
        ("M80410/3-M80453/3", "", "M8045/3", YES),
        ("M80410/3-M80453/3", "", "M80454/3", NO),
        ("M80412/3-M80453/3", "", "M8041/3", COARSE),
    ],
)
def test_morphology_against_expression(
    expression: str, code: str, morphology: str | None, match: CodeMatch
) -> None:
    entries = [diagnosis_entry(code, morphology)]
    assert match_diagnoses(parse_code_expression(expression), entries) is match


def test_site_and_morphology_come_from_one_tumor() -> None:
    expression = parse_code_expression("C16+M89360/3")
    apart = [diagnosis_entry("C16.900", "M81400/3"), diagnosis_entry("C17.900", "M89360/3")]
    assert match_diagnoses(expression, apart) is NO
    assert match_diagnoses(expression, [*apart, diagnosis_entry("C16.2")]) is COARSE


def test_etiology_and_manifestation_are_two_entries() -> None:
    expression = parse_code_expression("A18.800x014+K23.0*")
    both = [diagnosis_entry("A18.800x014"), diagnosis_entry("K23.0*")]
    assert match_diagnoses(expression, both) is YES
    assert match_diagnoses(expression, both[:1]) is NO
    assert match_diagnoses(expression, []) is NO


def test_conjunction_of_procedures_is_met_in_one_operation() -> None:
    expression = parse_code_expression("（32.1-32.6）+17.4/（42.4-42.5）+17.4")
    assert match_procedures(expression, [procedure_event("32.4100", "17.4500")]) is YES
    assert match_procedures(expression, [procedure_event("42.4", "17.4")]) is YES
    apart = [procedure_event("32.4100"), procedure_event("17.4500")]
    assert match_procedures(expression, apart) is NO
    assert match_procedures(expression, [procedure_event()]) is NO
    assert match_procedures(expression, []) is NO


def test_removal_of_ecmo_is_not_ecmo() -> None:
    expression = parse_code_expression("39.6500")
    assert match_procedures(expression, [procedure_event("39.6500")]) is YES
    assert match_procedures(expression, [procedure_event("39.6500x002")]) is NO
    assert match_procedures(expression, [procedure_event("39.65")]) is COARSE


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("C34.1", {"C34"}),
        ("C98-D01", {"C98", "C99", "D00", "D01"}),
        ("32.20/50.23-51.26", {"32", "50", "51"}),
        ("C16+M89360/3", {"C16"}),
        ("M89360/3", {MORPHOLOGY_GROUP}),
    ],
)
def test_groups_hold_every_match(expression: str, expected: set[str]) -> None:
    assert groups(parse_code_expression(expression)) == expected


def test_group_of_a_code_is_its_category() -> None:
    assert group_of("C34.101") == "C34"
    assert group_of("32.4100") == "32"
