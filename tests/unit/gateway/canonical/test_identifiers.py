"""Identifiers: equal people have equal numbers, and nothing invalid exists."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import (
    IdentityType,
    InstitutionCode,
    PatientIdentifier,
    check_character,
    normalize_resident_id,
    patient_identifier,
)

BODIES = st.builds(
    lambda day, serial: f"330106{day:%Y%m%d}{serial:03d}",
    st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)),
    st.integers(0, 999),
)


@given(BODIES)
def test_check_character_agrees_with_another_library(body: str) -> None:
    assert check_character(body) == ric.calc_check_digit(body + "?")


def test_fifteen_digits_become_eighteen() -> None:
    old = "330106700101001"
    new = normalize_resident_id(old)
    assert new[:17] == "33010619700101001"
    assert normalize_resident_id(new) == new


def test_lower_case_check_character_and_full_width_digits_are_folded() -> None:
    number = "11010519491231002X"
    wide = number.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789X"})
    for text in (number.lower(), wide, f" {number} "):
        assert patient_identifier(IdentityType.RESIDENT_ID, text).value == number


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # wrong check character
        "11010519491331002",  # 17 digits
        "330106700231001",  # 15 digits, 31 February
        "3301067001010AB",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢٣",  # digits, but not ASCII ones
        "",
    ],
)
def test_impossible_resident_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecord) as refused:
        normalize_resident_id(text)
    assert text == "" or text not in str(refused.value)


def test_local_number_needs_its_institution_and_others_have_none() -> None:
    with pytest.raises(InvalidRecord):
        PatientIdentifier(IdentityType.LOCAL, "1")
    with pytest.raises(InvalidRecord):
        PatientIdentifier(IdentityType.PASSPORT, "E1", InstitutionCode("A"))
    passport = patient_identifier(IdentityType.PASSPORT, "e1234", InstitutionCode("A"))
    assert passport == PatientIdentifier(IdentityType.PASSPORT, "E1234")


def test_empty_identifier_is_refused() -> None:
    with pytest.raises(InvalidRecord):
        patient_identifier(IdentityType.PASSPORT, "  ")


@pytest.mark.parametrize("text", ["", " A", "A\n", "\x00"])
def test_institution_code_is_printable_text(text: str) -> None:
    with pytest.raises(InvalidRecord):
        InstitutionCode(text)
