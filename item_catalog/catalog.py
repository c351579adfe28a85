"""Editions of the item catalog and their lookups; all answers are dictionary reads."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from item_catalog.codes import ImagingItemCode, ItemCode, LabItemCode
from item_catalog.defects import CatalogDefects, Defect
from item_catalog.edition_index import EditionIndex, build_index
from item_catalog.items import (
    CatalogItem,
    Corrigendum,
    ImagingItem,
    LabElement,
    LabItem,
    Modality,
    Relation,
    RelationKind,
)


class UnknownItem(LookupError):
    """No item of the edition has this code."""


class NoEditionInForce(LookupError):
    """No edition of the catalog was in force on the date asked for."""


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """Identity of an edition: its folder name, its document, its first and last day.

    `valid_to` is inclusive; None means until the day before the next edition begins.
    """

    id: str
    document: str
    title: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition, immutable: the items of one document and how they hang together."""

    info: EditionInfo
    lab_items: tuple[LabItem, ...]
    imaging_items: tuple[ImagingItem, ...]
    corrigenda: tuple[Corrigendum, ...] = ()
    relations: tuple[Relation, ...] = ()
    _index: EditionIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build the lookups once."""
        index = build_index(self.lab_items, self.imaging_items, self.relations)
        object.__setattr__(self, "_index", index)

    @property
    def id(self) -> str:
        """Stable name of the edition, stored with every determination."""
        return self.info.id

    def items(self) -> Iterator[CatalogItem]:
        """All items, laboratory before imaging, each in the order of its annex."""
        yield from self.lab_items
        yield from self.imaging_items

    def find(self, code: str) -> CatalogItem | None:
        """The item of this code, None when the edition has none."""
        return self._index.by_code.get(code)

    def item(self, code: str) -> CatalogItem:
        """The item of this code; raise `UnknownItem` when the edition has none."""
        found = self._index.by_code.get(code)
        if found is None:
            raise UnknownItem(f"{code!r} is not an item of edition {self.id}")
        return found

    def find_lab(self, code: str) -> LabItem | None:
        """The laboratory item of this code, None when there is none."""
        return self._index.lab_by_code.get(code)

    def find_imaging(self, code: str) -> ImagingItem | None:
        """The imaging item of this code, None when there is none."""
        return self._index.imaging_by_code.get(code)

    def find_by_name(self, modality: Modality | None, name: str) -> CatalogItem | None:
        """The item of this corrected name; modality None asks for laboratory items.

        The name alone is no key: thirteen names stand under both CT and MR.
        """
        return self._index.by_name.get((modality, name))

    def elements_of(self, code: str) -> tuple[LabElement, ...]:
        """What must be present for the laboratory item to be whole, in printed order.

        A single item is one element; a panel has one per required (sub-)component. Empty for an
        imaging or unknown code.
        """
        return self._index.elements_of.get(code, ())

    def elements_from(self, code: str, component: str | None) -> tuple[LabElement, ...]:
        """What one result mapped to (item, component) provides.

        A component that equals a single row provides that row's element, so both spellings meet.
        A panel without component provides nothing by itself: its results say what it holds.
        """
        return self._index.elements_from.get((code, component), ())

    def panels_with(self, element: LabElement) -> tuple[LabItemCode, ...]:
        """Panels that need this element, in the order of the annex."""
        return self._index.panels_with.get(element, ())

    def component_name(self, panel: str, element: LabElement) -> str:
        """How the panel (or the single item) calls this element; raise `UnknownItem` if foreign."""
        name = self._index.element_names.get((panel, element))
        if name is None:
            raise UnknownItem(f"{element.code!r} holds no element of {panel!r}")
        return name

    def opposite_side(self, code: str) -> ImagingItemCode | None:
        """The same examination of the other side, None where the item is not one of a pair."""
        return self._index.opposite_side.get(code)

    def containers_of(self, code: str, kinds: Collection[RelationKind]) -> tuple[ItemCode, ...]:
        """Items whose content may be read to include this one, for the kinds switched on."""
        relations = self._index.containers.get(code, ())
        return tuple(relation.container for relation in relations if relation.kind in kinds)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All editions, oldest first, exactly one in force on any date from the first one's start."""

    editions: tuple[Edition, ...]

    def __init__(self, editions: Iterable[Edition]) -> None:
        """Order the editions; raise `CatalogDefects` for a gap or an overlap between them."""
        ordered = tuple(sorted(editions, key=lambda edition: edition.info.valid_from))
        defects = succession_defects([edition.info for edition in ordered])
        if defects:
            raise CatalogDefects(defects)
        object.__setattr__(self, "editions", ordered)

    def edition_on(self, on: date) -> Edition:
        """The edition in force on a date; raise `NoEditionInForce` outside all of them."""
        for edition in reversed(self.editions):
            if edition.info.valid_from <= on:
                if edition.info.valid_to is not None and on > edition.info.valid_to:
                    break
                return edition
        raise NoEditionInForce(f"no catalog edition in force on {on.isoformat()}")

    def edition(self, edition_id: str) -> Edition:
        """The edition of this id, whatever the date; raise `NoEditionInForce` if not installed."""
        for edition in self.editions:
            if edition.id == edition_id:
                return edition
        raise NoEditionInForce(f"catalog edition {edition_id!r} is not installed")

    def editions_between(self, first: date, last: date | None) -> tuple[Edition, ...]:
        """Editions in force on some day from `first` to `last` (inclusive, None: no end)."""
        starts = [edition.info.valid_from for edition in self.editions[1:]]
        ends = [start - timedelta(days=1) for start in starts]
        effective = zip(self.editions, [*ends, self._last_day()], strict=False)
        return tuple(
            edition
            for edition, end in effective
            if (last is None or edition.info.valid_from <= last) and (end is None or end >= first)
        )

    def _last_day(self) -> date | None:
        return self.editions[-1].info.valid_to if self.editions else None


def succession_defects(infos: Iterable[EditionInfo]) -> list[Defect]:
    """Gaps and overlaps among editions.

    An edition without a last day ends the day before the next begins, so that adding a folder
    never needs an edit of an older one; a stated last day must meet the next first day.
    """
    ordered = sorted(infos, key=lambda info: info.valid_from)
    defects = [
        _defect(info, "valid_to", "ends before it begins")
        for info in ordered
        if info.valid_to is not None and info.valid_to < info.valid_from
    ]
    for earlier, later in pairwise(ordered):
        reason = _broken_succession(earlier, later)
        if reason is not None:
            defects.append(_defect(later, "valid_from", reason))
    return defects


def _broken_succession(earlier: EditionInfo, later: EditionInfo) -> str | None:
    if earlier.valid_from == later.valid_from:
        return f"overlaps edition {earlier.id}: both begin on {later.valid_from}"
    if earlier.valid_to is None:
        return None
    if earlier.valid_to >= later.valid_from:
        return f"overlaps edition {earlier.id}, which ends on {earlier.valid_to}"
    if earlier.valid_to + timedelta(days=1) < later.valid_from:
        return f"leaves a gap after edition {earlier.id}, which ends on {earlier.valid_to}"
    return None


def _defect(info: EditionInfo, column: str, reason: str) -> Defect:
    return Defect(f"{info.id}/EDITION.toml", None, column, reason)
