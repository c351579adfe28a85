"""Who is calling, and whether the route is open to them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from gateway.api.access_table import ACCESS, require_any_scope
from gateway.api.error_responses import route_of
from gateway.api.options import ApiOptions
from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import InstitutionCode
from gateway.errors import AccessDenied, Unauthenticated
from gateway.security.roles import Role
from gateway.security.tokens import Caller
from gateway.services.directory import Services

#: With AUTH=disabled these headers say who the caller on loopback wants to be.
INSTITUTION_HEADER = "X-Recognition-Institution"
ROLE_HEADER = "X-Recognition-Role"
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_LOOPBACK_SUBJECT = "loopback"
_UNNAMED = InstitutionCode("unnamed")


@dataclass(frozen=True, slots=True)
class Call:
    """One authorized request: its services, its caller, its instant (UTC)."""

    services: Services
    options: ApiOptions
    caller: Caller
    at: datetime

    def caller_for(self, institution: InstitutionCode) -> Caller:
        """The caller; without tokens and header, somebody of the institution the body names."""
        if self.caller.institution == _UNNAMED and self.options.auth == "disabled":
            return replace(self.caller, institution=institution)
        return self.caller


def services_of(request: Request) -> Services:
    """The use cases behind the routes."""
    services: Services = request.app.state.services
    return services


def options_of(request: Request) -> ApiOptions:
    """What the composition root decided about this rim."""
    options: ApiOptions = request.app.state.options
    return options


def authorized(request: Request) -> Call:
    """The call of an authenticated caller whose role opens the route.

    Raises:
        Unauthenticated: no token, or one that is not valid now.
        AccessDenied: the role has none of the scopes that the table names.
    """
    services, options = services_of(request), options_of(request)
    at = services.clock()
    if options.auth == "disabled":
        caller = _loopback_caller(request)
    else:
        caller = services.tokens.verify(_bearer(request), at)
    require_any_scope(caller.role, ACCESS[request.method, route_of(request.scope)])
    return Call(services, options, caller, at)


Authorized = Annotated[Call, Depends(authorized)]


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("send Authorization: Bearer with a token of the gateway")
    return token.strip()


def _loopback_caller(request: Request) -> Caller:
    """Whoever the headers name. A foreign page that rebinds its name to loopback is refused by
    the Host header, and cannot set these headers without our consent (no CORS)."""
    if (request.url.hostname or "").lower() not in _LOOPBACK_NAMES:
        raise AccessDenied("without tokens only this machine is answered, under a loopback name")
    try:
        institution = InstitutionCode(request.headers.get(INSTITUTION_HEADER, _UNNAMED))
        role = Role(request.headers.get(ROLE_HEADER, Role.HOSPITAL))
    except (InvalidRecord, ValueError):
        raise Unauthenticated(
            f"{INSTITUTION_HEADER} or {ROLE_HEADER} names no institution or role"
        ) from None
    return Caller(role, institution, _LOOPBACK_SUBJECT)
