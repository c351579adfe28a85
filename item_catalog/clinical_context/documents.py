"""The documents behind the clinical context, and the misprints suspected in their names."""

from dataclasses import dataclass
from typing import Final

SURGICAL: Final = "surgical"
INTERVENTIONAL: Final = "interventional"
CANCER_CENTER: Final = "cancer_center"
RESTRICTED: Final = "restricted"


@dataclass(frozen=True, slots=True)
class Document:
    """One source document: short id, source text, title, and the editions its codes belong to.

    Codes of two editions are never joined by code alone: 2.0 and 3.0 name 52.2202 differently.
    """

    id: str
    source_doc: str
    title: str
    diagnosis_edition: str | None
    procedure_edition: str | None
    remark: str


@dataclass(frozen=True, slots=True)
class NameCorrection:
    """A suspected misprint: shown to a reviewer, never applied to a name or a lookup of names."""

    source_doc: str
    source_line: int
    name: str
    suspected_reading: str
    reason: str
    confidence: str
