"""A hospital's own lists and codes: dated, exact, its own."""

from datetime import date

import pytest

from item_catalog.clinical_context.local_lists import (
    OverrideList,
    ProcedureMapping,
    ProcedureMappings,
    ProcedureOverride,
    ProcedureOverrides,
)
from item_catalog.clinical_context.procedures import ProcedureKey

START, END = date(2026, 1, 1), date(2026, 6, 30)
KEY = ProcedureKey("surgical", "甲", "乙", 1)


def _override(
    code: str, name: str, placed_on: OverrideList, valid_to: date | None = None
) -> ProcedureOverride:
    return ProcedureOverride("H1", code, name, placed_on, START, valid_to)


OVERRIDES = ProcedureOverrides(
    [
        _override("74.1x01", "剖宫产术", OverrideList.UPPER),
        _override("", "静脉输液港植入术", OverrideList.LOWER),
        _override("86.0700", "", OverrideList.LOWER, END),
        _override("X1", "甲手术", OverrideList.UPPER),
        _override("X2", "甲手术", OverrideList.LOWER),
    ]
)


@pytest.mark.parametrize(
    ("code", "name", "on", "placed_on"),
    [
        ("74.1x01", "", START, OverrideList.UPPER),
        ("", "剖宫产术", START, OverrideList.UPPER),
        ("LOCAL9", "剖 宫产术", START, OverrideList.UPPER),
        ("", "静脉输液港植入术", START, OverrideList.LOWER),
        ("", "静脉输液港", START, None),
        ("74.1x0", "", START, None),
        ("86.0700", "", END, OverrideList.LOWER),
        ("86.0700", "", date(2026, 7, 1), None),
        ("74.1x01", "", date(2025, 12, 31), None),
        ("", "", START, None),
    ],
)
def test_procedure_is_on_the_list_of_its_day(
    code: str, name: str, on: date, placed_on: OverrideList | None
) -> None:
    assert OVERRIDES.find("H1", on, code=code, name=name) is placed_on


def test_contradicting_rows_read_cautiously() -> None:
    assert OVERRIDES.find("H1", START, code="X1", name="甲手术") is OverrideList.LOWER


def test_other_hospital_has_its_own_lists() -> None:
    assert OVERRIDES.find("H2", START, code="74.1x01", name="剖宫产术") is None


def test_local_code_leads_to_its_row() -> None:
    mapping = ProcedureMapping("H1", "OP-12", "阑尾切除术", KEY, START, END, "张")
    mappings = ProcedureMappings([mapping, mapping])
    assert mappings.lookup("H1", " \uff2f\uff30-12", START) == (KEY,)
    assert mappings.lookup("H1", "OP-12", date(2026, 7, 1)) == ()
    assert mappings.lookup("H1", "OP-1", START) == ()
    assert mappings.lookup("H2", "OP-12", START) == ()
