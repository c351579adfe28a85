"""Item codes check their pattern at construction and stay plain strings."""

import json

import pytest

from item_catalog.codes import ImagingItemCode, InvalidItemCode, LabItemCode, parse_item_code


@pytest.mark.parametrize("text", ["25030100100", "25030800400-1", "20000000000-9"])
def test_lab_code_of_annex_one_is_read(text: str) -> None:
    assert isinstance(parse_item_code(text), LabItemCode)


@pytest.mark.parametrize("text", ["BW23ZYZZZ-00", "BH325NZ1Z-00", "B00000000-12"])
def test_imaging_code_of_annex_two_is_read(text: str) -> None:
    assert isinstance(parse_item_code(text), ImagingItemCode)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2503010010",
        "250301001000",
        "25030800400-0",
        "25030800400-",
        "25030100100\n",
        "\uff125030100100",
        "35030100100",
        "BW23ZYZZZ",
        "BW23ZYZZZ-0",
        "BW23ZYZZO-00",
        "BI23ZYZZZ-00",
        "bw23zyzzz-00",
        "B 23ZYZZZ-00",
        "BW23ZYZZZ-00 ",
    ],
)
def test_anything_else_is_no_item_code(text: str) -> None:
    with pytest.raises(InvalidItemCode):
        parse_item_code(text)


def test_the_two_code_systems_cannot_be_swapped() -> None:
    with pytest.raises(InvalidItemCode) as refusal:
        LabItemCode("BW23ZYZZZ-00")
    assert (refusal.value.text, refusal.value.system) == ("BW23ZYZZZ-00", "laboratory")
    with pytest.raises(InvalidItemCode):
        ImagingItemCode("25030100100")


def test_a_code_serializes_as_plain_json_string() -> None:
    assert json.dumps([LabItemCode("25030100100")]) == '["25030100100"]'
    assert LabItemCode("25030100100") == "25030100100"
