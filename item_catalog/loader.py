"""Edition folders → catalog, clinical context: the only module here that opens files."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files as package_files
from importlib.resources.abc import Traversable
from typing import Final

from item_catalog.assembly import assemble
from item_catalog.catalog import Catalog, succession_defects
from item_catalog.check import edition_defects
from item_catalog.clinical_context.assembly import assemble_context
from item_catalog.clinical_context.check import context_defects
from item_catalog.clinical_context.context import ClinicalContexts
from item_catalog.clinical_context.context_files import COLUMNS as CONTEXT_COLUMNS
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


@dataclass(frozen=True, slots=True)
class _Kind:
    """What sort of data an edition folder holds: where, which files, what must be true of them."""

    packaged: tuple[str, ...]
    columns: Mapping[str, Columns]
    check: Callable[[EditionFiles], list[Defect]]


_ITEMS: Final = _Kind(("editions",), COLUMNS, edition_defects)
_CONTEXT: Final = _Kind(("clinical_context", "data"), CONTEXT_COLUMNS, context_defects)


def load_catalog(folder: Traversable | None = None) -> Catalog:
    """Read and check every edition folder; raise `CatalogDefects` naming all that is wrong.

    Without a folder the packaged editions are read; a `pathlib.Path` names another place.
    """
    return Catalog(assemble(edition) for edition in _read_sound(_ITEMS, folder))


def load_clinical_contexts(folder: Traversable | None = None) -> ClinicalContexts:
    """Read and check every edition of the clinical context, as `load_catalog` does the items."""
    return ClinicalContexts(assemble_context(edition) for edition in _read_sound(_CONTEXT, folder))


def check_catalog(folder: Traversable | None = None) -> list[Defect]:
    """Every defect of every edition folder at once; an empty list when there is none.

    Without a folder everything packaged is checked, the clinical context too.
    """
    defects = _read_all(_ITEMS, folder)[1]
    return defects if folder is not None else defects + check_clinical_contexts()


def check_clinical_contexts(folder: Traversable | None = None) -> list[Defect]:
    """Every defect of every edition of the clinical context at once."""
    return _read_all(_CONTEXT, folder)[1]


def _read_sound(kind: _Kind, folder: Traversable | None) -> list[EditionFiles]:
    editions, defects = _read_all(kind, folder)
    if defects:
        raise CatalogDefects(defects)
    return editions


def _read_all(kind: _Kind, folder: Traversable | None) -> tuple[list[EditionFiles], list[Defect]]:
    packaged = package_files("item_catalog").joinpath(*kind.packaged)
    root = packaged if folder is None else folder
    editions: list[EditionFiles] = []
    defects: list[Defect] = []
    for place in _edition_folders(root):
        edition, unreadable = _read_edition(place, kind.columns)
        defects.extend(unreadable)
        if edition is not None:
            editions.append(edition)
            defects.extend(kind.check(edition))
    defects.extend(succession_defects(edition.manifest.info for edition in editions))
    if not editions and not defects:
        defects.append(Defect(root.name, None, None, "holds no edition folder"))
    return editions, defects


def _edition_folders(root: Traversable) -> Iterator[Traversable]:
    for place in sorted(root.iterdir(), key=lambda place: place.name):
        if place.is_dir() and not place.name.startswith(("_", ".")):
            yield place


def _read_edition(
    place: Traversable, all_columns: Mapping[str, Columns]
) -> tuple[EditionFiles | None, list[Defect]]:
    content, defects = _read_texts(place, (MANIFEST, *all_columns))
    if defects:
        return None, defects
    manifest, defects = read_manifest(place.name, content[MANIFEST].decode("utf-8"))
    tables: dict[str, Table] = {}
    for name, columns in all_columns.items():
        text = content[name].decode("utf-8")
        tables[name], bad = read_table(f"{place.name}/{name}", text, columns)
        defects.extend(bad)
    if manifest is None:
        return None, defects
    digests = {name: hashlib.sha256(content[name]).hexdigest() for name in all_columns}
    return EditionFiles(place.name, manifest, tables, digests), defects


def _read_texts(place: Traversable, names: Iterable[str]) -> tuple[dict[str, bytes], list[Defect]]:
    """Bytes of every file of an edition; a missing or non-UTF-8 file is a defect."""
    content: dict[str, bytes] = {}
    defects: list[Defect] = []
    for name in names:
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
