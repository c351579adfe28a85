"""Ascending opaque identifiers (RFC 9562 version 7): time first, so indexes grow at their end."""

import secrets
from uuid import UUID

from gateway.clock import nanoseconds_since_epoch

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_NANOSECONDS_PER_MILLISECOND = 1_000_000


def new_id() -> str:
    """A new identifier of 32 hexadecimal digits that sorts by its time of creation.

    The 12 bits after the milliseconds hold their fraction (RFC 9562 6.2, method 3).
    """
    milliseconds, rest = divmod(nanoseconds_since_epoch(), _NANOSECONDS_PER_MILLISECOND)
    fraction = rest * 4096 // _NANOSECONDS_PER_MILLISECOND
    value = milliseconds << 80 | _VERSION_7 | fraction << 64 | _VARIANT | secrets.randbits(62)
    return UUID(int=value).hex
