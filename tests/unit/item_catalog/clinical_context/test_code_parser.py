"""The parser accepts what the annexes print, prints it back, and refuses everything else."""

import csv
import json

import pytest

from item_catalog.clinical_context.code_expressions import (
    Code,
    CodeExpression,
    CodeItem,
    CodeSystem,
    Layout,
)
from item_catalog.clinical_context.code_parser import (
    InvalidCodeExpression,
    parse_code_expression,
)
from tests.unit.item_catalog.clinical_context.conftest import PACKAGED


def _coded_cells(file: str, column: str) -> list[dict[str, str]]:
    with (PACKAGED / file).open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row[column]]


CELLS = [
    *((row["code_expr"], row) for row in _coded_cells("critical_diseases.csv", "code_expr")),
    *((row["code_expr"], row) for row in _coded_cells("core_techniques.csv", "code_expr")),
    *((row["icd9cm3_code"], row) for row in _coded_cells("restricted_techniques.csv", "parsed")),
]


def test_every_coded_cell_is_there() -> None:
    assert len(CELLS) == 215 + 332 + 154


def test_every_coded_cell_is_printed_back_as_it_was() -> None:
    for cell, _ in CELLS:
        assert str(parse_code_expression(cell)) == cell


def test_every_normal_form_agrees_with_the_reader() -> None:
    for cell, row in CELLS:
        expression = parse_code_expression(cell)
        assert expression.normal_form == row["parsed"]
        if "parsed_dnf" in row:
            assert _normal_table(expression) == json.loads(row["parsed_dnf"])


def _normal_table(expression: CodeExpression) -> list[list[dict[str, object]]]:
    return [[_entry(item) for item in items] for items in expression.alternatives]


def _entry(item: CodeItem) -> dict[str, object]:
    if item.high is not None:
        return {"sys": item.system, "lo": item.low.text, "hi": item.high.text}
    entry: dict[str, object] = {"sys": item.system, "code": item.low.text}
    entry["match"] = "exact" if item.low.is_full else "prefix"
    return {**entry, "asterisk": True} if item.low.asterisk else entry


def test_and_binds_tighter_than_or() -> None:
    expression = parse_code_expression("D37.1+M89360/1   /C16+ M89360/3")
    assert [len(items) for items in expression.alternatives] == [2, 2]
    assert expression.normal_form == "D37.1 & M89360/1 | C16 & M89360/3"


def test_slash_of_a_morphology_belongs_to_the_code() -> None:
    expression = parse_code_expression("M89360/1/M89360/3")
    assert [item.low.text for item in expression.items()] == ["M89360/1", "M89360/3"]


def test_short_range_ends_in_one_digit() -> None:
    (item,) = parse_code_expression("C38.1-3").items()
    assert (item.low.text, item.high) == ("C38.1", Code(CodeSystem.DIAGNOSIS, "C38.3"))
    assert item.layout.shortened


def test_brackets_and_no_break_spaces_survive() -> None:
    text = "（32.1\u00a0- 32.6 ）+17.4\t/ (42.4-42.5)\n+17.4 "
    expression = parse_code_expression(text)
    assert str(expression) == text
    assert expression.normal_form == "[32.1..32.6] & 17.4 | [42.4..42.5] & 17.4"


def test_manifestation_code_keeps_its_asterisk() -> None:
    _, manifestation = parse_code_expression("A18.800x014+K23.0*").items()
    assert manifestation.low == Code(CodeSystem.DIAGNOSIS, "K23.0", asterisk=True)


def test_layout_is_no_part_of_the_meaning() -> None:
    assert parse_code_expression("C34 /C35") == parse_code_expression("C34/ C35")
    assert parse_code_expression("C34/C35") != parse_code_expression("C35/C34")
    plain = CodeItem(Code(CodeSystem.PROCEDURE, "17.4"))
    assert plain.layout == Layout()
    assert CodeExpression(((plain,),)) == parse_code_expression(" 17.4 ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no code at 0"),
        ("   ", "no code at 3"),
        ("肺癌", "no code"),
        ("C3", "no code"),
        ("C34/", "no code at 4"),
        ("C34+", "no code at 4"),
        ("C34 C35", "unexpected sign at 4"),
        ("C34)", "unexpected sign at 3"),
        ("M8936/3", "unexpected sign"),
        ("(C34", "bracket not closed"),
        ("(C34/C35)", "bracket not closed"),
        ("((C34-C35))", "no code at 1"),
        ("C34+17.4", "mixed"),
        ("C34/32.4100", "mixed"),
        ("C34-", "no end"),
        ("C38.1-", "no end"),
        ("C38.1-x", "no end"),
        ("C38-3", "no end"),
        ("K23.0*-3", "no end"),
        ("C38.10-3", "no end"),
        ("C38.3-1", "backwards"),
        ("C85-C81", "backwards"),
        ("C34-C34.1", "differ in kind"),
        ("C34.1-32.41", "differ in kind"),
        ("M90610/3-M90650/1", "behavior"),
    ],
)
def test_other_text_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidCodeExpression, match=reason):
        parse_code_expression(text)
