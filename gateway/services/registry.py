"""The register in memory: an immutable snapshot that answers without touching the store."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.institution import Institution, QualityAssessment
from gateway.canonical.lab import CATALOGUE_CODING_SYSTEM, LocalCode
from gateway.services.csv_kinds.institutions import NamesOf
from gateway.services.csv_kinds.systems import SystemSynonym, normalize_system
from gateway.services.procedure_register import procedure_mappings, procedure_overrides
from gateway.services.register_content import RegisterContent, load_content
from gateway.services.timeline import Chronicle, Key, Timeline, all_in_force, in_force
from gateway.storage.registry import latest_batch
from gateway.storage.session import Connection
from item_catalog.catalog import Catalog, NoEditionInForce
from item_catalog.clinical_context.procedures import ProcedureKey
from item_catalog.mapping import ItemMapping, MappedTo, MappingKind, MappingTable

T = TypeVar("T")
_REMEMBERED = 8192


class RegistrySnapshot:
    """The register as one version of it stands; implements `Registry` and `PeerDirectory`.

    Every answer is one dictionary read and a look at the few rows of that key.
    """

    def __init__(self, content: RegisterContent, catalog: Catalog, mappings: MappingTable) -> None:
        """`mappings` is `mapping_table(content.mappings)`, which the caller may have already."""
        self.content = content
        self.mappings = mappings
        self._catalog = catalog
        self._institutions = content.institutions.timelines
        self._prices = content.prices.timelines
        self._systems = content.systems.timelines
        self._alliances = _by_first_part(content.alliances.timelines)
        self._assessments = _by_first_part(content.assessments.timelines)
        self._facilities = _by_name(self._institutions, lambda one: one.hl7_facilities)
        self._ae_titles = _by_name(self._institutions, lambda one: one.ae_titles)
        self._canonical_names = _canonical_names(content.synonyms)
        self._overrides = procedure_overrides(content.overrides)
        self._procedures = procedure_mappings(content.procedures)
        self._assessments_on = lru_cache(_REMEMBERED)(self._filter_assessments)

    @property
    def version(self) -> int:
        """The newest batch that this snapshot includes."""
        return self.content.version

    def institution(self, code: InstitutionCode, on: date) -> Institution | None:
        """The institution as registered on that day; None if it is not registered then."""
        return in_force(self._institutions.get((code,), ()), on)

    def institutions(self, on: date) -> list[Institution]:
        """Every institution registered on that day, in the order of the codes."""
        found = (in_force(timeline, on) for timeline in self._institutions.values())
        return sorted((one for one in found if one is not None), key=lambda one: one.code)

    def alliances_of(self, code: InstitutionCode, on: date) -> frozenset[str]:
        """Codes of the alliances (城市医联体, 县域医共体) it belongs to on that day."""
        memberships = all_in_force(self._alliances.get(code, ()), on)
        return frozenset(membership.alliance_code for membership in memberships)

    def assessments_of(self, code: InstitutionCode, on: date) -> tuple[QualityAssessment, ...]:
        """All external quality assessments of the laboratory that are valid on that day."""
        return self._assessments_on(code, on)

    def own_system(self, code: InstitutionCode, item_code: str, on: date) -> str | None:
        """The detection system the institution itself uses for the item, as registered."""
        own = in_force(self._systems.get((code, item_code), ()), on)
        return None if own is None else own.detection_system

    def canonical_system(self, text: str) -> str:
        """The name under which synonyms of a detection system are compared."""
        name = normalize_system(text)
        return self._canonical_names.get(name, name)

    def placing_of(
        self, institution: InstitutionCode, code: str, name: str, on: date
    ) -> str | None:
        """The institution's own list for a procedure, `upper` or `lower`; None when on neither."""
        placed = self._overrides.find(institution, on, code, name)
        return None if placed is None else placed.value

    def procedure_rows(
        self, institution: InstitutionCode, local_code: str, on: date
    ) -> tuple[ProcedureKey, ...]:
        """The rows of graded catalogues that a local procedure code was mapped to."""
        return self._procedures.lookup(institution, local_code, on)

    def price_of(self, institution: InstitutionCode, item_code: str, on: date) -> Decimal | None:
        """What the institution charges for the item on that day; None if no price is registered."""
        price = in_force(self._prices.get((institution, item_code), ()), on)
        return None if price is None else price.price_cny

    def map_code(
        self, institution: InstitutionCode, kind: str, local_code: LocalCode, on: date
    ) -> tuple[MappedTo, ...]:
        """What a local code means on that day; kind is `lab` or `imaging`; empty if unmapped.

        A code stated in the catalogue's own coding system stands for itself.
        """
        if local_code.coding_system == CATALOGUE_CODING_SYSTEM:
            return self._catalogue_item(kind, local_code.code.strip(), on)
        return self.mappings.lookup(institution, MappingKind(kind), local_code.code, on)

    def sender_of_facility(self, facility: str, on: date) -> Sender | None:
        """Who sends as this MSH-4.1 on that day; None if nobody is registered."""
        return _sender(in_force(self._facilities.get(facility.strip(), ()), on))

    def sender_of_ae_title(self, ae_title: str, on: date) -> Sender | None:
        """Who calls with this AE title on that day; None if nobody is registered."""
        return _sender(in_force(self._ae_titles.get(ae_title.strip(), ()), on))

    def is_imaging_code(self, institution: InstitutionCode, code: str, on: date) -> bool:
        """Whether the institution maps this local code as imaging on that day."""
        return bool(self.mappings.lookup(institution, MappingKind.IMAGING, code, on))

    def _catalogue_item(self, kind: str, code: str, on: date) -> tuple[MappedTo, ...]:
        try:
            edition = self._catalog.edition_on(on)
        except NoEditionInForce:
            return ()
        is_lab = kind == MappingKind.LAB
        item = edition.find_lab(code) if is_lab else edition.find_imaging(code)
        return () if item is None else (MappedTo(item.code),)

    def _filter_assessments(self, code: InstitutionCode, on: date) -> tuple[QualityAssessment, ...]:
        return all_in_force(self._assessments.get(code, ()), on)


class RegistryHolder:
    """The current snapshot of a running process, renewed when somebody imported something."""

    def __init__(self, current: RegistrySnapshot, catalog: Catalog) -> None:
        self.current = current
        self._catalog = catalog

    async def refresh_if_changed(self, connection: Connection) -> bool:
        """Take in what was imported since; whether there was anything."""
        if await latest_batch(connection) == self.current.version:
            return False
        self.current = await load_registry(connection, self._catalog, self.current)
        return True


async def load_registry(
    connection: Connection, catalog: Catalog, previous: RegistrySnapshot | None = None
) -> RegistrySnapshot:
    """The register as the store holds it now, built on a previous snapshot where there is one."""
    old = RegisterContent() if previous is None else previous.content
    content = await load_content(connection, old)
    if previous is not None and content.mappings is old.mappings:
        return RegistrySnapshot(content, catalog, previous.mappings)
    return RegistrySnapshot(content, catalog, mapping_table(content.mappings))


def mapping_table(mappings: Chronicle[ItemMapping]) -> MappingTable:
    """The mapping rows, each valid only on the days on which it is in force."""
    return MappingTable(
        replace(
            span.entry.record, valid_from=span.validity.valid_from, valid_to=span.validity.valid_to
        )
        for timeline in mappings.timelines.values()
        for span in timeline
    )


def _canonical_names(synonyms: Chronicle[SystemSynonym]) -> dict[str, str]:
    return {
        key[0]: normalize_system(span.entry.record.canonical)
        for key, timeline in synonyms.timelines.items()
        for span in timeline
    }


def _by_first_part(of_keys: Mapping[Key, Timeline[T]]) -> dict[str, Timeline[T]]:
    """Timelines of all keys that begin alike, together."""
    groups: defaultdict[str, list[Any]] = defaultdict(list)
    for key, timeline in of_keys.items():
        groups[key[0]].extend(timeline)
    return {first: tuple(spans) for first, spans in groups.items()}


def _by_name(
    institutions: Mapping[Key, Timeline[Institution]], names_of: NamesOf
) -> dict[str, Timeline[Institution]]:
    groups: defaultdict[str, list[Any]] = defaultdict(list)
    for timeline in institutions.values():
        for span in timeline:
            for name in names_of(span.entry.record):
                groups[name].append(span)
    return {name: tuple(spans) for name, spans in groups.items()}


def _sender(institution: Institution | None) -> Sender | None:
    if institution is None:
        return None
    return Sender(institution.code, institution.charset, institution.time_zone)
