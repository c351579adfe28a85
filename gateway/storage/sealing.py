"""Sealing of column values: records and texts encrypted for the row they stand in."""

from typing import TypeVar

from gateway.security.field_encryption import FieldCipher, field_context
from gateway.storage.codec import decode, encode

T = TypeVar("T")


class Sealer:
    """Encrypts values for their place (table, column, row) and makes lookup hashes."""

    def __init__(self, cipher: FieldCipher) -> None:
        self._cipher = cipher

    def seal(self, table: str, row: str, data: bytes) -> bytes:
        """Bytes as the sealed column of that row holds them."""
        return self._cipher.encrypt(data, field_context(table, "sealed", row))

    def open(self, table: str, row: str, sealed: bytes) -> bytes:
        """What `seal` was given; raises `UnreadableField` if altered or moved."""
        return self._cipher.decrypt(sealed, field_context(table, "sealed", row))

    def seal_record(self, table: str, row: str, record: object) -> bytes:
        """A record as the sealed column of that row holds it."""
        return self.seal(table, row, encode(record))

    def open_record(self, table: str, row: str, kind: type[T], sealed: bytes) -> T:
        """The record of a sealed column."""
        return decode(kind, self.open(table, row, sealed))

    def lookup_hash(self, purpose: str, *parts: str) -> bytes:
        """A keyed hash that finds equal values of one purpose."""
        return self._cipher.keyed_hash(purpose, "\x1f".join(parts))
