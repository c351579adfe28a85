"""Codes as hospitals write them become codes of the catalogues, or nothing."""

import pytest

from item_catalog.clinical_context.recorded_codes import (
    DiagnosisEntry,
    diagnosis_entry,
    normal_code,
    procedure_event,
)


@pytest.mark.parametrize(
    ("recorded", "code"),
    [
        (" c34.101 ", "C34.101"),
        ("C34.100X003", "C34.100x003"),
        ("\uff23\uff13\uff14\uff0e\uff11", "C34.1"),
        ("K23.0*", "K23.0"),
        ("A18.800x014†", "A18.800x014"),
        ("39.6500X002", "39.6500x002"),
    ],
)
def test_spelling_is_brought_to_the_catalogue(recorded: str, code: str) -> None:
    assert normal_code(recorded) == code


def test_text_that_is_no_code_is_nothing() -> None:
    assert diagnosis_entry("肺癌") == DiagnosisEntry(None)
    assert diagnosis_entry("C3", "8140/3") == DiagnosisEntry(None, None)
    assert diagnosis_entry("C34.1", "m8140/3") == DiagnosisEntry("C34.1", "M8140/3")
    assert procedure_event("39", "", "阑尾切除术", "C34") == frozenset()
    assert procedure_event("32.4100", "17.4") == {"32.4100", "17.4"}


def test_category_is_no_full_diagnosis() -> None:
    assert not diagnosis_entry("C34").is_full
    assert not diagnosis_entry("C34.1").is_full
    assert diagnosis_entry("C34.101").is_full
    assert diagnosis_entry("N61.x06").is_full
    assert diagnosis_entry("", "M8936/3").is_full
