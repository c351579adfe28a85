"""Checks between the files of an edition: whatever one file names must stand in the other."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

from item_catalog.defects import Defect
from item_catalog.edition_files import (
    COMPONENTS,
    CORRIGENDA,
    DICOM_HINTS,
    IMAGING_ITEMS,
    LAB_ITEMS,
    LOINC,
    RELATIONS,
    EditionFiles,
)
from item_catalog.items import Contrast, Laterality, Modality, Phase
from item_catalog.tables import Row

_ROOT_TYPE = {Modality.DR: "0", Modality.CT: "2", Modality.MR: "3"}
_HEADER_SIDE = {Laterality.LEFT: "L", Laterality.RIGHT: "R", Laterality.BILATERAL: "B", None: None}
_ANNEX = {"lab": LAB_ITEMS, "imaging": IMAGING_ITEMS}


def reference_defects(files: EditionFiles) -> Iterator[Defect]:
    """Dangling, missing and contradicting entries between the files of one edition."""
    lab = {row["code"]: row for row in files.tables[LAB_ITEMS].rows}
    imaging = {row["code"]: row for row in files.tables[IMAGING_ITEMS].rows}
    yield from _panel_defects(files, lab)
    yield from _component_defects(files, lab)
    yield from _code_defects(files, imaging)
    yield from _hint_defects(files, imaging)
    yield from _dangling(files, LOINC, "code", lab)
    yield from _dangling(files, RELATIONS, "container_code", {**lab, **imaging})
    yield from _dangling(files, RELATIONS, "contained_code", {**lab, **imaging})
    yield from _corrigendum_defects(files)
    yield from _silent_repairs(files)


def _dangling(
    files: EditionFiles, name: str, column: str, known: Mapping[str, Row]
) -> Iterator[Defect]:
    for row in files.tables[name].rows:
        if row[column] is not None and row[column] not in known:
            reason = f"{row[column]} is not an item of this edition"
            yield files.defect(name, row.number, column, reason)


def _panel_defects(files: EditionFiles, lab: Mapping[str, Row]) -> Iterator[Defect]:
    listed: defaultdict[str, list[int]] = defaultdict(list)
    for row in files.tables[COMPONENTS].rows:
        listed[row["panel_code"]].append(row["position"])
    for code, row in lab.items():
        stated = [row["panel_content"], row["min_components"], row["single_report"]]
        if row["panel_content"] is None:
            if stated != [None] * 3 or code in listed:
                reason = "must be stated for an item that has components or panel columns"
                yield files.defect(LAB_ITEMS, row.number, "panel_content", reason)
            continue
        if None in stated:
            reason = "a panel states min_components and single_report"
            yield files.defect(LAB_ITEMS, row.number, "panel_content", reason)
        elif row["min_components"] > len(listed[code]):
            reason = f"only {len(listed[code])} components are listed"
            yield files.defect(LAB_ITEMS, row.number, "min_components", reason)
        if listed[code] != list(range(1, len(listed[code]) + 1)):
            reason = f"components of row {row.number} are not listed in order from 1"
            yield files.defect(COMPONENTS, None, "position", reason)


def _component_defects(files: EditionFiles, lab: Mapping[str, Row]) -> Iterator[Defect]:
    yield from _dangling(files, COMPONENTS, "panel_code", lab)
    yield from _dangling(files, COMPONENTS, "item_code", lab)
    for row in files.tables[COMPONENTS].rows:
        item = lab.get(row["item_code"])
        if item is None:
            continue
        if item["panel_content"] is not None:
            reason = "a panel cannot be a component"
            yield files.defect(COMPONENTS, row.number, "item_code", reason)
        if row["parts"] != (row["name"],):
            reason = "a component that is an item has no parts of its own"
            yield files.defect(COMPONENTS, row.number, "parts", reason)


def _code_defects(files: EditionFiles, imaging: Mapping[str, Row]) -> Iterator[Defect]:
    """Position 3 of an imaging code is the root type, which equals the modality."""
    for code, row in imaging.items():
        if code[2] != _ROOT_TYPE[row["modality"]]:
            reason = f"contradicts position 3 of {code}"
            yield files.defect(IMAGING_ITEMS, row.number, "modality", reason)


def _hint_defects(files: EditionFiles, imaging: Mapping[str, Row]) -> Iterator[Defect]:
    yield from _dangling(files, DICOM_HINTS, "code", imaging)
    hinted = {row["code"]: row for row in files.tables[DICOM_HINTS].rows}
    for code, item in imaging.items():
        if code not in hinted:
            yield files.defect(IMAGING_ITEMS, item.number, "code", "has no DICOM hints")
            continue
        for column, reason in _contradictions(item, hinted[code]):
            yield files.defect(DICOM_HINTS, hinted[code].number, column, reason)


def _contradictions(item: Row, hint: Row) -> Iterator[tuple[str, str]]:
    enhanced = item["contrast"] is Contrast.WITH
    if hint["laterality"] != _HEADER_SIDE[item["laterality"]]:
        yield "laterality", "contradicts the item's side"
    if hint["contrast_expected"] != enhanced:
        yield "contrast_expected", "contradicts the item's contrast"
    if (Phase.ENHANCED in hint["phases"]) != enhanced:
        yield "phases", "contradict the item's contrast"
    if bool(hint["views"]) != bool(item["views"]):
        yield "views", "contradict the wording of the item"
    if hint["images"] < max(len(hint["views"]), len(hint["phases"])):
        yield "images", "fewer than the views and phases ask for"
    shown = [set(view.view_positions) for view in hint["views"]]
    if any(one & other and one != other for one, other in combinations(shown, 2)):
        yield "views", "positions of two views must be the same or have nothing in common"


def _corrigendum_defects(files: EditionFiles) -> Iterator[Defect]:
    """A corrigendum agrees with both readings of the row it speaks of."""
    for row in files.tables[CORRIGENDA].rows:
        name = _ANNEX[row["annex"]]
        item = next((item for item in files.tables[name].rows if item["seq"] == row["seq"]), None)
        if item is None or row["field"] not in item.cells:
            reason = f"{name} has no such row and field"
            yield files.defect(CORRIGENDA, row.number, "seq", reason)
            continue
        corrected = item[row["field"]]
        printed = item.cells.get(f"{row['field']}_printed", corrected)
        if (row["printed"], row["corrected"]) != (printed, corrected):
            reason = f"readings differ from row {item.number} of {name}"
            yield files.defect(CORRIGENDA, row.number, "corrected", reason)


def _silent_repairs(files: EditionFiles) -> Iterator[Defect]:
    """A reading that differs from the printed one needs its corrigendum."""
    explained = {
        (_ANNEX[row["annex"]], row["seq"], row["field"]) for row in files.tables[CORRIGENDA].rows
    }
    for name, fields in ((LAB_ITEMS, ("name", "note")), (IMAGING_ITEMS, ("name", "definition"))):
        for row in files.tables[name].rows:
            for field in fields:
                repaired = row[field] != row[f"{field}_printed"]
                if repaired and (name, row["seq"], field) not in explained:
                    yield files.defect(name, row.number, field, "repaired without a corrigendum")
