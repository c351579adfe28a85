"""A CSV file's bytes → trimmed cells per line; everything that is wrong with its form, located."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from item_catalog.defects import Defect

#: Line number (the header is 1) and cells by column.
Record: TypeAlias = tuple[int, Mapping[str, str]]
_UTF8_WITH_OR_WITHOUT_MARK = "utf-8-sig"


def read_records(
    file: str, data: bytes, columns: tuple[str, ...]
) -> tuple[list[Record], list[Defect]]:
    """The records of a file with exactly these columns, in any order; blank lines are skipped."""
    try:
        text = data.decode(_UTF8_WITH_OR_WITHOUT_MARK)
    except UnicodeDecodeError as refusal:
        line = data.count(b"\n", 0, refusal.start) + 1
        return [], [Defect(file, line, None, "is not UTF-8")]
    try:
        lines = list(_lines(text))
    except csv.Error as refusal:
        return [], [Defect(file, text.count("\n") + 1, None, f"is not CSV: {refusal}")]
    if not lines:
        return [], [Defect(file, 1, None, f"must begin with the header {','.join(columns)}")]
    (header_line, header), *rest = lines
    defects = list(_header_defects(file, header_line, header, columns))
    return ([], defects) if defects else _records(file, header, rest)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Trimmed cells with the number of the line on which they begin."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    for cells in reader:
        trimmed = [cell.strip() for cell in cells]
        if any(trimmed):
            yield start, trimmed
        start = reader.line_num + 1


def _header_defects(
    file: str, line: int, header: list[str], columns: tuple[str, ...]
) -> Iterator[Defect]:
    for column in columns:
        if column not in header:
            yield Defect(file, line, column, "this column is missing")
    for position, column in enumerate(header):
        if column not in columns:
            yield Defect(file, line, column or None, "this column is not known")
        elif column in header[:position]:
            yield Defect(file, line, column, "this column stands twice")


def _records(
    file: str, header: list[str], lines: list[tuple[int, list[str]]]
) -> tuple[list[Record], list[Defect]]:
    records: list[Record] = []
    defects: list[Defect] = []
    for line, cells in lines:
        if len(cells) != len(header):
            reason = f"has {len(cells)} cells instead of {len(header)}"
            defects.append(Defect(file, line, None, reason))
        else:
            records.append((line, dict(zip(header, cells, strict=True))))
    return records, defects
