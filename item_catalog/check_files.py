"""Checks that any pinned folder of data files needs: pins, stated sizes, unique keys."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeAlias

from item_catalog.defects import Defect
from item_catalog.edition_files import MANIFEST, EditionFiles
from item_catalog.tables import Row

Key: TypeAlias = tuple[str, str, Callable[[Row], Hashable]]


def pin_defects(files: EditionFiles) -> Iterator[Defect]:
    """Files whose rows or digest differ from the manifest, and pins without a file."""
    pins = files.manifest.files
    for name in sorted(pins.keys() - files.tables.keys()):
        yield files.defect(MANIFEST, None, f"files.{name}", "is no data file of an edition")
    for name, table in files.tables.items():
        pin = pins.get(name)
        if pin is None:
            yield files.defect(MANIFEST, None, f"files.{name}", "is not pinned")
            continue
        if table.records != pin.rows:
            yield files.defect(name, None, None, f"has {table.records} rows instead of {pin.rows}")
        if files.digests[name] != pin.sha256:
            reason = f"SHA-256 is {files.digests[name]}, pinned is {pin.sha256}"
            yield files.defect(name, None, None, reason)


def group_defects(files: EditionFiles, sizes: Mapping[str, int]) -> Iterator[Defect]:
    """Groups whose size differs from what the manifest states, and groups that are none."""
    for group, stated in files.manifest.groups.items():
        if group not in sizes:
            yield files.defect(MANIFEST, None, f"groups.{group}", "is no group of items")
        elif sizes[group] != stated:
            reason = f"says {stated}, the items are {sizes[group]}"
            yield files.defect(MANIFEST, None, f"groups.{group}", reason)


def uniqueness_defects(files: EditionFiles, keys: Iterable[Key]) -> Iterator[Defect]:
    """Rows that repeat an earlier one in a key; the key names the column to look at."""
    for name, column, key in keys:
        first: dict[Hashable, int] = {}
        for row in files.tables[name].rows:
            earlier = first.setdefault(key(row), row.number)
            if earlier != row.number:
                yield files.defect(name, row.number, column, f"repeats row {earlier}")


def in_file_order(defects: Iterable[Defect], names: Iterable[str]) -> list[Defect]:
    """Defects sorted by file, the manifest first, and by row."""
    order = [MANIFEST, *names]
    return sorted(defects, key=lambda d: (order.index(d.file.rpartition("/")[2]), d.row or 0))
