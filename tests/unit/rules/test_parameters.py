"""Dated parameters: read, checked at load, answered by day and item."""

from datetime import date

import pytest

from rules.parameters import InvalidParameters, load_parameters

SINCE = date(2021, 10, 14)
KINDS = {"days": "integer"}


def _table(*values: str, name: str = "days") -> str:
    return f'[{name}]\nmeaning = "meaning"\nvalues = [\n' + ",\n".join(values) + "\n]\n"


def _value(start: str, value: str = "30", end: str = "", more: str = "") -> str:
    last = f", valid_to = {end}" if end else ""
    return f'{{ valid_from = {start}{last}, value = {value}, source = "s"{more} }}'


def _defects(text: str, kinds: dict[str, str] | None = None) -> str:
    with pytest.raises(InvalidParameters) as caught:
        load_parameters(text, kinds or KINDS, SINCE)
    return str(caught.value)


def test_value_follows_the_day():
    text = _table(_value("2024-01-01", "20"), _value("2021-10-14", "30", "2023-12-31"))
    parameters = load_parameters(text, KINDS, SINCE)
    assert parameters.value_on("days", date(2023, 12, 31)).value == 30
    later = parameters.value_on("days", date(2024, 1, 1))
    assert (later.value, later.valid_from, later.valid_to) == (20, "2024-01-01", None)


def test_item_value_stands_before_the_general_one():
    own = _value("2022-01-01", "7", "2022-12-31", ', items = ["x"]')
    parameters = load_parameters(_table(_value("2021-10-14"), own), KINDS, SINCE)
    assert parameters.on(date(2022, 6, 1)).integer("days", "x") == 7
    assert parameters.on(date(2022, 6, 1)).integer("days", "y") == 30
    assert parameters.on(date(2023, 6, 1)).integer("days", "x") == 30


def test_unknown_name_is_a_lookup_error():
    parameters = load_parameters(_table(_value("2021-10-14")), KINDS, SINCE)
    with pytest.raises(LookupError):
        parameters.value_on("weeks", SINCE)


def test_missing_parameter_is_refused():
    assert _defects("") == "days: missing"


def test_foreign_parameter_is_refused():
    text = _table(_value("2021-10-14")) + _table(_value("2021-10-14"), name="weeks")
    assert _defects(text) == "weeks: not a parameter of this policy"


def test_parameter_without_value_is_refused():
    assert "days: no value on 2021-10-14" in _defects(_table())


def test_late_beginning_is_refused():
    assert "no value on 2021-10-14" in _defects(_table(_value("2021-10-15")))


def test_end_without_successor_is_refused():
    assert "no value after 2023-12-31" in _defects(_table(_value("2021-10-14", end="2023-12-31")))


def test_gap_is_refused():
    text = _table(_value("2021-10-14", end="2023-12-31"), _value("2024-01-02"))
    assert "gap after 2023-12-31" in _defects(text)


@pytest.mark.parametrize("end", ["", "2024-01-01"])
def test_overlap_is_refused(end):
    text = _table(_value("2021-10-14", end=end), _value("2024-01-01"))
    assert "overlap on 2024-01-01" in _defects(text)


def test_overlap_of_an_item_names_it():
    own = [
        _value("2022-01-01", more=', items = ["x"]'),
        _value("2023-01-01", more=', items = ["x"]'),
    ]
    assert "days of x: values overlap" in _defects(_table(_value("2021-10-14"), *own))


def test_value_without_source_is_refused():
    text = _table("{ valid_from = 2021-10-14, value = 30 }")
    assert "value 1 needs valid_from and source" in _defects(text)


def test_parameter_without_meaning_is_refused():
    text = _table(_value("2021-10-14")).replace('meaning = "meaning"\n', "")
    assert "days: no meaning" in _defects(text)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("integer", "30", '"30"'),
        ("integer", "30", "true"),
        ("integers", "[1, 2]", '[1, "2"]'),
        ("word", '"lower"', "1"),
        ("words", '["a"]', '"a"'),
        ("effect", '"hint"', '"always"'),
    ],
)
def test_value_of_another_kind_is_refused(kind, good, bad):
    kinds = {"days": kind}
    load_parameters(_table(_value("2021-10-14", good)), kinds, SINCE)
    assert f"value 1 is no {kind}" in _defects(_table(_value("2021-10-14", bad)), kinds)
