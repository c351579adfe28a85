"""Tokens of the local issuer: JSON Web Tokens (RFC 7519), signed with the key ring."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import InstitutionCode
from gateway.errors import Unauthenticated
from gateway.ids import new_id
from gateway.security.key_ring import KeyRing
from gateway.security.roles import Role

_ISSUER = "recognition-gateway"
_ALGORITHM = "HS256"
_PURPOSE = "recognition-gateway tokens"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: role, the institution acted for, and the person or system by name."""

    role: Role
    institution: InstitutionCode
    subject: str


class TokenIssuer:
    """Issues and verifies tokens; every key of the ring verifies, the current one signs."""

    def __init__(self, ring: KeyRing, lifetime: timedelta) -> None:
        self._keys = {
            str(number): OctKey.import_key(ring.derived(number, _PURPOSE)) for number in ring.keys
        }
        self._current = str(ring.current)
        self._lifetime = lifetime

    def issue(self, caller: Caller, at: datetime) -> str:
        """A token that is valid from `at` (an aware instant) for the issuer's lifetime."""
        claims = {
            "iss": _ISSUER,
            "sub": caller.subject,
            "role": caller.role.value,
            "institution": str(caller.institution),
            "iat": int(at.timestamp()),
            "exp": int((at + self._lifetime).timestamp()),
            "jti": new_id(),
        }
        header = {"alg": _ALGORITHM, "kid": self._current}
        return jwt.encode(header, claims, self._keys[self._current], algorithms=[_ALGORITHM])

    def verify(self, token: str, at: datetime) -> Caller:
        """Who holds the token; raises `Unauthenticated` if it is not ours or not valid now."""
        try:
            decoded = jwt.decode(token, self._key_of, algorithms=[_ALGORITHM])
        except (JoseError, ValueError, TypeError, KeyError):
            raise Unauthenticated("the token is not valid") from None
        return _caller(decoded.claims, at)

    def _key_of(self, guest: Any) -> OctKey:
        return self._keys[guest.headers()["kid"]]


def _caller(claims: Mapping[str, Any], at: datetime) -> Caller:
    try:
        issued, expires = int(claims["iat"]), int(claims["exp"])
        caller = Caller(
            Role(claims["role"]), InstitutionCode(claims["institution"]), str(claims["sub"])
        )
        ours = claims["iss"] == _ISSUER
    except (KeyError, ValueError, TypeError, InvalidRecord):
        raise Unauthenticated("the token lacks a claim") from None
    if not ours or not issued <= at.timestamp() < expires:
        raise Unauthenticated("the token has expired or is not valid yet")
    return caller
