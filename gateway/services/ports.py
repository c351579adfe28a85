"""What services ask of the register of institutions, without knowing where it is kept.

The register answers from memory: fact building calls it for every candidate of a reminder.
"""

from datetime import date
from typing import Protocol

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.institution import Institution, QualityAssessment
from gateway.canonical.lab import LocalCode
from item_catalog.clinical_context.procedures import ProcedureKey
from item_catalog.mapping import MappedTo


class Registry(Protocol):
    """Institutions, their assessments, systems and mappings as they stood on a day."""

    def institution(self, code: InstitutionCode, on: date) -> Institution | None:
        """The institution as registered on that day; None if it is not registered then."""

    def alliances_of(self, code: InstitutionCode, on: date) -> frozenset[str]:
        """Codes of the alliances (城市医联体, 县域医共体) it belongs to on that day."""

    def assessments_of(self, code: InstitutionCode, on: date) -> tuple[QualityAssessment, ...]:
        """All external quality assessments of the laboratory that are valid on that day."""

    def own_system(self, code: InstitutionCode, item_code: str, on: date) -> str | None:
        """The detection system the institution itself uses for the item, as registered."""

    def canonical_system(self, text: str) -> str:
        """The name under which synonyms of a detection system are compared."""

    def placing_of(
        self, institution: InstitutionCode, code: str, name: str, on: date
    ) -> str | None:
        """The institution's own list for a procedure, `upper` or `lower`; None when on neither."""

    def procedure_rows(
        self, institution: InstitutionCode, local_code: str, on: date
    ) -> tuple[ProcedureKey, ...]:
        """The rows of graded catalogues that a local procedure code was mapped to."""

    def map_code(
        self, institution: InstitutionCode, kind: str, local_code: LocalCode, on: date
    ) -> tuple[MappedTo, ...]:
        """What a local code means on that day; kind is `lab` or `imaging`; empty if unmapped."""
