"""The files of an edition folder: their columns, and the manifest that pins them."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from item_catalog.catalog import EditionInfo
from item_catalog.codes import ImagingItemCode, LabItemCode, parse_item_code
from item_catalog.defects import Defect
from item_catalog.items import (
    Contrast,
    Laterality,
    Modality,
    PanelContent,
    Phase,
    RelationKind,
    RequiredView,
)
from item_catalog.tables import (
    Columns,
    Table,
    filled,
    listing,
    member_of,
    number,
    one_of,
    optional,
    truth,
)

MANIFEST: Final = "EDITION.toml"
LAB_ITEMS: Final = "lab_items.csv"
IMAGING_ITEMS: Final = "imaging_items.csv"
COMPONENTS: Final = "components.csv"
CORRIGENDA: Final = "corrigenda.csv"
DICOM_HINTS: Final = "dicom_hints.csv"
LOINC: Final = "loinc.csv"
RELATIONS: Final = "relations.csv"
STATED: Final = "stated"
DISCRETIONARY: Final = "discretionary_across_systems"


def _phases(text: str) -> tuple[Phase, ...]:
    return tuple(member_of(Phase)(phase) for phase in listing(text))


def _views(text: str) -> tuple[RequiredView, ...]:
    """`正位=AP|PA;轴位=`: name, then the view positions that show it, none where DICOM has none."""
    views = []
    for view in listing(text):
        name, separator, positions = view.partition("=")
        if not (name and separator):
            raise ValueError(f"{view!r} is not of the form name=POSITION|POSITION")
        views.append(RequiredView(name, tuple(positions.split("|")) if positions else ()))
    return tuple(views)


COLUMNS: Final[Mapping[str, Columns]] = {
    LAB_ITEMS: {
        "seq": number,
        "code": LabItemCode,
        "name": filled,
        "name_printed": filled,
        "note": str,
        "note_printed": str,
        "panel_content": optional(member_of(PanelContent)),
        "min_components": optional(number),
        "single_report": optional(truth),
        "detection_system": optional(one_of(STATED, DISCRETIONARY)),
    },
    IMAGING_ITEMS: {
        "seq": number,
        "code": ImagingItemCode,
        "modality": member_of(Modality),
        "body_region": filled,
        "name": filled,
        "name_printed": filled,
        "definition": filled,
        "definition_printed": filled,
        "laterality": optional(member_of(Laterality)),
        "contrast": optional(member_of(Contrast)),
        "views": str,
    },
    COMPONENTS: {
        "panel_code": LabItemCode,
        "position": number,
        "name": filled,
        "parts": lambda text: listing(filled(text)),
        "item_code": optional(LabItemCode),
    },
    CORRIGENDA: {
        "annex": one_of("lab", "imaging"),
        "seq": number,
        "field": one_of("name", "note", "definition", "code"),
        "printed": filled,
        "corrected": filled,
        "reason": filled,
        "confidence": one_of("high", "medium", "low"),
    },
    DICOM_HINTS: {
        "code": ImagingItemCode,
        "modalities": lambda text: listing(filled(text)),
        "body_parts": lambda text: listing(filled(text)),
        "laterality": optional(one_of("R", "L", "B")),
        "views": _views,
        "phases": _phases,
        "images": number,
        "contrast_expected": truth,
        "remark": str,
    },
    LOINC: {
        "code": LabItemCode,
        "loinc": listing,
        "specimen": filled,
        "unit": str,
        "confidence": one_of("high", "medium", "low", "none"),
        "remark": str,
    },
    RELATIONS: {
        "kind": member_of(RelationKind),
        "container_code": parse_item_code,
        "contained_code": parse_item_code,
        "ground": filled,
    },
}


@dataclass(frozen=True, slots=True)
class FilePin:
    """What the manifest says of one data file: its rows and its SHA-256 (hex)."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """EDITION.toml: identity, the sizes of the groups of items, the pinned files."""

    info: EditionInfo
    groups: Mapping[str, int]
    files: Mapping[str, FilePin]


@dataclass(frozen=True, slots=True)
class EditionFiles:
    """Everything read from one edition folder, before any row is checked against another."""

    folder: str
    manifest: Manifest
    tables: Mapping[str, Table]
    digests: Mapping[str, str]

    def defect(self, file: str, row: int | None, column: str | None, reason: str) -> Defect:
        """A defect located in one of the files of this folder."""
        return Defect(f"{self.folder}/{file}", row, column, reason)


def read_manifest(folder: str, text: str) -> tuple[Manifest | None, list[Defect]]:
    """Read EDITION.toml; None with the reasons when it cannot be understood."""
    file = f"{folder}/{MANIFEST}"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as refusal:
        return None, [Defect(file, None, None, str(refusal))]
    reasons = list(_manifest_reasons(folder, data))
    if reasons:
        return None, [Defect(file, None, column, reason) for column, reason in reasons]
    files = {
        name: FilePin(pin["rows"], pin["sha256"]) for name, pin in data.get("files", {}).items()
    }
    return Manifest(_info(data), data.get("groups", {}), files), []


def _info(data: Mapping[str, Any]) -> EditionInfo:
    return EditionInfo(
        data["id"], data["document"], data["title"], data["valid_from"], data.get("valid_to")
    )


def _manifest_reasons(folder: str, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for column in ("id", "document", "title"):
        if not isinstance(data.get(column), str) or not data[column]:
            yield column, "must be a text"
    if data.get("id") != folder:
        yield "id", f"must be the name of its folder, {folder}"
    if not _is_day(data.get("valid_from")):
        yield "valid_from", "must be a date"
    if "valid_to" in data and not _is_day(data["valid_to"]):
        yield "valid_to", "must be a date or be left out"
    yield from _wrong_entries(data, "groups", _is_count, "must be a whole number")
    yield from _wrong_entries(data, "files", _is_pin, "must have rows and sha256")


def _wrong_entries(
    data: Mapping[str, Any], section: str, is_right: Callable[[object], bool], reason: str
) -> Iterator[tuple[str, str]]:
    entries = data.get(section, {})
    if not isinstance(entries, dict):
        yield section, "must be a table"
        return
    for name, value in entries.items():
        if not is_right(value):
            yield f"{section}.{name}", reason


def _is_count(value: object) -> bool:
    return isinstance(value, int)


def _is_pin(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("rows"), int) and isinstance(value.get("sha256"), str)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
