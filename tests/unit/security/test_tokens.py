"""Tokens: only ours, only while valid, only as issued."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from gateway.canonical.identifiers import InstitutionCode
from gateway.errors import Unauthenticated
from gateway.security.key_ring import KeyRing, new_ring
from gateway.security.roles import Role
from gateway.security.tokens import Caller, TokenIssuer

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALLER = Caller(Role.PHYSICIAN, InstitutionCode("H001"), "李医生")
RING = new_ring()
ISSUER = TokenIssuer(RING, HOUR)


def test_token_names_its_holder_until_it_expires() -> None:
    token = ISSUER.issue(CALLER, NOON)
    assert ISSUER.verify(token, NOON) == CALLER
    assert ISSUER.verify(token, NOON + HOUR - timedelta(seconds=1)) == CALLER


@pytest.mark.parametrize("moment", [NOON + HOUR, NOON - timedelta(seconds=1)])
def test_token_outside_its_time_is_refused(moment: datetime) -> None:
    with pytest.raises(Unauthenticated, match="expired or is not valid yet"):
        ISSUER.verify(ISSUER.issue(CALLER, NOON), moment)


def test_token_of_another_deployment_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        ISSUER.verify(TokenIssuer(new_ring(), HOUR).issue(CALLER, NOON), NOON)


def test_unsigned_token_is_refused() -> None:
    header, claims, _ = ISSUER.issue(CALLER, NOON).split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"1"}').rstrip(b"=").decode()
    for forged in (f"{header}.{claims}.", f"{none}.{claims}.", "", "a.b.c", "张"):
        with pytest.raises(Unauthenticated):
            ISSUER.verify(forged, NOON)


def test_changed_role_is_refused() -> None:
    header, claims, signature = ISSUER.issue(CALLER, NOON).split(".")
    body = json.loads(base64.urlsafe_b64decode(claims + "=="))
    raised = base64.urlsafe_b64encode(json.dumps({**body, "role": "admin"}).encode())
    with pytest.raises(Unauthenticated):
        ISSUER.verify(f"{header}.{raised.rstrip(b'=').decode()}.{signature}", NOON)


@pytest.mark.parametrize(
    "change", [{"role": "king"}, {"institution": ""}, {"exp": "soon"}, {"iss": "elsewhere"}]
)
def test_signed_token_with_a_wrong_claim_is_refused(change: dict[str, str]) -> None:
    claims = {
        "iss": "recognition-gateway", "sub": "x", "role": "admin", "institution": "H001",
        "iat": NOON.timestamp(), "exp": (NOON + HOUR).timestamp(), **change,
    }  # fmt: skip
    key = OctKey.import_key(RING.derived(1, "recognition-gateway tokens"))
    with pytest.raises(Unauthenticated):
        ISSUER.verify(jwt.encode({"alg": "HS256", "kid": "1"}, claims, key), NOON)


def test_rotated_ring_still_honors_tokens_of_the_old_key() -> None:
    token = ISSUER.issue(CALLER, NOON)
    rotated = KeyRing({**RING.keys, 2: new_ring().keys[1]}, current=2, lookup=1)
    issuer = TokenIssuer(rotated, HOUR)
    assert issuer.verify(token, NOON) == CALLER
    with pytest.raises(Unauthenticated):
        ISSUER.verify(issuer.issue(CALLER, NOON), NOON)


def test_two_tokens_are_never_the_same() -> None:
    assert ISSUER.issue(CALLER, NOON) != ISSUER.issue(CALLER, NOON)
