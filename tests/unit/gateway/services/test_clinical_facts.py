"""What a request says of the patient's situation, before the catalogues are asked."""

from datetime import date

import pytest

from gateway.canonical.identifiers import IdentityType, InstitutionCode, patient_identifier
from gateway.canonical.patient import Patient
from gateway.services.clinical_facts import is_infant
from tests.factories import resident_number


def _named(birth: str) -> Patient:
    number = patient_identifier(IdentityType.RESIDENT_ID, resident_number(1, birth))
    local = patient_identifier(IdentityType.LOCAL, "L1", InstitutionCode("H1"))
    return Patient((local, number))


@pytest.mark.parametrize(
    ("birth", "day", "expected"),
    [
        ("20250701", date(2026, 6, 30), True),
        ("20250701", date(2026, 7, 1), False),
        ("20240229", date(2025, 2, 28), True),
        ("19500101", date(2026, 6, 30), False),
    ],
)
def test_infant_is_known_from_the_resident_number(birth: str, day: date, expected: bool) -> None:
    assert is_infant(_named(birth), day) is expected


def test_stated_birth_date_goes_first_and_without_any_nothing_is_known() -> None:
    stated = Patient((), birth_date=date(2026, 1, 1))
    assert is_infant(stated, date(2026, 6, 30)) is True
    assert is_infant(Patient(()), date(2026, 6, 30)) is None
