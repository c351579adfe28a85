"""CSV imports into the register: all or nothing, every bad row named, nothing ever deleted."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.errors import Fault, GatewayError, InvalidRequest
from gateway.services.affected_reminders import AffectedLine
from gateway.services.csv_kinds.all_kinds import KINDS
from gateway.services.csv_kinds.institutions import INSTITUTIONS
from gateway.services.csv_kinds.kind import CsvKind, KnownFacts, Reason
from gateway.services.csv_kinds.reading import Record, read_records
from gateway.services.register_content import stored_entries
from gateway.services.timeline import Chronicle, Entry, overlap
from gateway.storage.registry import (
    Batch,
    append_batch,
    latest_batch,
    latest_digest,
    lock_register,
)
from gateway.storage.session import Connection
from item_catalog.catalog import Catalog
from item_catalog.defects import Defect
from item_catalog.tables import convert_cells

_LONGEST_FILE, _LONGEST_ACTOR = 256, 128


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A file to import: its kind, its name for messages, its bytes, and who imports it."""

    kind: str
    file: str
    data: bytes
    actor: str
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: `batch` is None where nothing was written (dry run, or nothing new).

    institutions: of whom the rows speak, None where a row may concern everybody. affected: lines
    of open reminders that would be determined otherwise now.
    """

    kind: str
    file: str
    rows: int
    batch: int | None
    unchanged: bool
    institutions: frozenset[str] | None = None
    affected: tuple[AffectedLine, ...] = ()


class ImportRefused(GatewayError):
    """A file has bad rows, so nothing of it was taken; `defects` names every one."""

    code = "import_refused"
    fault = Fault.CALLER

    def __init__(self, defects: Sequence[Defect]) -> None:
        super().__init__("\n".join(str(defect) for defect in defects))
        self.defects = tuple(defects)


async def import_csv(
    connection: Connection, request: ImportRequest, catalog: Catalog, at: datetime
) -> ImportReport:
    """Check a file and append it to the register, as one unit of work.

    Raises:
        InvalidRequest: there is no such kind of file.
        ImportRefused: the file has bad rows.
    """
    kind = KINDS.get(request.kind)
    if kind is None:
        raise InvalidRequest(f"unknown kind of file; known are {', '.join(KINDS)}")
    if not request.dry_run:
        await lock_register(connection)
    number = await latest_batch(connection) + 1
    records = await _checked_records(connection, request, kind, catalog, number)
    digest = hashlib.sha256(request.data).digest()
    unchanged = await latest_digest(connection, kind.name) == digest
    if request.dry_run or unchanged:
        return ImportReport(kind.name, request.file, len(records), None, unchanged)
    batch = Batch(
        number, kind.name, request.file[-_LONGEST_FILE:], digest, request.actor[:_LONGEST_ACTOR], at
    )
    await append_batch(connection, batch, records)
    named = _institutions(kind, records)
    return ImportReport(kind.name, request.file, len(records), number, False, named)


def _institutions(kind: CsvKind[Any], records: Sequence[Record]) -> frozenset[str] | None:
    """Of whom the rows speak; None for rows that name no institution."""
    column = "code" if kind is INSTITUTIONS else "institution_code"
    if column not in kind.columns:
        return None
    return frozenset(str(cells[column]).strip() for _, cells in records)


async def _checked_records(
    connection: Connection, request: ImportRequest, kind: CsvKind[Any], catalog: Catalog, batch: int
) -> list[Record]:
    records, defects = read_records(request.file, request.data, tuple(kind.columns))
    registered = await stored_entries(connection, INSTITUTIONS)
    known = KnownFacts(catalog, frozenset(entry.record.code for entry in registered))
    entries, bad_cells = _entries(request.file, records, kind, known, batch)
    defects += [*bad_cells, *_clashes(request.file, entries, kind)]
    if not defects:
        # Only sound rows are worth comparing with what other files said.
        defects += await _conflicts(connection, request.file, entries, kind)
    if defects:
        raise ImportRefused(sorted(defects, key=_place))
    return records


def _entries(
    file: str, records: Sequence[Record], kind: CsvKind[Any], known: KnownFacts, batch: int
) -> tuple[list[Entry[Any]], list[Defect]]:
    entries: list[Entry[Any]] = []
    defects: list[Defect] = []
    for line, record in records:
        cells, bad = convert_cells(file, line, record, kind.columns)
        if not bad:
            entry = kind.entry(batch, line, cells)
            bad = [Defect(file, line, *reason) for reason in _reasons(entry, kind, known)]
            entries.append(entry)
        defects.extend(bad)
    return entries, defects


def _reasons(entry: Entry[Any], kind: CsvKind[Any], known: KnownFacts) -> Iterator[Reason]:
    validity = entry.validity
    if validity.valid_to is not None and validity.valid_to < validity.valid_from:
        yield "valid_to", "lies before valid_from"
    else:
        yield from kind.check(entry.record, known)


def _clashes(file: str, entries: Sequence[Entry[Any]], kind: CsvKind[Any]) -> Iterator[Defect]:
    """Rows of one key in this file that exclude each other."""
    groups: defaultdict[tuple[str, ...], list[Entry[Any]]] = defaultdict(list)
    for entry in entries:
        for earlier in groups[entry.key]:
            reason = _clash(earlier, entry, kind)
            if reason is not None:
                yield Defect(file, entry.line, *reason)
                break
        groups[entry.key].append(entry)


def _clash(earlier: Entry[Any], entry: Entry[Any], kind: CsvKind[Any]) -> Reason | None:
    if not overlap(earlier.validity, entry.validity):
        return None
    found = kind.clash(earlier.record, entry.record)
    return found and (found[0], found[1].format(place=f"row {earlier.line}"))


async def _conflicts(
    connection: Connection, file: str, entries: Sequence[Entry[Any]], kind: CsvKind[Any]
) -> list[Defect]:
    """Rows of this file that exclude rows of other keys, of this or an earlier file."""
    if kind.conflicts is None or not entries:
        return []
    held = await stored_entries(connection, kind)
    everything: Chronicle[Any] = Chronicle()
    in_force = everything.with_entries([*held, *entries]).timelines
    return [
        Defect(file, entry.line, *reason)
        for entry, reason in kind.conflicts(in_force)
        if entry.batch == entries[0].batch
    ]


def _place(defect: Defect) -> tuple[int, str]:
    return defect.row or 0, defect.column or ""
