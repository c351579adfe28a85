"""CSV text → typed rows; every bad cell becomes a defect with file, row and column."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from item_catalog.defects import Defect

Converter: TypeAlias = Callable[[str], Any]
Columns: TypeAlias = Mapping[str, Converter]
Choice = TypeVar("Choice", bound=StrEnum)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Row:
    """One converted row; `number` counts the header line as 1."""

    number: int
    cells: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        """The converted value of a column."""
        return self.cells[column]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file that could be read; `records` counts all that stand in it."""

    file: str
    rows: tuple[Row, ...]
    records: int


def read_table(file: str, text: str, columns: Columns) -> tuple[Table, list[Defect]]:
    """Convert CSV text with a header line; bad rows are left out and reported, all at once."""
    records = list(csv.reader(io.StringIO(text)))
    if not records or records[0] != list(columns):
        reason = f"the header line must be {','.join(columns)}"
        return Table(file, (), 0), [Defect(file, 1, None, reason)]
    rows: list[Row] = []
    defects: list[Defect] = []
    for number, record in enumerate(records[1:], start=2):
        if len(record) != len(columns):
            reason = f"has {len(record)} cells instead of {len(columns)}"
            defects.append(Defect(file, number, None, reason))
            continue
        cells, bad = convert_cells(file, number, dict(zip(columns, record, strict=True)), columns)
        defects.extend(bad)
        if not bad:
            rows.append(Row(number, cells))
    return Table(file, tuple(rows), len(records) - 1), defects


def convert_cells(
    file: str, number: int, record: Mapping[str, str], columns: Columns
) -> tuple[dict[str, Any], list[Defect]]:
    """Convert the cells of one record; a converter refuses a cell by raising `ValueError`."""
    cells: dict[str, Any] = {}
    defects: list[Defect] = []
    for column, convert in columns.items():
        try:
            cells[column] = convert(record[column])
        except ValueError as refusal:
            defects.append(Defect(file, number, column, str(refusal)))
    return cells, defects


def filled(text: str) -> str:
    """A text that may not be empty."""
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def number(text: str) -> int:
    """A whole number from 1 upward."""
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ValueError(f"{text!r} is not a whole number from 1 upward")
    return int(text)


def day(text: str) -> date:
    """A calendar day written YYYY-MM-DD."""
    if _DAY.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a date of the form YYYY-MM-DD")
    return date.fromisoformat(text)


def truth(text: str) -> bool:
    """`true` or `false`."""
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


def listing(text: str) -> tuple[str, ...]:
    """A list separated by semicolons; empty text is the empty list."""
    return tuple(text.split(";")) if text else ()


def one_of(*values: str) -> Callable[[str], str]:
    """One of the texts given."""

    def convert(text: str) -> str:
        if text not in values:
            raise ValueError(f"{text!r} is none of {', '.join(values)}")
        return text

    return convert


def member_of(kind: type[Choice]) -> Callable[[str], Choice]:
    """The member of an enumeration that has this value."""

    def convert(text: str) -> Choice:
        one_of(*kind)(text)
        return kind(text)

    return convert


def optional(convert: Converter) -> Converter:
    """None for empty text, else the conversion."""
    return lambda text: None if text == "" else convert(text)
