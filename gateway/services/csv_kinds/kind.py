"""What a kind of CSV file is: its columns, the record a row makes, and what it must agree with."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar

from gateway.canonical.institution import Validity
from gateway.services.timeline import Entry, Key, Timeline
from item_catalog.catalog import Catalog
from item_catalog.tables import Columns

T = TypeVar("T")
#: A column and why its cell is refused.
Reason: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What rows are checked against: the catalog, and the institutions ever registered."""

    catalog: Catalog
    institutions: frozenset[str]

    def has_item(self, code: str) -> bool:
        """Whether any edition has an item of this code."""
        return any(edition.find(code) is not None for edition in self.catalog.editions)


def may_not_overlap(_one: Any, _other: Any) -> Reason | None:
    """Two rows of a key in one file may not be valid on one day."""
    return "valid_from", "is valid on days of {place}, which has the same key"


@dataclass(frozen=True, slots=True)
class CsvKind(Generic[T]):
    """A kind of file.

    columns: the header, with a converter per column that raises `ValueError`; cells come trimmed.
    build: the record of converted cells. key: what the record speaks of.
    check: reasons to refuse a record that reads well by itself.
    clash: why two records of one key and file exclude each other on common days; `{place}` in the
    reason is where the other one stands.
    conflicts: rows of different keys that exclude each other, seen over everything in force; None
    for kinds whose keys have nothing to do with each other.
    """

    name: str
    columns: Columns
    build: Callable[[Mapping[str, Any]], T]
    key: Callable[[T], Key]
    check: Callable[[T, KnownFacts], Iterator[Reason]]
    clash: Callable[[T, T], Reason | None] = may_not_overlap
    conflicts: Callable[[Mapping[Key, Timeline[T]]], Iterable[tuple[Entry[T], Reason]]] | None = (
        None
    )

    def entry(self, batch: int, line: int, cells: Mapping[str, Any]) -> Entry[T]:
        """The entry that converted cells make."""
        record = self.build(cells)
        return Entry(batch, line, self.key(record), validity_of(cells), record)


def validity_of(cells: Mapping[str, Any]) -> Validity:
    """The validity that converted cells state; files without dates are valid at all times."""
    return Validity(cells.get("valid_from", date.min), cells.get("valid_to"))
