"""Encryption of single stored values: columns, payloads, raw messages.

A stored value is: suite number (1 byte), key number (2 bytes, big endian), nonce (12 bytes),
ciphertext, tag (16 bytes). The first three bytes and the caller's context, which names the value's
place, are authenticated: a value copied to another row or column does not decrypt.
"""

import os
import struct

from gateway.errors import GatewayError
from gateway.security.cipher_suites import NONCE_BYTES, TAG_BYTES, CannotDecrypt
from gateway.security.key_ring import KeyRing

_HEADER = struct.Struct(">BH")
_BODY = _HEADER.size + NONCE_BYTES
_SHORTEST = _BODY + TAG_BYTES


class UnreadableField(GatewayError):
    """A stored value does not decrypt: altered, moved to another place, or its key is missing."""

    code = "unreadable_field"


def field_context(table: str, column: str, row: str) -> bytes:
    """The place of a value, to be authenticated with it."""
    return f"{table}\x1f{column}\x1f{row}".encode()


class FieldCipher:
    """Encrypts and decrypts stored values, and makes the keyed hashes by which they are found."""

    def __init__(self, ring: KeyRing) -> None:
        self._suites = {number: ring.suite(number) for number in ring.keys}
        self._current = self._suites[ring.current]
        self._lookup = self._suites[ring.lookup]
        self._header = _HEADER.pack(self._current.number, ring.current)

    def encrypt(self, plaintext: bytes, context: bytes) -> bytes:
        """The value as it is stored in the place that `context` names."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._current.encrypt(nonce, plaintext, self._header + context)
        return self._header + nonce + sealed

    def decrypt(self, stored: bytes, context: bytes) -> bytes:
        """The value that was stored in the place that `context` names.

        Raises:
            UnreadableField: it was altered, comes from another place, or its key is gone.
        """
        if len(stored) < _SHORTEST:
            raise UnreadableField("a stored value is shorter than any ciphertext")
        suite_number, key_number = _HEADER.unpack_from(stored)
        suite = self._suites.get(key_number)
        if suite is None or suite.number != suite_number:
            raise UnreadableField(f"a stored value needs key {key_number}, which the ring lacks")
        associated = stored[: _HEADER.size] + context
        try:
            return suite.decrypt(stored[_HEADER.size : _BODY], stored[_BODY:], associated)
        except CannotDecrypt:
            raise UnreadableField("a stored value was altered or moved") from None

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """32 bytes that are equal for equal texts and say nothing without the key.

        `purpose` separates uses, so that hashes of one use cannot be compared with another's.
        """
        return self._lookup.keyed_hash(f"{purpose}\x1f{text}".encode())
