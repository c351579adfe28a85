"""The legal basis of seeing a patient's data, and the conditions of running without tokens.

四（一）: the treating physician looks results up at the visit. So treatment is the basis, the visit
proves it, and what may be read is what a reminder of that visit offered.
"""

import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from gateway.canonical.identifiers import InstitutionCode
from gateway.errors import AccessDenied, InvalidSettings
from gateway.security.roles import Scope, require_scope
from gateway.security.tokens import Caller


class LegalBasis(StrEnum):
    """Why an access was lawful; kept in its audit record."""

    TREATMENT = "treatment"
    OWN_REPORT = "own_report"
    SUPERVISION = "supervision"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True)
class Offer:
    """Proof that a reminder offered a report: which one, to which institution, in which visit."""

    reminder_id: str
    institution: InstitutionCode
    visit_id: str


def require_own_institution(caller: Caller, institution: InstitutionCode) -> None:
    """Refuse a caller who acts for another institution than the token's; raises `AccessDenied`."""
    if caller.institution != institution:
        raise AccessDenied("the token belongs to another institution")


def basis_for_report(caller: Caller, source: InstitutionCode, offer: Offer | None) -> LegalBasis:
    """Why the caller may read a report of `source`.

    An institution reads its own reports; another one's only where a reminder offered it the report.

    Raises:
        AccessDenied: there is no legal basis.
    """
    require_scope(caller.role, Scope.REPORTS_READ)
    if caller.institution == source:
        return LegalBasis.OWN_REPORT
    if offer is not None and offer.institution == caller.institution:
        return LegalBasis.TREATMENT
    raise AccessDenied("no visit of the caller's institution was offered this report")


def require_safe_auth(auth: str, host: str) -> None:
    """Refuse to run without tokens where others than this machine can connect.

    Raises:
        InvalidSettings: `auth` is "disabled" and `host` is not a loopback address.
    """
    if auth == "disabled" and not _is_loopback(host):
        raise InvalidSettings("AUTH=disabled listens on loopback only, such as 127.0.0.1")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
