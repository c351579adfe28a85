"""Who saw or changed what, why and when: append-only chains that show any later change.

Every record's hash covers its content and the record before, made with the lookup key, so that
nobody without the key file can rewrite a chain. The head seals length and end of a chain; the
chain of chains lists every other one, so that none can disappear whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson

from gateway.security.access import LegalBasis
from gateway.security.field_encryption import FieldCipher
from gateway.security.tokens import Caller
from gateway.storage.audit import (
    Head,
    StoredRecord,
    append_records,
    create_head,
    lock_head,
    move_head,
)
from gateway.storage.session import Connection

#: The chain that lists all others; no institution's code is empty.
CHAIN_OF_CHAINS = ""
START = bytes(32)
_SYSTEM = "gateway"
_LONGEST_SUBJECT = 128


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One access: by whom, to what, of which patient, on which basis, with which result.

    action is `subject:verb`, such as `report:viewed`. object_id is an opaque identifier of ours and
    patient_key the internal key of the patient (None where no patient is concerned): neither is
    ever a name or a number that identifies somebody.
    """

    caller: Caller
    at: datetime
    action: str
    object_kind: str
    object_id: str
    patient_key: str | None
    basis: LegalBasis
    result: str = "granted"


async def record(connection: Connection, cipher: FieldCipher, *entries: AuditEntry) -> None:
    """Append entries of one institution to its chain, inside the caller's transaction.

    Other writers of the same chain wait until that transaction ends.
    """
    stream = str(entries[0].caller.institution)
    stored = [_stored(cipher, stream, entry) for entry in entries]
    await _append(connection, cipher, stream, stored)


def patient_hash(cipher: FieldCipher, patient_key: str) -> bytes:
    """How the audit trail names a patient."""
    return cipher.keyed_hash("audit patient", patient_key)


def chain_hash(cipher: FieldCipher, previous: bytes, stored: StoredRecord) -> bytes:
    """The hash of a record that follows the one with hash `previous`."""
    content = (
        previous.hex(), stored.stream, stored.sequence, stored.at, stored.role, stored.subject,
        stored.action, stored.object_kind, stored.object_id, (stored.patient_hash or b"").hex(),
        stored.basis, stored.result,
    )  # fmt: skip
    return cipher.keyed_hash("audit record", orjson.dumps(content).decode())


def head_seal(cipher: FieldCipher, stream: str, count: int, last: bytes) -> bytes:
    """The seal of a chain's end."""
    content = orjson.dumps((stream, count, last.hex())).decode()
    return cipher.keyed_hash("audit head", content)


async def _append(
    connection: Connection, cipher: FieldCipher, stream: str, records: Sequence[StoredRecord]
) -> None:
    head = await lock_head(connection, stream)
    if head is None:
        head = await _begin_chain(connection, cipher, stream, records[0].at)
    linked = _linked(cipher, head, records)
    await append_records(connection, linked)
    await move_head(connection, _head_after(cipher, linked[-1]))


async def _begin_chain(
    connection: Connection, cipher: FieldCipher, stream: str, at: datetime
) -> Head:
    empty = Head(stream, 0, START, head_seal(cipher, stream, 0, START))
    is_ours = await create_head(connection, empty)
    if is_ours and stream != CHAIN_OF_CHAINS:
        await _append(connection, cipher, CHAIN_OF_CHAINS, [_beginning(stream, at)])
    # Another transaction may have begun the chain and gone on; its end is what counts.
    return await lock_head(connection, stream) or empty


def _linked(cipher: FieldCipher, head: Head, records: Sequence[StoredRecord]) -> list[StoredRecord]:
    linked = []
    previous = head.chain_hash
    for sequence, stored in enumerate(records, start=head.count + 1):
        numbered = replace(stored, sequence=sequence)
        previous = chain_hash(cipher, previous, numbered)
        linked.append(replace(numbered, chain_hash=previous))
    return linked


def _head_after(cipher: FieldCipher, last: StoredRecord) -> Head:
    seal = head_seal(cipher, last.stream, last.sequence, last.chain_hash)
    return Head(last.stream, last.sequence, last.chain_hash, seal)


def _stored(cipher: FieldCipher, stream: str, entry: AuditEntry) -> StoredRecord:
    """The entry as it is kept; sequence and hash follow when it is linked."""
    key = entry.patient_key
    return StoredRecord(
        stream=stream,
        sequence=0,
        at=entry.at.astimezone(UTC),
        role=entry.caller.role.value,
        subject=entry.caller.subject[:_LONGEST_SUBJECT],
        action=entry.action,
        object_kind=entry.object_kind,
        object_id=entry.object_id,
        patient_hash=None if key is None else patient_hash(cipher, key),
        basis=entry.basis.value,
        result=entry.result,
        chain_hash=START,
    )


def _beginning(stream: str, at: datetime) -> StoredRecord:
    """The record in the chain of chains that another chain began."""
    return StoredRecord(
        stream=CHAIN_OF_CHAINS,
        sequence=0,
        at=at,
        role=_SYSTEM,
        subject=_SYSTEM,
        action="audit:begun",
        object_kind="chain",
        object_id=stream,
        patient_hash=None,
        basis=LegalBasis.OPERATION.value,
        result="granted",
        chain_hash=START,
    )
