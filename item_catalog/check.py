"""Checks of an edition against its manifest and within itself: sizes, uniqueness, order.

What any folder of data needs stands in `check_files`, references between files in
`check_references`. Every check yields all its defects.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from item_catalog.check_files import (
    Key,
    group_defects,
    in_file_order,
    pin_defects,
    uniqueness_defects,
)
from item_catalog.check_references import reference_defects
from item_catalog.defects import Defect
from item_catalog.edition_files import (
    COLUMNS,
    COMPONENTS,
    DICOM_HINTS,
    DISCRETIONARY,
    IMAGING_ITEMS,
    LAB_ITEMS,
    LOINC,
    RELATIONS,
    EditionFiles,
)
from item_catalog.items import Laterality, Modality

_LOINC: Final = re.compile(r"[0-9]{1,7}-[0-9]")
_KEYS: Final[tuple[Key, ...]] = (
    (LAB_ITEMS, "code", lambda row: row["code"]),
    (LAB_ITEMS, "name", lambda row: row["name"]),
    (IMAGING_ITEMS, "code", lambda row: row["code"]),
    (IMAGING_ITEMS, "name", lambda row: (row["modality"], row["name"])),
    (COMPONENTS, "position", lambda row: (row["panel_code"], row["position"])),
    (COMPONENTS, "name", lambda row: (row["panel_code"], row["name"])),
    (DICOM_HINTS, "code", lambda row: row["code"]),
    (LOINC, "code", lambda row: row["code"]),
    (
        RELATIONS,
        "contained_code",
        lambda row: (row["kind"], row["container_code"], row["contained_code"]),
    ),
)


def edition_defects(files: EditionFiles) -> list[Defect]:
    """Everything wrong with one edition whose files could be read, in the order of the files."""
    defects = [
        *pin_defects(files),
        *group_defects(files, _group_sizes(files)),
        *uniqueness_defects(files, _KEYS),
        *_order_defects(files),
        *_loinc_defects(files),
        *reference_defects(files),
    ]
    return in_file_order(defects, COLUMNS)


def _group_sizes(files: EditionFiles) -> dict[str, int]:
    lab = files.tables[LAB_ITEMS].rows
    imaging = files.tables[IMAGING_ITEMS].rows
    modalities = Counter(row["modality"] for row in imaging)
    sides = Counter(row["laterality"] for row in imaging)
    return {
        "panel": sum(row["panel_content"] is not None for row in lab),
        "detection_system_stated": sum(row["detection_system"] is not None for row in lab),
        "detection_system_discretionary": sum(
            row["detection_system"] == DISCRETIONARY for row in lab
        ),
        **{str(modality): modalities[modality] for modality in Modality},
        **{str(side): sides[side] for side in Laterality},
    }


def _order_defects(files: EditionFiles) -> Iterator[Defect]:
    """序号 runs from 1 without a hole, as printed."""
    for name in (LAB_ITEMS, IMAGING_ITEMS):
        for row in files.tables[name].rows:
            if row["seq"] != row.number - 1:
                yield files.defect(name, row.number, "seq", f"should be {row.number - 1}")


def _loinc_defects(files: EditionFiles) -> Iterator[Defect]:
    for row in files.tables[LOINC].rows:
        for code in row["loinc"]:
            if _LOINC.fullmatch(code) is None:
                yield files.defect(LOINC, row.number, "loinc", f"{code!r} is not a LOINC code")
