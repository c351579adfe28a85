"""`gateway audit verify`: finds altered, removed, inserted and cut off audit records."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from gateway.security.field_encryption import FieldCipher
from gateway.services.audit import CHAIN_OF_CHAINS, START, chain_hash, head_seal
from gateway.storage.audit import (
    Head,
    StoredRecord,
    heads,
    keep_one_snapshot,
    records_after,
    streams_with_records,
)
from gateway.storage.session import Connection

_PAGE = 2000
_BEFORE_ALL = -(2**63)


@dataclass(frozen=True, slots=True)
class AuditProblem:
    """A place where the trail is not what was written; `sequence` None means the whole chain."""

    stream: str
    sequence: int | None
    reason: str


@dataclass(slots=True)
class _Walk:
    """Where the check of one chain stands."""

    sequence: int = 0
    previous: bytes = START


async def verify(connection: Connection, cipher: FieldCipher) -> list[AuditProblem]:
    """Everything wrong with the audit trail, as it is at one moment; empty when it is whole."""
    await keep_one_snapshot(connection)
    ends = {head.stream: head for head in await heads(connection)}
    problems: list[AuditProblem] = []
    for stream in sorted({*ends, *await streams_with_records(connection)}):
        walk = _Walk()
        async for stored in _records(connection, stream):
            problems.extend(_record_problems(cipher, walk, stored))
        problems.extend(_end_problems(cipher, walk, stream, ends.get(stream)))
    problems.extend(_listing_problems(await _listed(connection), ends))
    return problems


async def _records(connection: Connection, stream: str) -> AsyncIterator[StoredRecord]:
    last = _BEFORE_ALL
    while page := await records_after(connection, stream, last, _PAGE):
        for stored in page:
            yield stored
        last = page[-1].sequence


def _record_problems(
    cipher: FieldCipher, walk: _Walk, stored: StoredRecord
) -> Iterator[AuditProblem]:
    if stored.sequence < 1:
        yield AuditProblem(stored.stream, stored.sequence, "the record was inserted")
        return
    if stored.sequence != walk.sequence + 1:
        # Without its predecessor the hash of this record proves nothing.
        reason = f"records {walk.sequence + 1} to {stored.sequence - 1} were removed"
        yield AuditProblem(stored.stream, walk.sequence + 1, reason)
    elif chain_hash(cipher, walk.previous, stored) != stored.chain_hash:
        yield AuditProblem(stored.stream, stored.sequence, "the record was altered or inserted")
    walk.sequence, walk.previous = stored.sequence, stored.chain_hash


def _end_problems(
    cipher: FieldCipher, walk: _Walk, stream: str, head: Head | None
) -> Iterator[AuditProblem]:
    if head is None:
        yield AuditProblem(stream, None, "the end of the chain is not recorded")
    elif head.seal != head_seal(cipher, stream, head.count, head.chain_hash):
        yield AuditProblem(stream, None, "the recorded end of the chain was altered")
    elif head.count > walk.sequence:
        reason = f"the chain was cut: it had {head.count} records"
        yield AuditProblem(stream, walk.sequence + 1, reason)
    elif head.count < walk.sequence:
        reason = f"records after number {head.count} were inserted"
        yield AuditProblem(stream, head.count + 1, reason)
    elif head.chain_hash != walk.previous:
        yield AuditProblem(stream, head.count, "the last record was replaced")


def _listing_problems(listed: set[str], ends: dict[str, Head]) -> Iterator[AuditProblem]:
    existing = set(ends) - {CHAIN_OF_CHAINS}
    for stream in sorted(listed - existing):
        yield AuditProblem(stream, None, "the whole chain was removed")
    for stream in sorted(existing - listed):
        yield AuditProblem(stream, None, "the chain is not in the chain of chains")


async def _listed(connection: Connection) -> set[str]:
    return {stored.object_id async for stored in _records(connection, CHAIN_OF_CHAINS)}
