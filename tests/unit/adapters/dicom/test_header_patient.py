"""Who the patient is, by number and issuer, never by guess."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.dicom.header_patient import name_of, patient_of
from adapters.dicom.header_values import HeaderValues
from gateway.canonical.identifiers import IdentityType, InstitutionCode, PatientIdentifier
from gateway.canonical.patient import Patient, Sex
from tests.unit.adapters.dicom.dicom_files import ct_slice, header_of, item, sequence

H1 = InstitutionCode("H1")
RESIDENT_ID = "11010519491231002X"
OID = "2.16.156.10011.1.3"
LOCAL = PatientIdentifier(IdentityType.LOCAL, "P1", H1)
RESIDENT = PatientIdentifier(IdentityType.RESIDENT_ID, RESIDENT_ID)


def patient(folder: Path, **elements: Any) -> Patient:
    return patient_of(HeaderValues(header_of(folder, ct_slice(**elements)).dataset), H1)


def test_number_without_issuer_is_the_senders_own(tmp_path: Path) -> None:
    assert patient(tmp_path).identifiers == (LOCAL,)


@pytest.mark.parametrize("issuer", [OID, f"urn:oid:{OID}", f"GAB&{OID}&ISO", f"^^^&{OID}&ISO"])
def test_number_issued_by_the_authority_is_a_resident_id(tmp_path: Path, issuer: str) -> None:
    found = patient(tmp_path, PatientID=RESIDENT_ID.lower(), IssuerOfPatientID=issuer)
    assert found.identifiers == (RESIDENT,)


def test_authority_may_stand_in_the_qualifiers(tmp_path: Path) -> None:
    qualifiers = sequence(UniversalEntityID=OID, UniversalEntityIDType="ISO")
    found = patient(tmp_path, PatientID=RESIDENT_ID, IssuerOfPatientIDQualifiersSequence=qualifiers)
    assert found.identifiers == (RESIDENT,)


def test_other_numbers_count_by_their_issuer(tmp_path: Path) -> None:
    others = [
        item(PatientID=RESIDENT_ID, IssuerOfPatientID=OID),
        item(PatientID="P2"),
        item(PatientID="P1"),
        item(PatientID="X9", IssuerOfPatientID="ANOTHER HOSPITAL"),
        item(IssuerOfPatientID=OID),
    ]
    found = patient(tmp_path, OtherPatientIDsSequence=others)
    second = PatientIdentifier(IdentityType.LOCAL, "P2", H1)
    assert found.identifiers == (LOCAL, RESIDENT, second)
    assert found.invalid_identifiers == 0


def test_number_with_a_wrong_check_character_is_counted_and_left_out(tmp_path: Path) -> None:
    found = patient(tmp_path, PatientID="110105194912310021", IssuerOfPatientID=OID)
    assert found.identifiers == ()
    assert found.invalid_identifiers == 1


def test_header_without_patient_gives_an_empty_patient(tmp_path: Path) -> None:
    assert patient(tmp_path, PatientID=None, PatientName=None) == Patient(())


def test_birth_date_and_sex_are_read(tmp_path: Path) -> None:
    found = patient(tmp_path, PatientBirthDate="19491231", PatientSex="F")
    assert (found.birth_date, found.sex) == (date(1949, 12, 31), Sex.FEMALE)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Wang^XiaoDong=王^小东=", "王小东"),
        ("王小东", "王小东"),
        ("王^小东", "王小东"),
        ("WANG^XIAODONG", "WANG XIAODONG"),
        ("=古丽•娜=", "古丽·娜"),
        ("==wang^xiao dong", "wang xiao dong"),
        ("^^^^", None),
        ("", None),
    ],
)
def test_name_is_the_ideographic_group_where_there_is_one(sent: str, name: str | None) -> None:
    assert name_of(sent) == name


def test_name_as_sent_stays_beside_its_meaning(tmp_path: Path) -> None:
    found = patient(tmp_path, PatientName="Wang^XiaoDong=王^小东")
    assert (found.name, found.name_as_sent) == ("王小东", "Wang^XiaoDong=王^小东")
