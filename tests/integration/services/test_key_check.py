"""A database opened with the wrong keys would store every patient twice, so it is not opened."""

import pytest

from gateway.errors import InvalidSettings
from gateway.security.field_encryption import FieldCipher
from gateway.security.key_ring import KeyRing, new_ring
from gateway.services.key_check import require_same_key
from gateway.storage.session import Database


async def test_database_belongs_to_the_keys_of_its_first_use(database: Database) -> None:
    ring = new_ring()
    cipher = FieldCipher(ring)
    await database.write(lambda conn: require_same_key(conn, cipher))
    await database.write(lambda conn: require_same_key(conn, cipher))
    rotated = FieldCipher(KeyRing({**ring.keys, 2: new_ring().keys[1]}, current=2, lookup=1))
    await database.write(lambda conn: require_same_key(conn, rotated))
    with pytest.raises(InvalidSettings, match="does not belong to this database"):
        await database.write(lambda conn: require_same_key(conn, FieldCipher(new_ring())))
