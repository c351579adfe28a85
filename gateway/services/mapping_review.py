"""对码 under review: how many of the codes that arrived are mapped, and candidates for the rest."""

from dataclasses import dataclass
from datetime import date

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.lab import LocalCode
from gateway.services.ports import Registry
from gateway.storage.registry import ReceivedCode, received_codes
from gateway.storage.session import Connection
from item_catalog.catalog import Catalog
from item_catalog.mapping import MappedTo, MappingKind
from item_catalog.suggestions import LocalItem, Suggestion, Synonyms, suggest


@dataclass(frozen=True, slots=True)
class MappingCoverage:
    """Local codes of an institution that arrived: all, those mapped, and the others by frequency.

    The counts of results say how often codes of each sort were sent.
    """

    institution: InstitutionCode
    codes: int
    mapped_codes: int
    results: int
    mapped_results: int
    unmapped: tuple[ReceivedCode, ...]

    @property
    def share(self) -> float | None:
        """Share of the codes that are mapped; None where nothing arrived."""
        return self.mapped_codes / self.codes if self.codes else None


async def coverage(
    connection: Connection, registry: Registry, institution: InstitutionCode, on: date
) -> MappingCoverage:
    """The share of received local codes that the mapping in force on a day covers."""
    received = await received_codes(connection, institution)
    unmapped = tuple(code for code in received if not _targets(registry, institution, code, on))
    results = sum(code.count for code in received)
    return MappingCoverage(
        institution=institution,
        codes=len(received),
        mapped_codes=len(received) - len(unmapped),
        results=results,
        mapped_results=results - sum(code.count for code in unmapped),
        unmapped=unmapped,
    )


def suggestions_for(
    code: ReceivedCode, catalog: Catalog, synonyms: Synonyms, on: date
) -> tuple[Suggestion, ...]:
    """Ranked candidates for a reviewer; nothing is applied by itself.

    Raises:
        NoEditionInForce: the catalog has no edition on that day.
    """
    local = LocalItem(MappingKind(code.kind), code.local_code, code.local_name)
    return suggest(local, catalog.edition_on(on), synonyms)


def _targets(
    registry: Registry, institution: InstitutionCode, code: ReceivedCode, on: date
) -> tuple[MappedTo, ...]:
    return registry.map_code(institution, code.kind, LocalCode(code.local_code), on)
