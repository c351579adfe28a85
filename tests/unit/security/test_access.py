"""A report is read for treatment, and only where a reminder offered it."""

import pytest

from gateway.canonical.identifiers import InstitutionCode
from gateway.errors import AccessDenied, InvalidSettings
from gateway.security.access import (
    LegalBasis,
    Offer,
    basis_for_report,
    require_own_institution,
    require_safe_auth,
)
from gateway.security.roles import Role
from gateway.security.tokens import Caller

HERE, SOURCE = InstitutionCode("H001"), InstitutionCode("H002")
PHYSICIAN = Caller(Role.PHYSICIAN, HERE, "李医生")


def test_offered_report_is_read_for_treatment() -> None:
    assert basis_for_report(PHYSICIAN, SOURCE, Offer("r", HERE, "v")) is LegalBasis.TREATMENT


def test_own_report_needs_no_offer() -> None:
    assert basis_for_report(PHYSICIAN, HERE, None) is LegalBasis.OWN_REPORT


@pytest.mark.parametrize("offer", [None, Offer("r", InstitutionCode("H003"), "v")])
def test_report_that_was_not_offered_here_is_refused(offer: Offer | None) -> None:
    with pytest.raises(AccessDenied, match="no visit"):
        basis_for_report(PHYSICIAN, SOURCE, offer)


def test_administrator_reads_no_report_even_when_offered() -> None:
    with pytest.raises(AccessDenied):
        basis_for_report(Caller(Role.ADMIN, HERE, "root"), HERE, Offer("r", HERE, "v"))


def test_caller_acts_for_the_own_institution_only() -> None:
    require_own_institution(PHYSICIAN, HERE)
    with pytest.raises(AccessDenied):
        require_own_institution(PHYSICIAN, SOURCE)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_running_without_tokens_is_possible_on_loopback(host: str) -> None:
    require_safe_auth("disabled", host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "gateway.example", ""])
def test_running_without_tokens_is_refused_beyond_loopback(host: str) -> None:
    with pytest.raises(InvalidSettings, match="loopback"):
        require_safe_auth("disabled", host)
    require_safe_auth("token", host)
