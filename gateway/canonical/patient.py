"""The patient as one message states it."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.canonical.identifiers import PatientIdentifier

_MIDDLE_DOTS = str.maketrans({"•": "·", "．": "·", "‧": "·", "・": "·"})


class Sex(StrEnum):
    """Administrative sex (HL7 table 0001, GB/T 2261.1)."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Patient:
    """Identity data of one message; identifiers are normalised, invalid ones left out.

    `invalid_identifiers` counts numbers that were sent and refused (wrong check character …),
    so that the sender can be told without the number being kept here.
    """

    identifiers: tuple[PatientIdentifier, ...]
    name: str | None = None
    name_as_sent: str | None = None
    birth_date: date | None = None
    sex: Sex = Sex.UNKNOWN
    invalid_identifiers: int = 0


def normalize_name(text: str) -> str | None:
    """A person's name for comparison: NFKC, one kind of middle dot, no spaces around or between."""
    folded = unicodedata.normalize("NFKC", text.translate(_MIDDLE_DOTS)).translate(_MIDDLE_DOTS)
    if folded.isascii():
        return " ".join(folded.split()) or None
    return "".join(folded.split()) or None
