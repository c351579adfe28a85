"""Edition folders → catalog: the only module of this package that opens files."""

import hashlib
from collections.abc import Iterator
from importlib.resources import files as package_files
from importlib.resources.abc import Traversable
from typing import Final

from item_catalog.assembly import assemble
from item_catalog.catalog import Catalog, succession_defects
from item_catalog.check import edition_defects
from item_catalog.codes import LabItemCode
from item_catalog.defects import CatalogDefects, Defect
from item_catalog.edition_files import COLUMNS, MANIFEST, EditionFiles, read_manifest
from item_catalog.mapping import MappedTo
from item_catalog.tables import Columns, Table, filled, optional, read_table

_SYNONYM_COLUMNS: Final[Columns] = {
    "item_code": LabItemCode,
    "component": optional(str),
    "synonym": filled,
}


def load_catalog(folder: Traversable | None = None) -> Catalog:
    """Read and check every edition folder; raise `CatalogDefects` naming all that is wrong.

    Without a folder the packaged editions are read; a `pathlib.Path` names another place.
    """
    editions, defects = _read_all(folder)
    if defects:
        raise CatalogDefects(defects)
    return Catalog(assemble(edition) for edition in editions)


def check_catalog(folder: Traversable | None = None) -> list[Defect]:
    """Every defect of every edition folder at once; an empty list when there is none."""
    return _read_all(folder)[1]


def _read_all(folder: Traversable | None) -> tuple[list[EditionFiles], list[Defect]]:
    root = package_files("item_catalog") / "editions" if folder is None else folder
    editions: list[EditionFiles] = []
    defects: list[Defect] = []
    for place in _edition_folders(root):
        edition, unreadable = _read_edition(place)
        defects.extend(unreadable)
        if edition is not None:
            editions.append(edition)
            defects.extend(edition_defects(edition))
    defects.extend(succession_defects(edition.manifest.info for edition in editions))
    if not editions and not defects:
        defects.append(Defect(root.name, None, None, "holds no edition folder"))
    return editions, defects


def _edition_folders(root: Traversable) -> Iterator[Traversable]:
    for place in sorted(root.iterdir(), key=lambda place: place.name):
        if place.is_dir() and not place.name.startswith(("_", ".")):
            yield place


def _read_edition(place: Traversable) -> tuple[EditionFiles | None, list[Defect]]:
    content, defects = _read_texts(place)
    if defects:
        return None, defects
    manifest, defects = read_manifest(place.name, content[MANIFEST].decode("utf-8"))
    tables: dict[str, Table] = {}
    for name, columns in COLUMNS.items():
        text = content[name].decode("utf-8")
        tables[name], bad = read_table(f"{place.name}/{name}", text, columns)
        defects.extend(bad)
    if manifest is None:
        return None, defects
    digests = {name: hashlib.sha256(content[name]).hexdigest() for name in COLUMNS}
    return EditionFiles(place.name, manifest, tables, digests), defects


def _read_texts(place: Traversable) -> tuple[dict[str, bytes], list[Defect]]:
    """Bytes of every file of an edition; a missing or non-UTF-8 file is a defect."""
    content: dict[str, bytes] = {}
    defects: list[Defect] = []
    for name in (MANIFEST, *COLUMNS):
        file = f"{place.name}/{name}"
        try:
            content[name] = (place / name).read_bytes()
            content[name].decode("utf-8")
        except FileNotFoundError:
            defects.append(Defect(file, None, None, "is missing"))
        except UnicodeDecodeError as refusal:
            defects.append(Defect(file, None, None, f"is not UTF-8 at byte {refusal.start}"))
    return content, defects


def load_synonyms(file: Traversable | None = None) -> dict[MappedTo, tuple[str, ...]]:
    """Common other names of laboratory items, for `suggestions`; no part of any edition.

    Without a file the packaged list is read. Raise `CatalogDefects` for bad rows.
    """
    source = package_files("item_catalog") / "synonyms.csv" if file is None else file
    table, defects = read_table(source.name, source.read_text("utf-8"), _SYNONYM_COLUMNS)
    if defects:
        raise CatalogDefects(defects)
    synonyms: dict[MappedTo, tuple[str, ...]] = {}
    for row in table.rows:
        target = MappedTo(row["item_code"], row["component"])
        synonyms[target] = (*synonyms.get(target, ()), row["synonym"])
    return synonyms
