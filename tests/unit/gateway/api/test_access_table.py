"""A route is served only with its row, a row only with its route."""

import pytest

from gateway.api.access_table import ACCESS, PUBLIC, require_any_scope, require_complete
from gateway.api.app import served
from gateway.errors import AccessDenied
from gateway.security.roles import Role, Scope


def test_table_and_routes_are_the_same() -> None:
    assert sorted(served()) == sorted(ACCESS)


def test_route_without_row_stops_the_start() -> None:
    with pytest.raises(ValueError, match="/api/v1/secret"):
        require_complete([*ACCESS, ("GET", "/api/v1/secret")])


def test_row_without_route_stops_the_start() -> None:
    with pytest.raises(ValueError, match="/healthz"):
        require_complete(key for key in ACCESS if key != ("GET", "/healthz"))


def test_patient_data_is_behind_a_scope() -> None:
    public = {path for (_, path), scopes in ACCESS.items() if scopes == PUBLIC}
    assert not {path for path in public if "reports" in path or "reminders" in path}


def test_any_of_the_scopes_suffices() -> None:
    scopes = frozenset({Scope.STATISTICS_OWN, Scope.STATISTICS_ALL})
    require_any_scope(Role.PHYSICIAN, scopes)
    require_any_scope(Role.PROVINCE, scopes)
    with pytest.raises(AccessDenied):
        require_any_scope(Role.PATIENT, scopes)
