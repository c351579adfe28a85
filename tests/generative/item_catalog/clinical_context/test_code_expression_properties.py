"""Any expression of the grammar is printed back as it was, and means the same in any layout."""

import string

from hypothesis import given
from hypothesis import strategies as st

from item_catalog.clinical_context.code_expressions import CodeExpression, CodeItem
from item_catalog.clinical_context.code_matching import (
    MORPHOLOGY_GROUP,
    CodeMatch,
    group_of,
    groups,
    match_diagnoses,
    match_procedures,
)
from item_catalog.clinical_context.code_parser import (
    InvalidCodeExpression,
    parse_code_expression,
)
from item_catalog.clinical_context.oncology import CriticalDiseases
from item_catalog.clinical_context.recorded_codes import diagnosis_entry, procedure_event
from item_catalog.loader import load_clinical_contexts

CONTEXT = load_clinical_contexts().editions[0]
BLANKS = st.text(alphabet=" \u00a0\t\n", max_size=2)
DIAGNOSES = st.from_regex(r"\A[A-Z][0-9]{2}(\.[0-9x]([0-9]{1,2}|[0-9]{2}x[0-9]{3})?)?\Z")
PROCEDURES = st.from_regex(r"\A[0-9]{2}\.[0-9x]([0-9x]([0-9]{2}(x[0-9]{3})?)?)?\Z")
MORPHOLOGIES = st.from_regex(r"\AM[0-9]{5}/[0-9]\Z")
EXTENDABLE = st.from_regex(r"\A[0-9]{2}\.[0-9x]{2}[0-9]{2}\Z")
_BEHAVIORS = tuple(f"/{digit}" for digit in string.digits)


def _starred(codes: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(str.__add__, codes, st.sampled_from(["", "", "*"]))


@st.composite
def _ranges(draw: st.DrawFn, codes: st.SearchStrategy[str]) -> str:
    """A code and the same with a last digit 9, the behavior digit kept; C38.1-9 where allowed."""
    low = draw(codes)
    behavior = low[-2:] if "/" in low else ""
    end = f"{low.removesuffix(behavior)[:-1]}9{behavior}"
    if len(low) == len("C38.1") and low[0].isalpha() and draw(st.booleans()):
        end = "9"
    return f"{low}{draw(BLANKS)}-{draw(BLANKS)}{end}"


@st.composite
def _factors(draw: st.DrawFn, codes: st.SearchStrategy[str], starred: bool) -> str:
    rangeable = codes.filter(lambda code: not code.endswith("x"))
    simple = draw(st.one_of(_starred(codes) if starred else codes, _ranges(rangeable)))
    if draw(st.booleans()):
        opening, closing = draw(st.sampled_from("(（")), draw(st.sampled_from(")）"))
        simple = f"{opening}{draw(BLANKS)}{simple}{draw(BLANKS)}{closing}"
    return f"{draw(BLANKS)}{simple}{draw(BLANKS)}"


def _cells(factors: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    terms = st.lists(factors, min_size=1, max_size=3).map("+".join)
    return st.lists(terms, min_size=1, max_size=3).map("/".join)


CELLS = st.one_of(
    _cells(st.one_of(_factors(DIAGNOSES, True), _factors(MORPHOLOGIES, False))),
    _cells(_factors(PROCEDURES, False)),
)


@given(CELLS)
def test_any_cell_is_printed_back_as_it_was(cell: str) -> None:
    assert str(parse_code_expression(cell)) == cell


@given(CELLS)
def test_layout_never_changes_the_meaning(cell: str) -> None:
    expression = parse_code_expression(cell)
    plain = CodeExpression(
        tuple(
            tuple(CodeItem(item.low, item.high) for item in items)
            for items in expression.alternatives
        )
    )
    assert plain == expression
    again = parse_code_expression(str(plain))
    assert again == expression
    assert again.normal_form == expression.normal_form


@given(st.text(alphabet="CM0123489.x/+-*()（） \u00a0", max_size=16))
def test_parser_accepts_or_refuses_but_never_fails(text: str) -> None:
    try:
        expression = parse_code_expression(text)
    except InvalidCodeExpression:
        return
    assert str(expression) == text


@given(st.one_of(DIAGNOSES, st.sampled_from(["C34.101", "J96.000", "C34", "K21.900"])))
def test_index_loses_no_disease(code: str) -> None:
    entry = diagnosis_entry(code)
    everywhere = [
        (row.seq, match)
        for row in CONTEXT.critical_diseases.rows
        if (match := match_diagnoses(row.expression, [entry])) is not CodeMatch.NO
    ]
    found = CONTEXT.critical_diseases.matches([entry])
    assert [(match.disease.seq, match.match) for match in found] == everywhere


@given(CELLS)
def test_code_of_an_expression_lies_in_its_groups(cell: str) -> None:
    expression = parse_code_expression(cell)
    reachable = groups(expression)
    for items in expression.alternatives:
        sited = [item.low for item in items if not item.low.text.endswith(_BEHAVIORS)]
        assert {group_of(code.text) for code in sited} <= reachable
        assert sited or MORPHOLOGY_GROUP in reachable


@given(PROCEDURES)
def test_procedure_matches_itself(code: str) -> None:
    assert match_procedures(parse_code_expression(code), [procedure_event(code)]) is CodeMatch.YES


@given(EXTENDABLE)
def test_extension_of_a_full_code_is_another_code(code: str) -> None:
    extended = f"{code}x001"
    assert match_procedures(parse_code_expression(code), [{extended}]) is CodeMatch.NO
    assert match_procedures(parse_code_expression(extended), [{code}]) is CodeMatch.COARSE


@given(DIAGNOSES, DIAGNOSES)
def test_more_diagnoses_never_match_less(one: str, other: str) -> None:
    diseases: CriticalDiseases = CONTEXT.critical_diseases
    alone = {match.disease.seq: match.match for match in diseases.matches([diagnosis_entry(one)])}
    both = diseases.matches([diagnosis_entry(one), diagnosis_entry(other)])
    together = {match.disease.seq: match.match for match in both}
    assert all(together[seq] >= match for seq, match in alone.items())
