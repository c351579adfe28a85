"""The secrets of a deployment: a JSON file beside the database, never inside it.

```json
{"current": 2, "lookup": 1,
 "keys": {"1": {"suite": "AES-256-GCM", "secret": "base64 of 32 bytes"}, "2": {…}}}
```

`current` encrypts new values, every key in the file decrypts old ones. `lookup` makes the hashes by
which patients are found; it stays when `current` moves on, because every stored hash depends on it.
To rotate: add a key under the next number, point `current` at it, restart. One key serves for 2^32
values (NIST SP 800-38D 8.3, random nonces).
"""

import base64
import binascii
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from gateway.errors import InvalidSettings
from gateway.security.cipher_suites import SUITES, AesGcmSuite, Suite, derive_key

_SECRET_BYTES = 32
_HIGHEST_NUMBER = 0xFFFF
_READABLE_BY_OTHERS = 0o007


@dataclass(frozen=True, slots=True)
class Key:
    """One secret and the suite it is used with."""

    suite: str
    secret: bytes


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """Numbered keys, the one that encrypts now, and the one that makes lookup hashes."""

    keys: dict[int, Key]
    current: int
    lookup: int

    def __post_init__(self) -> None:
        for number in (self.current, self.lookup):
            if number not in self.keys:
                raise InvalidSettings(f"key file: there is no key {number}")
        for number, key in self.keys.items():
            _check_key(number, key)

    @classmethod
    def load(cls, path: Path) -> "KeyRing":
        """The ring of a key file; on a first start the file is made, readable by its owner alone.

        Raises:
            InvalidSettings: the file is no key file, or others on the machine can read it.
        """
        if not path.exists():
            _create(path)
        if path.stat().st_mode & _READABLE_BY_OTHERS:
            raise InvalidSettings("key file: must not be readable by others (chmod 600)")
        return cls.from_json(path.read_text(encoding="utf-8"))

    @classmethod
    def from_json(cls, text: str) -> "KeyRing":
        """The ring that a key file's text describes; raises `InvalidSettings`."""
        try:
            ring = json.loads(text)
            keys = {
                int(number): Key(key["suite"], base64.b64decode(key["secret"], validate=True))
                for number, key in ring["keys"].items()
            }
            return cls(keys, int(ring["current"]), int(ring["lookup"]))
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            raise InvalidSettings("key file: not a key ring in JSON") from None

    def suite(self, number: int) -> Suite:
        """The suite of a key, ready for use."""
        key = self.keys[number]
        return SUITES[key.suite](key.secret)

    def derived(self, number: int, purpose: str) -> bytes:
        """A key of 32 bytes for another purpose than encrypting columns, such as signing tokens."""
        return derive_key(self.keys[number].secret, purpose.encode(), hashes.SHA256(), 32)


def new_ring(suite: str = AesGcmSuite.name) -> KeyRing:
    """A ring with one fresh random key."""
    return KeyRing({1: Key(suite, secrets.token_bytes(_SECRET_BYTES))}, current=1, lookup=1)


def to_json(ring: KeyRing) -> str:
    """The text of the key file that holds the ring."""
    keys = {
        str(number): {"suite": key.suite, "secret": base64.b64encode(key.secret).decode()}
        for number, key in ring.keys.items()
    }
    return json.dumps({"current": ring.current, "lookup": ring.lookup, "keys": keys}, indent=1)


def _check_key(number: int, key: Key) -> None:
    if not 1 <= number <= _HIGHEST_NUMBER:
        raise InvalidSettings(f"key file: key numbers run from 1 to {_HIGHEST_NUMBER}")
    if key.suite not in SUITES:
        raise InvalidSettings(f"key file: key {number} names an unknown suite")
    if len(key.secret) < _SECRET_BYTES:
        raise InvalidSettings(f"key file: key {number} is shorter than {_SECRET_BYTES} bytes")


def _create(path: Path) -> None:
    """Make a key file completely or not at all; of two processes starting at once, one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(to_json(new_ring()))
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first; its keys are ours too
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
