"""Codes as hospitals record them, brought to the spelling of the catalogues."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from item_catalog.clinical_context.code_expressions import (
    DIAGNOSIS_PATTERN,
    PROCEDURE_PATTERN,
    is_full_code,
)

_DIAGNOSIS: Final = re.compile(DIAGNOSIS_PATTERN)
_PROCEDURE: Final = re.compile(PROCEDURE_PATTERN)
_MORPHOLOGY: Final = re.compile(r"M[0-9]{4,5}/[0-9]")


def normal_code(text: str) -> str:
    """NFKC without blanks around, `X00.000x000` in this letter case, no dagger or asterisk."""
    plain = unicodedata.normalize("NFKC", text).strip().rstrip("*†")
    return plain[:1].upper() + plain[1:].lower()


@dataclass(frozen=True, slots=True)
class DiagnosisEntry:
    """One recorded diagnosis: site or disease code, and the morphology of the same tumor.

    None where nothing is recorded, or what is recorded is no code of its system.
    """

    code: str | None
    morphology: str | None = None

    @property
    def is_full(self) -> bool:
        """Whether the recorded code names one entry of ICD-10, not only a category."""
        return self.code is None or is_full_code(self.code)


def diagnosis_entry(code: str, morphology: str | None = None) -> DiagnosisEntry:
    """The entry of codes as recorded."""
    return DiagnosisEntry(
        _of_system(_DIAGNOSIS, code),
        _of_system(_MORPHOLOGY, morphology) if morphology is not None else None,
    )


def procedure_event(*codes: str) -> frozenset[str]:
    """The ICD-9-CM-3 codes of one operation, as recorded; what is no such code is left out."""
    known = (_of_system(_PROCEDURE, code) for code in codes)
    return frozenset(code for code in known if code is not None)


def _of_system(pattern: re.Pattern[str], text: str) -> str | None:
    plain = normal_code(text)
    return plain if pattern.fullmatch(plain) else None
