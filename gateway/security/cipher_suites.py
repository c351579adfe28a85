"""The cipher suites of encrypted columns: AES-GCM with SHA-256, and SM4-GCM with SM3.

Each suite is bound to one secret and derives separate keys for encryption and for lookup hashes
from it (HKDF, RFC 5869), so that neither use weakens the other.
"""

import hmac
from typing import ClassVar, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
TAG_BYTES = 16
_ENCRYPTION, _LOOKUP = b"recognition-gateway encryption", b"recognition-gateway lookup"


class CannotDecrypt(Exception):
    """The ciphertext was altered, moved to another place, or made with another key."""


class Suite(Protocol):
    """An authenticated cipher and a keyed hash, bound to one secret.

    `number` is written in front of every ciphertext; `name` is used in the key file.
    """

    number: ClassVar[int]
    name: ClassVar[str]

    def __init__(self, secret: bytes) -> None: ...

    def encrypt(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Ciphertext followed by its tag of 16 bytes."""

    def decrypt(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        """The plaintext of `encrypt`'s answer; raises `CannotDecrypt`."""

    def keyed_hash(self, message: bytes) -> bytes:
        """32 bytes that only a holder of the secret can compute."""


class AesGcmSuite:
    """AES-256-GCM (NIST SP 800-38D) and HMAC-SHA-256."""

    number: ClassVar[int] = 1
    name: ClassVar[str] = "AES-256-GCM"

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(derive_key(secret, _ENCRYPTION, hashes.SHA256(), 32))
        self._lookup_key = derive_key(secret, _LOOKUP, hashes.SHA256(), 32)

    def encrypt(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Ciphertext and tag."""
        return self._cipher.encrypt(nonce, plaintext, associated)

    def decrypt(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        """The plaintext; raises `CannotDecrypt`."""
        try:
            return self._cipher.decrypt(nonce, sealed, associated)
        except InvalidTag:
            raise CannotDecrypt from None

    def keyed_hash(self, message: bytes) -> bytes:
        """HMAC-SHA-256 of the message."""
        return hmac.digest(self._lookup_key, message, "sha256")


class Sm4GcmSuite:
    """SM4-GCM (GB/T 32907, RFC 8998) and HMAC-SM3 (GB/T 32905), for sites bound to 国密."""

    number: ClassVar[int] = 2
    name: ClassVar[str] = "SM4-GCM"

    def __init__(self, secret: bytes) -> None:
        self._algorithm = algorithms.SM4(derive_key(secret, _ENCRYPTION, hashes.SM3(), 16))
        self._lookup_key = derive_key(secret, _LOOKUP, hashes.SM3(), 32)

    def encrypt(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Ciphertext and tag."""
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated)
        return encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        """The plaintext; raises `CannotDecrypt`."""
        body, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated)
        try:
            return decryptor.update(body) + decryptor.finalize()
        except InvalidTag:
            raise CannotDecrypt from None

    def keyed_hash(self, message: bytes) -> bytes:
        """HMAC-SM3 of the message."""
        mac = HMAC(self._lookup_key, hashes.SM3())
        mac.update(message)
        return mac.finalize()


#: Every suite that a key file may name.
SUITES: dict[str, type[Suite]] = {suite.name: suite for suite in (AesGcmSuite, Sm4GcmSuite)}


def derive_key(secret: bytes, purpose: bytes, algorithm: hashes.HashAlgorithm, size: int) -> bytes:
    """A key of `size` bytes for one purpose only (HKDF, RFC 5869)."""
    return HKDF(algorithm=algorithm, length=size, salt=None, info=purpose).derive(secret)
