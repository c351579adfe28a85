"""Refuses to open a database with other keys than it was made with.

With another key every lookup hash differs: known patients would look new and be stored twice.
"""

from gateway.errors import InvalidSettings
from gateway.security.field_encryption import FieldCipher
from gateway.storage.registry import store_fingerprint, stored_fingerprint
from gateway.storage.session import Connection


async def require_same_key(connection: Connection, cipher: FieldCipher) -> None:
    """Compare the lookup key with the database's; the first use of a database settles it.

    Raises:
        InvalidSettings: the key file belongs to another database.
    """
    fingerprint = cipher.keyed_hash("fingerprint", "")
    stored = await stored_fingerprint(connection)
    if stored is None:
        await store_fingerprint(connection, fingerprint)
    elif stored != fingerprint:
        raise InvalidSettings(
            "the key file does not belong to this database; restore the right one"
        )
