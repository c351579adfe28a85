"""Queries of the register: append a file, read all rows, and the codes that arrived."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import func, insert, select, text

from gateway.storage.registry_tables import import_batch, lookup_key, registry_row
from gateway.storage.session import Connection
from gateway.storage.tables import received_code

_LOOKUP = "lookup"
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Batch:
    """One imported file of a kind; the digest is SHA-256 of its bytes."""

    number: int
    kind: str
    file: str
    digest: bytes
    actor: str
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One line of an imported file as it was written there."""

    batch: int
    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReceivedCode:
    """A local code that an institution sent, how often, and the name it sent last."""

    kind: str
    local_code: str
    local_name: str
    count: int


async def lock_register(connection: Connection) -> None:
    """Let one import at a time run; SQLite has a single writer anyway."""
    if connection.dialect == "postgresql":
        await connection.run(text("LOCK TABLE import_batch IN SHARE ROW EXCLUSIVE MODE"))


async def latest_batch(connection: Connection) -> int:
    """The number of the newest batch, 0 when nothing was ever imported."""
    (row,) = await connection.all(select(func.max(import_batch.c.batch)))
    return row[0] or 0


async def latest_digest(connection: Connection, kind: str) -> bytes | None:
    """The digest of the newest file of a kind, None when there is none."""
    query = select(import_batch.c.digest).where(import_batch.c.kind == kind)
    rows = await connection.all(query.order_by(import_batch.c.batch.desc()).limit(1))
    return rows[0].digest if rows else None


async def append_batch(
    connection: Connection, batch: Batch, rows: Sequence[tuple[int, Mapping[str, str]]]
) -> None:
    """Keep an imported file, line by line."""
    await connection.run(
        insert(import_batch),
        {
            "batch": batch.number,
            "kind": batch.kind,
            "file": batch.file,
            "digest": batch.digest,
            "actor": batch.actor,
            "imported_at": batch.imported_at,
            "row_count": len(rows),
        },
    )
    for start in range(0, len(rows), _CHUNK):
        await connection.run(
            insert(registry_row),
            [
                {
                    "kind": batch.kind,
                    "batch": batch.number,
                    "line": line,
                    "cells": orjson.dumps(cells).decode(),
                }
                for line, cells in rows[start : start + _CHUNK]
            ],
        )


async def stored_rows(connection: Connection, kind: str, after: int) -> Iterable[StoredRow]:
    """Every row of a kind in batches after a number, oldest batch first."""
    query = (
        select(registry_row.c.batch, registry_row.c.line, registry_row.c.cells)
        .where(registry_row.c.kind == kind, registry_row.c.batch > after)
        .order_by(registry_row.c.batch, registry_row.c.line)
    )
    rows = await connection.all(query)
    return (StoredRow(row.batch, row.line, orjson.loads(row.cells)) for row in rows)


async def received_codes(connection: Connection, institution: str) -> list[ReceivedCode]:
    """The local codes an institution sent, most frequent first."""
    code = received_code.c
    query = (
        select(code.kind, code.local_code, code.local_name, code["count"])
        .where(code.institution == institution)
        .order_by(code["count"].desc(), code.kind, code.local_code)
    )
    return [ReceivedCode(*row) for row in await connection.all(query)]


async def stored_fingerprint(connection: Connection) -> bytes | None:
    """The fingerprint of the key this database was first used with, None if it never was."""
    rows = await connection.all(select(lookup_key.c.fingerprint))
    return rows[0].fingerprint if rows else None


async def store_fingerprint(connection: Connection, fingerprint: bytes) -> None:
    """Keep the fingerprint of the key that this database is used with from now on."""
    await connection.run(insert(lookup_key), {"purpose": _LOOKUP, "fingerprint": fingerprint})
