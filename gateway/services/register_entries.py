"""Stored rows of the register → entries of their kind."""

from typing import TypeVar

from gateway.services.csv_kinds.kind import CsvKind
from gateway.services.timeline import Entry
from gateway.storage.registry import stored_rows
from gateway.storage.session import Connection
from item_catalog.tables import convert_cells

T = TypeVar("T")


async def stored_entries(connection: Connection, kind: CsvKind[T]) -> list[Entry[T]]:
    """Every row of a kind that was ever imported.

    Rows were checked when they came in, so a cell that no longer converts is our own fault.
    """
    entries = []
    for row in await stored_rows(connection, kind.name):
        cells, defects = convert_cells(f"batch {row.batch}", row.line, row.cells, kind.columns)
        if defects:
            raise ValueError(f"a stored row is not readable: {defects[0]}")
        entries.append(kind.entry(row.batch, row.line, cells))
    return entries
