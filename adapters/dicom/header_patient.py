"""The patient as a header states it. None at all is no fault: the patient comes with the report."""

import re
from collections.abc import Iterator

from adapters.dicom.header_times import birth_date
from adapters.dicom.header_values import HeaderValues
from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import (
    IdentityType,
    InstitutionCode,
    PatientIdentifier,
    patient_identifier,
)
from gateway.canonical.patient import Patient, Sex, normalize_name

_PATIENT_NAME = 0x00100010
_PATIENT_ID = 0x00100020
_ISSUER = 0x00100021
_ISSUER_QUALIFIERS = 0x00100024
_UNIVERSAL_ENTITY_ID = 0x00400032
_OTHER_PATIENT_IDS = 0x00101002
_BIRTH_DATE = 0x00100030
_SEX = 0x00100040
PATIENT_TAGS = (
    _PATIENT_NAME,
    _PATIENT_ID,
    _ISSUER,
    _ISSUER_QUALIFIERS,
    _OTHER_PATIENT_IDS,
    _BIRTH_DATE,
    _SEX,
)
#: Authority of the resident ID number.
_RESIDENT_ID_AUTHORITY = "2.16.156.10011.1.3"
_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE, "O": Sex.OTHER}


def patient_of(header: HeaderValues, institution: InstitutionCode) -> Patient:
    """Identifiers, name, birth date, sex; numbers that fail their check are counted, not kept."""
    identifiers: list[PatientIdentifier] = []
    invalid = 0
    for number, issuer in _numbers(header):
        type_ = IdentityType.RESIDENT_ID if _is_authority(issuer) else IdentityType.LOCAL
        try:
            identifier = patient_identifier(
                type_, number, institution if type_ is IdentityType.LOCAL else None
            )
        except InvalidRecord:
            invalid += 1
            continue
        if identifier not in identifiers:
            identifiers.append(identifier)
    as_sent = header.text(_PATIENT_NAME)
    return Patient(
        tuple(identifiers),
        name=name_of(as_sent),
        name_as_sent=as_sent or None,
        birth_date=birth_date(header.code(_BIRTH_DATE)),
        sex=_SEXES.get(header.code(_SEX).upper(), Sex.UNKNOWN),
        invalid_identifiers=invalid,
    )


def name_of(person_name: str) -> str | None:
    """The name of a PN value: the ideographic group, else the alphabetic one, without `^`.

    Family and given name stand without a space between them in Chinese (PS3.5 section 6.2.1).
    """
    groups = person_name.partition("\\")[0].split("=")
    filled = [group for group in groups if group.strip("^ ")]
    if not filled:
        return None
    ideographic = next((group for group in filled if not group.isascii()), filled[0])
    separator = " " if ideographic.isascii() else ""
    return normalize_name(separator.join(part for part in ideographic.split("^") if part.strip()))


def _numbers(header: HeaderValues) -> Iterator[tuple[str, str]]:
    """Each number with its issuer. A number of a third party's is nobody's we know: left out."""
    own_issuer = _issuer(header)
    number = header.text(_PATIENT_ID)
    if number:
        yield number, own_issuer
    for item in header.items(_OTHER_PATIENT_IDS):
        number, issuer = item.text(_PATIENT_ID), _issuer(item)
        if number and (issuer in {"", own_issuer} or _is_authority(issuer)):
            yield number, issuer


def _issuer(values: HeaderValues) -> str:
    qualifiers = values.items(_ISSUER_QUALIFIERS)
    universal = qualifiers[0].text(_UNIVERSAL_ENTITY_ID) if qualifiers else ""
    return universal or values.text(_ISSUER)


def _is_authority(issuer: str) -> bool:
    """Whether the issuer is the resident ID authority, as plain OID, URN or HL7 HD component."""
    return _RESIDENT_ID_AUTHORITY in re.split(r"[&^:\s]", issuer)
