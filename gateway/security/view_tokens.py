"""View tokens: for a short time, the images of one report and nothing else, on every call.

They are signed with a key of their own, so they open no other route, and no other token opens what
they open.
"""

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
from gateway.security.tokens import Caller

_ISSUER = "recognition-gateway view"
_ALGORITHM = "HS256"
_PURPOSE = "recognition-gateway view tokens"


@dataclass(frozen=True, slots=True)
class ViewGrant:
    """Whom a token lets see which studies, and the report that a reminder offered them with."""

    caller: Caller
    report_id: str
    study_uids: tuple[str, ...]


class ViewTokenIssuer:
    """Issues and verifies view tokens; every key of the ring verifies, the current one signs."""

    def __init__(self, ring: KeyRing, lifetime: timedelta) -> None:
        self._keys = {
            str(number): OctKey.import_key(ring.derived(number, _PURPOSE)) for number in ring.keys
        }
        self._current = str(ring.current)
        self._lifetime = lifetime

    def issue(self, grant: ViewGrant, at: datetime) -> tuple[str, datetime]:
        """A token that is valid from `at`, and the instant at which it dies."""
        expires = at + self._lifetime
        claims = {
            "iss": _ISSUER,
            "sub": grant.caller.subject,
            "role": grant.caller.role.value,
            "institution": str(grant.caller.institution),
            "report": grant.report_id,
            "studies": list(grant.study_uids),
            "iat": int(at.timestamp()),
            "exp": int(expires.timestamp()),
            "jti": new_id(),
        }
        header = {"alg": _ALGORITHM, "kid": self._current}
        token = jwt.encode(header, claims, self._keys[self._current], algorithms=[_ALGORITHM])
        return token, expires

    def verify(self, token: str, at: datetime) -> ViewGrant | None:
        """The grant of a view token; None for a token of another kind.

        Raises:
            Unauthenticated: it is a view token of ours that is not valid now.
        """
        try:
            decoded = jwt.decode(token, self._key_of, algorithms=[_ALGORITHM])
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        return _grant(decoded.claims, at)

    def _key_of(self, guest: Any) -> OctKey:
        return self._keys[guest.headers()["kid"]]


def _grant(claims: Mapping[str, Any], at: datetime) -> ViewGrant:
    try:
        issued, expires = int(claims["iat"]), int(claims["exp"])
        caller = Caller(
            Role(claims["role"]), InstitutionCode(claims["institution"]), str(claims["sub"])
        )
        studies = tuple(str(uid) for uid in claims["studies"])
        grant = ViewGrant(caller, str(claims["report"]), studies)
    except (KeyError, ValueError, TypeError, InvalidRecord):
        raise Unauthenticated("the view token lacks a claim") from None
    if not issued <= at.timestamp() < expires:
        raise Unauthenticated("the view token has expired; open the images from the reminder again")
    return grant
