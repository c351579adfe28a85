"""What a patient holds, as items to list on arrival."""

from dataclasses import replace

from rules.candidates import held_codes
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    BLOOD_COUNT,
    CHEST_TWO_VIEWS,
    COAGULATION,
    EDITION,
    LIVER,
    code_of,
    elements,
    holding,
    imaged,
)


def test_items_and_examinations_are_listed_in_annex_order():
    held = [imaged("i", CHEST_TWO_VIEWS), holding("a", elements(code_of(42)) + elements(ALBUMIN))]
    assert held_codes(held, EDITION) == (ALBUMIN, code_of(42), CHEST_TWO_VIEWS)


def test_report_ordered_as_panel_is_listed_as_panel():
    report = replace(holding("a", elements(LIVER) + elements(code_of(42))), ordered_under=(LIVER,))
    assert held_codes([report], EDITION) == (LIVER, code_of(42))


def test_panel_without_any_of_its_components_is_not_listed():
    report = replace(holding("a", elements(ALBUMIN)), ordered_under=(COAGULATION,))
    assert held_codes([report], EDITION) == (ALBUMIN,)


def test_blood_count_is_listed_once():
    assert held_codes([holding("a", elements(BLOOD_COUNT))], EDITION) == (BLOOD_COUNT,)


def test_nothing_held_lists_nothing():
    assert held_codes([], EDITION) == ()
