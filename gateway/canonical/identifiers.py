"""Numbers that identify people, normalised so that equal people have equal numbers."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.canonical.errors import InvalidRecord

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_OLD_LENGTH, _LENGTH = 15, 18


class IdentityType(StrEnum):
    """Kinds of identity document, CV02.01.101, and the number a hospital gives itself."""

    RESIDENT_ID = "01"
    HOUSEHOLD_BOOK = "02"
    PASSPORT = "03"
    OFFICER = "04"
    DRIVING_LICENCE = "05"
    HONG_KONG_MACAO = "06"
    TAIWAN = "07"
    OTHER = "99"
    LOCAL = "local"


class InstitutionCode(str):
    """The registered code of an institution; never empty."""

    __slots__ = ()

    def __new__(cls, text: str) -> "InstitutionCode":
        if not text or not text.isprintable() or text != text.strip():
            raise InvalidRecord("institution_code", "must be printable text without outer spaces")
        return super().__new__(cls, text)


@dataclass(frozen=True, slots=True)
class PatientIdentifier:
    """One number of a patient, normalised at construction by `patient_identifier`.

    `assigner` is the institution whose own number it is, and None for identity documents,
    which are the same everywhere.
    """

    type: IdentityType
    value: str
    assigner: InstitutionCode | None = None

    def __post_init__(self) -> None:
        if not self.value:
            raise InvalidRecord("patient_identifier.value", "must not be empty")
        if (self.type is IdentityType.LOCAL) is (self.assigner is None):
            raise InvalidRecord("patient_identifier.assigner", "belongs to local numbers only")


def patient_identifier(
    type_: IdentityType, text: str, assigner: InstitutionCode | None = None
) -> PatientIdentifier:
    """The identifier that `text` states, normalised.

    Raises:
        InvalidRecord: the text is empty, or is no valid resident ID number (GB 11643).
    """
    value = unicodedata.normalize("NFKC", text).strip().upper()
    if type_ is IdentityType.RESIDENT_ID:
        value = normalize_resident_id(value)
    return PatientIdentifier(type_, value, assigner if type_ is IdentityType.LOCAL else None)


def normalize_resident_id(text: str) -> str:
    """The 18-character form of a resident ID number (GB 11643-1999), checksum verified.

    A number of 15 digits, issued until 1999, is widened with the century 19 and its check
    character. Raises `InvalidRecord` for anything else.
    """
    body = _eighteen_digit_body(text)
    number = body + check_character(body)
    if len(text) == _LENGTH and text[-1] != number[-1]:
        raise InvalidRecord("resident_id", "wrong check character (GB 11643)")
    resident_birth_date(number)
    return number


def _eighteen_digit_body(text: str) -> str:
    if not text.isascii():
        raise InvalidRecord("resident_id", "must be digits, the last one may be X")
    if len(text) == _OLD_LENGTH and text.isdigit():
        return f"{text[:6]}19{text[6:]}"
    if len(text) == _LENGTH and text[:-1].isdigit():
        return text[:-1]
    raise InvalidRecord("resident_id", "must have 18 characters, or 15 digits of the old form")


def check_character(body: str) -> str:
    """The check character of 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def resident_birth_date(number: str) -> date:
    """The birth date in a resident ID number of 18 characters; raises `InvalidRecord`."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise InvalidRecord("resident_id", "holds no possible birth date") from None
