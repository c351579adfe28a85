"""prices.csv: what an institution charges for an item, the base of 节省费用 (八（三）)."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.canonical.institution import Price
from gateway.services.csv_kinds.cells import (
    VALIDITY,
    institution_code,
    money,
    unknown_institution,
    unknown_item,
)
from gateway.services.csv_kinds.kind import CsvKind, KnownFacts, Reason, validity_of
from item_catalog.codes import parse_item_code


def _build(cells: Mapping[str, Any]) -> Price:
    return Price(
        institution=cells["institution_code"],
        item_code=cells["item_code"],
        price_cny=cells["price_cny"],
        validity=validity_of(cells),
    )


def _check(record: Price, known: KnownFacts) -> Iterator[Reason]:
    yield from unknown_institution(record.institution, known, "institution_code")
    yield from unknown_item(record.item_code, known)


PRICES: CsvKind[Price] = CsvKind(
    name="prices",
    columns={
        "institution_code": institution_code,
        "item_code": parse_item_code,
        "price_cny": money,
        **VALIDITY,
    },
    build=_build,
    key=lambda price: (price.institution, price.item_code),
    check=_check,
)
