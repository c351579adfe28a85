"""Masked names and numbers do not identify anybody."""

import pytest

from gateway.security.masking import mask_name, mask_number


@pytest.mark.parametrize(
    ("name", "masked"), [("王小明", "王**"), ("李珅", "李*"), ("王", "*"), ("", "")]
)
def test_name_keeps_its_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("330102199001011234", "330***********1234"),
        ("E12345678", "*********"),
        ("E1234567890", "E12****7890"),
        ("7", "*"),
        ("", ""),
    ],
)
def test_number_keeps_ends_only_where_enough_stays_hidden(number: str, masked: str) -> None:
    assert mask_number(number) == masked
