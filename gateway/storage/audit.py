"""Queries of the audit trail: append to a chain, and read chains back in order."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.storage.audit_tables import audit_head, audit_record
from gateway.storage.session import Connection


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """An audit row; `chain_hash` covers all other fields and the row before."""

    stream: str
    sequence: int
    at: datetime
    role: str
    subject: str
    action: str
    object_kind: str
    object_id: str
    patient_hash: bytes | None
    basis: str
    result: str
    chain_hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many records, and the hash of the last one."""

    stream: str
    count: int
    chain_hash: bytes
    seal: bytes


_HEAD_COLUMNS = tuple(audit_head.c[name] for name in Head.__slots__)
_RECORD_COLUMNS = tuple(audit_record.c[name] for name in StoredRecord.__slots__)
_LOCK_HEAD = (
    select(*_HEAD_COLUMNS).where(audit_head.c.stream == bindparam("of_stream")).with_for_update()
)
_MOVE_HEAD = (
    update(audit_head)
    .where(audit_head.c.stream == bindparam("of_stream"))
    .values(
        {
            "count": bindparam("new_count"),
            "chain_hash": bindparam("new_hash"),
            "seal": bindparam("new_seal"),
        }
    )
)
_NEW_HEAD = {
    "sqlite": sqlite.insert(audit_head).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(audit_head).on_conflict_do_nothing(),
}
_APPEND = insert(audit_record)


async def lock_head(connection: Connection, stream: str) -> Head | None:
    """The end of a chain, held against other writers of it until the transaction ends."""
    rows = await connection.all(_LOCK_HEAD, {"of_stream": stream})
    return Head(*rows[0]) if rows else None


async def create_head(connection: Connection, head: Head) -> bool:
    """Begin a chain; whether it was this transaction that began it."""
    return await connection.run(_NEW_HEAD[connection.dialect], asdict(head)) == 1


async def move_head(connection: Connection, head: Head) -> None:
    """Let a chain end at its newest record."""
    await connection.run(
        _MOVE_HEAD,
        {
            "of_stream": head.stream,
            "new_count": head.count,
            "new_hash": head.chain_hash,
            "new_seal": head.seal,
        },
    )


async def append_records(connection: Connection, records: Sequence[StoredRecord]) -> None:
    """Add records to their chain."""
    rows = [{name: getattr(record, name) for name in StoredRecord.__slots__} for record in records]
    await connection.run(_APPEND, rows)


async def keep_one_snapshot(connection: Connection) -> None:
    """Let every query of this transaction see the same moment; to be called before the first."""
    if connection.dialect == "postgresql":
        await connection.run(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


async def heads(connection: Connection) -> list[Head]:
    """The end of every chain, by name."""
    query = select(*_HEAD_COLUMNS).order_by(audit_head.c.stream)
    return [Head(*row) for row in await connection.all(query)]


async def streams_with_records(connection: Connection) -> list[str]:
    """The name of every chain that has a record, whether or not it has a head."""
    query = select(audit_record.c.stream).distinct().order_by(audit_record.c.stream)
    return [row.stream for row in await connection.all(query)]


async def records_after(
    connection: Connection, stream: str, sequence: int, limit: int
) -> list[StoredRecord]:
    """The next records of a chain, in order."""
    query = (
        select(*_RECORD_COLUMNS)
        .where(audit_record.c.stream == stream, audit_record.c.sequence > sequence)
        .order_by(audit_record.c.sequence)
        .limit(limit)
    )
    return [StoredRecord(*row) for row in await connection.all(query)]
