"""The audit trail shows whatever is done to it, to somebody without the key at least."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Executable, delete, insert, select, update

from gateway.canonical.identifiers import InstitutionCode
from gateway.security.access import LegalBasis
from gateway.security.field_encryption import FieldCipher
from gateway.security.key_ring import new_ring
from gateway.security.roles import Role
from gateway.security.tokens import Caller
from gateway.services.audit import AuditEntry, patient_hash, record
from gateway.services.audit_verification import AuditProblem, verify
from gateway.storage.audit_tables import audit_head, audit_record
from gateway.storage.session import Connection, Database

NOON = datetime(2026, 11, 2, 12, 0, 0, 123456, tzinfo=UTC)
PATIENT = "0" * 32


@pytest.fixture
def cipher() -> FieldCipher:
    return FieldCipher(new_ring())


def entry(institution: str = "H001", number: int = 1, at: datetime = NOON) -> AuditEntry:
    caller = Caller(Role.PHYSICIAN, InstitutionCode(institution), "李医生")
    return AuditEntry(
        caller, at, "report:viewed", "report", f"r{number}", PATIENT, LegalBasis.TREATMENT
    )


async def write(database: Database, cipher: FieldCipher, *entries: AuditEntry) -> None:
    await database.write(lambda conn: record(conn, cipher, *entries))


async def problems(database: Database, cipher: FieldCipher) -> list[tuple[str, int | None]]:
    found = await database.read(lambda conn: verify(conn, cipher))
    assert all(isinstance(problem, AuditProblem) for problem in found)
    return [(problem.stream, problem.sequence) for problem in found]


@pytest.fixture
async def trail(database: Database, cipher: FieldCipher) -> Database:
    """Five records of one institution and two of another."""
    for number in range(1, 6):
        await write(database, cipher, entry("H001", number))
    await write(database, cipher, entry("H002", 1), entry("H002", 2))
    return database


async def tamper(database: Database, *statements: Executable) -> None:
    async def unit(connection: Connection) -> None:
        for statement in statements:
            assert await connection.run(statement) >= 1

    await database.write(unit)


def row(sequence: int, stream: str = "H001") -> Any:
    return (audit_record.c.stream == stream) & (audit_record.c.sequence == sequence)


async def test_untouched_trail_is_whole(trail: Database, cipher: FieldCipher) -> None:
    assert await problems(trail, cipher) == []


async def test_empty_trail_is_whole(database: Database, cipher: FieldCipher) -> None:
    assert await problems(database, cipher) == []


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "someone else"}, {"action": "report:printed"}, {"result": "refused"},
        {"at": NOON + timedelta(microseconds=1)}, {"patient_hash": None}, {"object_id": "r9"},
        {"role": "admin"}, {"basis": "operation"}, {"object_kind": "study"},
    ],
)  # fmt: skip
async def test_altered_record_is_found(
    trail: Database, cipher: FieldCipher, change: dict[str, object]
) -> None:
    await tamper(trail, update(audit_record).where(row(3)).values(change))
    assert await problems(trail, cipher) == [("H001", 3)]


async def test_altered_hash_of_the_last_record_is_found(
    trail: Database, cipher: FieldCipher
) -> None:
    await tamper(trail, update(audit_record).where(row(5)).values(chain_hash=bytes(32)))
    assert set(await problems(trail, cipher)) == {("H001", 5)}


async def test_removed_record_is_found(trail: Database, cipher: FieldCipher) -> None:
    await tamper(trail, delete(audit_record).where(row(2)))
    assert await problems(trail, cipher) == [("H001", 2)]


async def test_removed_record_is_found_even_when_the_others_move_up(
    trail: Database, cipher: FieldCipher
) -> None:
    moves = [update(audit_record).where(row(n)).values(sequence=n - 1) for n in (3, 4, 5)]
    moved_head = update(audit_head).where(audit_head.c.stream == "H001").values(count=4)
    await tamper(trail, delete(audit_record).where(row(2)), *moves, moved_head)
    assert ("H001", 2) in await problems(trail, cipher)


async def test_cut_trail_is_found(trail: Database, cipher: FieldCipher) -> None:
    await tamper(trail, delete(audit_record).where(row(5)))
    assert await problems(trail, cipher) == [("H001", 5)]


async def test_cut_trail_with_an_adjusted_head_is_found(
    trail: Database, cipher: FieldCipher
) -> None:
    (fourth,) = await trail.read(lambda conn: conn.all(select(audit_record).where(row(4))))
    head = update(audit_head).where(audit_head.c.stream == "H001")
    await tamper(
        trail,
        delete(audit_record).where(row(5)),
        head.values(count=4, chain_hash=fourth.chain_hash),
    )
    assert await problems(trail, cipher) == [("H001", None)]


@pytest.mark.parametrize("sequence", [0, 6])
async def test_inserted_record_is_found(
    trail: Database, cipher: FieldCipher, sequence: int
) -> None:
    (fifth,) = await trail.read(lambda conn: conn.all(select(audit_record).where(row(5))))
    copy = {**fifth._mapping, "sequence": sequence}
    await tamper(trail, insert(audit_record).values(copy))
    assert ("H001", sequence) in await problems(trail, cipher)


async def test_two_exchanged_records_are_found(trail: Database, cipher: FieldCipher) -> None:
    def numbered(old: int, new: int) -> Executable:
        return update(audit_record).where(row(old)).values(sequence=new)

    await tamper(trail, numbered(2, 99), numbered(3, 2), numbered(99, 3))
    assert {sequence for _, sequence in await problems(trail, cipher)} >= {2, 3}


async def test_chain_that_vanished_whole_is_found(trail: Database, cipher: FieldCipher) -> None:
    await tamper(
        trail,
        delete(audit_record).where(audit_record.c.stream == "H002"),
        delete(audit_head).where(audit_head.c.stream == "H002"),
    )
    assert await problems(trail, cipher) == [("H002", None)]


async def test_chain_without_its_end_is_found(trail: Database, cipher: FieldCipher) -> None:
    await tamper(trail, delete(audit_head).where(audit_head.c.stream == "H002"))
    assert ("H002", None) in await problems(trail, cipher)


async def test_chain_that_nobody_began_is_found(trail: Database, cipher: FieldCipher) -> None:
    await tamper(trail, insert(audit_head).values(
        stream="H003", count=0, chain_hash=bytes(32), seal=bytes(32)
    ))  # fmt: skip
    assert await problems(trail, cipher) == [("H003", None), ("H003", None)]


async def test_last_record_made_with_another_key_is_found(
    trail: Database, cipher: FieldCipher
) -> None:
    await write(trail, FieldCipher(new_ring()), entry("H001", 6))
    assert ("H001", 6) in await problems(trail, cipher)


async def test_writers_at_the_same_time_leave_one_whole_chain_each(
    database: Database, cipher: FieldCipher
) -> None:
    institutions = ["H001", "H002", "H003"]
    await asyncio.gather(
        *(write(database, cipher, entry(name, n)) for n in range(20) for name in institutions)
    )
    assert await problems(database, cipher) == []
    rows = await database.read(
        lambda conn: conn.all(select(audit_head.c.stream, audit_head.c["count"]))
    )
    assert {row.stream: row[1] for row in rows} == {
        "": 3, "H001": 20, "H002": 20, "H003": 20,
    }  # fmt: skip


async def test_access_that_is_undone_leaves_no_record(trail: Database, cipher: FieldCipher) -> None:
    async def unit(connection: Connection) -> None:
        await record(connection, cipher, entry("H004"), entry("H004", 2))
        raise KeyError

    with pytest.raises(KeyError):
        await trail.write(unit)
    assert await problems(trail, cipher) == []


async def test_patient_appears_by_keyed_hash_alone(trail: Database, cipher: FieldCipher) -> None:
    rows = await trail.read(lambda conn: conn.all(select(audit_record).where(row(1))))
    assert rows[0].patient_hash == patient_hash(cipher, PATIENT)
    assert PATIENT not in str(rows)


async def test_time_of_any_zone_and_a_long_subject_are_kept(
    database: Database, cipher: FieldCipher
) -> None:
    caller = Caller(Role.HOSPITAL, InstitutionCode("H001"), "长" * 500)
    beijing = NOON.astimezone(timezone(timedelta(hours=8)))
    await write(
        database,
        cipher,
        AuditEntry(caller, beijing, "a:b", "report", "r", None, LegalBasis.OPERATION),
    )
    assert await problems(database, cipher) == []
    (kept,) = await database.read(lambda conn: conn.all(select(audit_record).where(row(1))))
    assert (kept.at, kept.subject, kept.patient_hash) == (NOON, "长" * 128, None)
