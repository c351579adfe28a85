"""对码: a hospital's local codes → item codes; exact, dated, reviewed; no substring, no guessing.

Two local codes are the same when their text is the same after Unicode NFKC and without
surrounding blanks. Case is kept: laboratory systems do use `k` and `K` for different tests.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from item_catalog.catalog import Catalog, Edition
from item_catalog.codes import ImagingItemCode, ItemCode, LabItemCode, parse_item_code
from item_catalog.defects import Defect
from item_catalog.items import LabItem
from item_catalog.tables import Columns, convert_cells, day, filled, member_of, optional


class MappingKind(StrEnum):
    """检验 or 检查: which kind of local code a mapping row speaks of."""

    LAB = "lab"
    IMAGING = "imaging"


class MappedTo(NamedTuple):
    """Target of a local code: an item, or a panel and the component spelled as in the edition."""

    item_code: ItemCode
    component: str | None = None


@dataclass(frozen=True, slots=True)
class ItemMapping:
    """One reviewed row of a hospital's mapping; `valid_to` is inclusive, None means open."""

    institution_code: str
    kind: MappingKind
    local_code: str
    local_name: str
    item_code: ItemCode
    component: str | None
    valid_from: date
    valid_to: date | None
    reviewed_by: str

    @property
    def target(self) -> MappedTo:
        """What the local code means."""
        return MappedTo(self.item_code, self.component)

    def in_force(self, on: date) -> bool:
        """Whether the row is valid on this day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def overlaps(self, other: "ItemMapping") -> bool:
        """Whether the two rows share a day."""
        starts_in_time = other.valid_to is None or self.valid_from <= other.valid_to
        return starts_in_time and (self.valid_to is None or other.valid_from <= self.valid_to)


LocatedMapping: TypeAlias = tuple[int, ItemMapping]
_Key: TypeAlias = tuple[str, MappingKind, str]

MAPPING_COLUMNS: Final[Columns] = {
    "institution_code": filled,
    "kind": member_of(MappingKind),
    "local_code": filled,
    "local_name": str,
    "item_code": parse_item_code,
    "component": optional(str),
    "valid_from": day,
    "valid_to": optional(day),
    "reviewed_by": filled,
}
_CODE_OF_KIND: Final[Mapping[MappingKind, type[str]]] = {
    MappingKind.LAB: LabItemCode,
    MappingKind.IMAGING: ImagingItemCode,
}


def normalize_local_code(text: str) -> str:
    """The form in which local codes are compared: NFKC, no surrounding blanks, case kept."""
    return unicodedata.normalize("NFKC", text).strip()


class MappingTable:
    """Mapping rows ready for lookup; immutable after construction."""

    __slots__ = ("_rows",)

    def __init__(self, mappings: Iterable[ItemMapping]) -> None:
        """Group the rows by institution, kind and normalized local code."""
        self._rows = _by_key(mappings)

    def lookup(
        self, institution_code: str, kind: MappingKind, local_code: str, on: date
    ) -> tuple[MappedTo, ...]:
        """Targets of a local code on a day, in the order of the rows; empty when unmapped."""
        rows = self._rows.get((institution_code, kind, normalize_local_code(local_code)))
        if rows is None:
            return ()
        return tuple(dict.fromkeys(row.target for row in rows if row.in_force(on)))


def read_mappings(
    file: str, records: Iterable[tuple[int, Mapping[str, str]]], catalog: Catalog
) -> tuple[list[LocatedMapping], list[Defect]]:
    """Convert numbered CSV records and check them against the catalog; all defects at once.

    A row with a defect is left out of the rows returned. Two rows against each other, and
    against rows already held, are the matter of `mapping_conflicts`.
    """
    rows: list[LocatedMapping] = []
    defects: list[Defect] = []
    for number, record in records:
        trimmed = {column: record.get(column, "").strip() for column in MAPPING_COLUMNS}
        cells, bad = convert_cells(file, number, trimmed, MAPPING_COLUMNS)
        if not bad:
            mapping = ItemMapping(**cells)
            reasons = catalog_reasons(mapping, catalog)
            bad = [Defect(file, number, column, reason) for column, reason in reasons]
            rows.extend([(number, mapping)] if not bad else [])
        defects.extend(bad)
    return rows, defects


def mapping_conflicts(
    file: str, rows: Iterable[LocatedMapping], held: Iterable[ItemMapping] = ()
) -> list[Defect]:
    """A laboratory code has one target on a day; a later row that says otherwise is a defect.

    Imaging codes may have several targets (one examination, two items), so they never conflict.
    """
    known: defaultdict[_Key, list[tuple[str, ItemMapping]]] = defaultdict(list)
    for mapping in held:
        known[_key(mapping)].append(("a mapping already held", mapping))
    defects = []
    for number, mapping in rows:
        if mapping.kind == MappingKind.IMAGING:
            continue
        for place, earlier in known[_key(mapping)]:
            if earlier.target != mapping.target and earlier.overlaps(mapping):
                reason = f"{place} gives this local code another target on the same days"
                defects.append(Defect(file, number, "item_code", reason))
        known[_key(mapping)].append((f"row {number}", mapping))
    return defects


def catalog_reasons(mapping: ItemMapping, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Columns in which a mapping contradicts itself or the catalog, each with the reason."""
    if mapping.valid_to is not None and mapping.valid_to < mapping.valid_from:
        yield "valid_to", "lies before valid_from"
        return
    if type(mapping.item_code) is not _CODE_OF_KIND[mapping.kind]:
        yield "kind", f"{mapping.item_code} is not an item of kind {mapping.kind}"
        return
    editions = catalog.editions_between(mapping.valid_from, mapping.valid_to)
    holding = [edition for edition in editions if edition.find(mapping.item_code) is not None]
    if not holding:
        yield "item_code", f"{mapping.item_code} is in no edition in force on these days"
    elif mapping.component is not None and not any(
        _has_component(edition, mapping.target) for edition in holding
    ):
        yield "component", f"{mapping.item_code} has no component of this spelling"


def _has_component(edition: Edition, target: MappedTo) -> bool:
    item = edition.find(target.item_code)
    if not isinstance(item, LabItem) or item.panel is None:
        return False
    return bool(edition.elements_from(target.item_code, target.component))


def _by_key(mappings: Iterable[ItemMapping]) -> dict[_Key, tuple[ItemMapping, ...]]:
    groups: defaultdict[_Key, list[ItemMapping]] = defaultdict(list)
    for mapping in mappings:
        groups[_key(mapping)].append(mapping)
    return {key: tuple(rows) for key, rows in groups.items()}


def _key(mapping: ItemMapping) -> _Key:
    return mapping.institution_code, mapping.kind, normalize_local_code(mapping.local_code)
