"""Cells that several kinds of file share."""

from decimal import Decimal

import pytest

from gateway.services.csv_kinds.cells import (
    charset,
    institution_code,
    money,
    separated,
    time_zone,
)
from gateway.services.csv_kinds.systems import normalize_system


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "UTF-8"), ("utf8", "UTF-8"), ("UNICODE UTF-8", "UTF-8"), ("GBK", "GB18030"),
        ("GB18030", "GB18030"), ("GB 18030-2000", "GB18030"), ("ascii", "ASCII"),
    ],
)  # fmt: skip
def test_charset_is_known_by_its_names(text: str, name: str) -> None:
    assert charset(text) == name


@pytest.mark.parametrize("text", ["klingon", "base64"])
def test_what_is_no_charset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a known character set"):
        charset(text)


@pytest.mark.parametrize(
    ("text", "zone"),
    [("", "Asia/Shanghai"), ("Asia/Urumqi", "Asia/Urumqi"), ("+08:00", "+08:00")],
)
def test_time_zone_is_a_name_or_an_offset(text: str, zone: str) -> None:
    assert time_zone(text) == zone


@pytest.mark.parametrize("text", ["Asia/Nowhere", "+25:00", "../etc/passwd", "8"])
def test_what_is_no_time_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither a known time zone"):
        time_zone(text)


@pytest.mark.parametrize(("text", "amount"), [("0", "0"), ("12.50", "12.50"), ("1E+2", "100")])
def test_amount_is_exact(text: str, amount: str) -> None:
    assert money(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["-1", "free", "", "NaN", "Infinity", "1.005"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        money(text)


def test_list_is_trimmed_and_without_repetitions() -> None:
    assert separated(" A; B;;A ") == ("A", "B")


@pytest.mark.parametrize("text", ["", "x" * 65, "a\x07b"])
def test_impossible_institution_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="institution's code"):
        institution_code(text)


def test_names_of_systems_are_compared_without_width_case_and_blanks() -> None:
    assert normalize_system(" \uff23\uff4fbas   E801 ") == "cobas e801"
