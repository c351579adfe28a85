"""Least privilege: what each role may, and above all what it may not."""

import pytest

from gateway.errors import AccessDenied
from gateway.security.roles import SCOPES, Role, Scope, require_scope

PATIENT_DATA = {Scope.REPORTS_READ, Scope.IMAGES_READ, Scope.REMINDERS, Scope.DETERMINATIONS_READ}


def test_every_role_has_its_scopes_and_every_scope_a_role() -> None:
    assert set(SCOPES) == set(Role)
    assert frozenset[Scope]().union(*SCOPES.values()) == set(Scope)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.QC, Role.CITY, Role.PROVINCE, Role.PATIENT])
def test_only_those_who_treat_see_patients_of_others(role: Role) -> None:
    assert not SCOPES[role] & PATIENT_DATA


def test_physician_decides_and_administrator_does_not() -> None:
    require_scope(Role.PHYSICIAN, Scope.DECISIONS)
    with pytest.raises(AccessDenied, match="lacks the scope decisions"):
        require_scope(Role.ADMIN, Scope.DECISIONS)
