"""临床背景: one edition of all four documents together, and the editions over time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from item_catalog.catalog import EditionInfo, NoEditionInForce
from item_catalog.clinical_context.documents import Document, NameCorrection
from item_catalog.clinical_context.oncology import CoreTechniques, CriticalDiseases
from item_catalog.clinical_context.procedures import ProcedureGrades
from item_catalog.clinical_context.restricted import RestrictedTechniques


@dataclass(frozen=True, slots=True)
class ClinicalContext:
    """One edition, immutable; its id is stored with every determination that used it."""

    info: EditionInfo
    documents: tuple[Document, ...]
    procedures: ProcedureGrades
    restricted: RestrictedTechniques
    critical_diseases: CriticalDiseases
    core_techniques: CoreTechniques
    corrections: tuple[NameCorrection, ...]

    @property
    def id(self) -> str:
        """Stable name of the edition."""
        return self.info.id

    def document(self, document_id: str) -> Document:
        """A document by its short id; raise `KeyError` for an unknown one."""
        return {document.id: document for document in self.documents}[document_id]


@dataclass(frozen=True, slots=True)
class ClinicalContexts:
    """All editions, oldest first; each is in force until the day before the next begins."""

    editions: tuple[ClinicalContext, ...]

    def __init__(self, editions: Iterable[ClinicalContext]) -> None:
        """Order the editions by their first day."""
        ordered = tuple(sorted(editions, key=lambda edition: edition.info.valid_from))
        object.__setattr__(self, "editions", ordered)

    def edition_on(self, on: date) -> ClinicalContext:
        """The edition in force on a date; raise `NoEditionInForce` before the first."""
        for edition in reversed(self.editions):
            if edition.info.valid_from <= on:
                return edition
        raise NoEditionInForce(f"no clinical context in force on {on.isoformat()}")

    def edition(self, edition_id: str) -> ClinicalContext:
        """The edition of this id, for a replay; raise `NoEditionInForce` if not installed."""
        for edition in self.editions:
            if edition.id == edition_id:
                return edition
        raise NoEditionInForce(f"clinical context {edition_id!r} is not installed")
