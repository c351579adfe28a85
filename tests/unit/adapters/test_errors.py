"""Errors of the rims name place and remedy, and hold no value."""

import pytest

from adapters.errors import AdapterError, MappingFailure, PeerViolation, UnsupportedMessage


@pytest.mark.parametrize("kind", [PeerViolation, UnsupportedMessage, MappingFailure])
def test_error_names_reason_place_and_remedy(kind: type[AdapterError]) -> None:
    error = kind("required_field_missing", "PID[1]-3", "send an identifier")
    assert (error.reason, error.location, error.hint) == (
        "required_field_missing",
        "PID[1]-3",
        "send an identifier",
    )
    assert str(error) == "required_field_missing at PID[1]-3: send an identifier"


def test_error_without_a_place_speaks_of_the_message() -> None:
    assert str(PeerViolation("no_header")) == "no_header at message: "
