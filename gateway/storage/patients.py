"""Persons and their identifiers; an absorbed person keeps its key and points to the other."""

from collections.abc import Collection, Iterable

from sqlalchemy import BindParameter, bindparam, func, or_, select, update

from gateway.storage.session import Connection
from gateway.storage.tables import patient, patient_identifier

_RESIDENT_ID = "01"
_ROOT = func.coalesce(patient.c.merged_into, patient.c.patient_key)
_MERGE = (
    update(patient)
    .where(
        or_(
            patient.c.patient_key == bindparam("other"), patient.c.merged_into == bindparam("other")
        )
    )
    .values(merged_into=bindparam("person"))
)


_PERSONS: BindParameter[str] = bindparam("persons", expanding=True)
_OF_PERSONS = or_(patient.c.patient_key.in_(_PERSONS), patient.c.merged_into.in_(_PERSONS))
_BY_IDENTIFIER = (
    select(patient_identifier.c.identifier_hash, _ROOT)
    .join(patient, patient.c.patient_key == patient_identifier.c.patient_key)
    .where(patient_identifier.c.identifier_hash.in_(bindparam("hashes", expanding=True)))
)
_RESIDENT_IDS = (
    select(_ROOT, patient_identifier.c.identifier_hash)
    .join(patient_identifier, patient.c.patient_key == patient_identifier.c.patient_key)
    .where(_OF_PERSONS, patient_identifier.c.identifier_type == _RESIDENT_ID)
)
_KEYS = select(patient.c.patient_key).where(_OF_PERSONS)


async def persons_by_identifier(conn: Connection, hashes: Collection[bytes]) -> dict[bytes, str]:
    """The person that each known identifier hash belongs to."""
    if not hashes:
        return {}
    rows = await conn.all(_BY_IDENTIFIER, {"hashes": list(hashes)})
    return {row[0]: row[1] for row in rows}


async def resident_ids_of(conn: Connection, persons: Collection[str]) -> dict[str, bytes]:
    """The hash of the resident ID number of each person that has one."""
    if not persons:
        return {}
    rows = await conn.all(_RESIDENT_IDS, {"persons": list(persons)})
    return {row[0]: row[1] for row in rows}


async def keys_of_persons(conn: Connection, persons: Collection[str]) -> tuple[str, ...]:
    """Every patient key under which data of these persons are stored."""
    rows = await conn.all(_KEYS, {"persons": list(persons)})
    return tuple(row[0] for row in rows)


async def merge_persons(conn: Connection, merges: Iterable[tuple[str, str]]) -> None:
    """Let (person, other) pairs be one person from now on."""
    if rows := [{"person": person, "other": other} for person, other in merges]:
        await conn.run(_MERGE, rows)
