"""Checked files of an edition → its immutable items."""

from item_catalog.catalog import Edition
from item_catalog.edition_files import (
    COMPONENTS,
    CORRIGENDA,
    DICOM_HINTS,
    DISCRETIONARY,
    IMAGING_ITEMS,
    LAB_ITEMS,
    LOINC,
    RELATIONS,
    EditionFiles,
)
from item_catalog.items import (
    Component,
    Corrigendum,
    DetectionSystemRule,
    DicomHints,
    ImagingItem,
    LabItem,
    LoincCandidates,
    MinimumContent,
    PanelRule,
    Relation,
)
from item_catalog.tables import Row


def assemble(files: EditionFiles) -> Edition:
    """Build the edition; the files must have passed `check.edition_defects`."""
    tables = files.tables
    loinc = {row["code"]: row for row in tables[LOINC].rows}
    hints = {row["code"]: row for row in tables[DICOM_HINTS].rows}
    components = tables[COMPONENTS].rows
    return Edition(
        info=files.manifest.info,
        lab_items=tuple(_lab_item(row, components, loinc) for row in tables[LAB_ITEMS].rows),
        imaging_items=tuple(
            _imaging_item(row, hints[row["code"]]) for row in tables[IMAGING_ITEMS].rows
        ),
        corrigenda=tuple(Corrigendum(**row.cells) for row in tables[CORRIGENDA].rows),
        relations=tuple(_relation(row) for row in tables[RELATIONS].rows),
    )


def _lab_item(row: Row, components: tuple[Row, ...], loinc: dict[str, Row]) -> LabItem:
    system = row["detection_system"]
    return LabItem(
        code=row["code"],
        seq=row["seq"],
        name=row["name"],
        name_printed=row["name_printed"],
        note=row["note"],
        note_printed=row["note_printed"],
        panel=_panel(row, components) if row["panel_content"] else None,
        detection_system=DetectionSystemRule(system == DISCRETIONARY) if system else None,
        loinc=_loinc(loinc[row["code"]]) if row["code"] in loinc else None,
    )


def _panel(row: Row, components: tuple[Row, ...]) -> PanelRule:
    listed = (component for component in components if component["panel_code"] == row["code"])
    return PanelRule(
        content=row["panel_content"],
        components=tuple(
            Component(entry["name"], entry["item_code"], entry["parts"]) for entry in listed
        ),
        min_components=row["min_components"],
        single_report=row["single_report"],
    )


def _loinc(row: Row) -> LoincCandidates:
    return LoincCandidates(
        row["loinc"], row["specimen"], row["unit"], row["confidence"], row["remark"]
    )


def _imaging_item(row: Row, hint: Row) -> ImagingItem:
    hints = DicomHints(
        modalities=hint["modalities"],
        body_parts=hint["body_parts"],
        laterality=hint["laterality"],
        contrast_expected=hint["contrast_expected"],
        remark=hint["remark"],
    )
    minimum = MinimumContent(hint["views"], hint["phases"], hint["images"])
    return ImagingItem(**row.cells, hints=hints, minimum=minimum)


def _relation(row: Row) -> Relation:
    return Relation(row["kind"], row["container_code"], row["contained_code"], row["ground"])
