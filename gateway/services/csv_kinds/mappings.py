"""mappings.csv: what a hospital's local codes mean (对码)."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.services.csv_kinds.cells import institution_code, unknown_institution
from gateway.services.csv_kinds.kind import CsvKind, KnownFacts, Reason
from gateway.services.timeline import Key
from item_catalog.mapping import (
    MAPPING_COLUMNS,
    ItemMapping,
    MappingKind,
    catalog_reasons,
    normalize_local_code,
)


def _key(record: ItemMapping) -> Key:
    return record.institution_code, record.kind, normalize_local_code(record.local_code)


def _build(cells: Mapping[str, Any]) -> ItemMapping:
    return ItemMapping(**cells)


def _check(record: ItemMapping, known: KnownFacts) -> Iterator[Reason]:
    yield from unknown_institution(record.institution_code, known, "institution_code")
    yield from catalog_reasons(record, known.catalog)


def _clash(one: ItemMapping, other: ItemMapping) -> Reason | None:
    """A laboratory code has one target on a day; an imaging code may stand for several items."""
    if one.target == other.target:
        return "valid_from", "maps this code to the same item on days of {place}"
    if one.kind is MappingKind.IMAGING:
        return None
    return "item_code", "gives this local code another target on days of {place}"


MAPPINGS: CsvKind[ItemMapping] = CsvKind(
    name="mappings",
    columns={**MAPPING_COLUMNS, "institution_code": institution_code},
    build=_build,
    key=_key,
    check=_check,
    clash=_clash,
)
