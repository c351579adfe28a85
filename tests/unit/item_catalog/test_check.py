"""The check names every defect of an edition folder at once, with file, row and column."""

import pytest

from item_catalog.defects import CatalogDefects, Defect
from tests.unit.item_catalog.conftest import SYNTHETIC, EditionsFolder


def _places(defects: list[Defect]) -> list[tuple[str, int | None, str | None]]:
    return [(defect.file.partition("/")[2], defect.row, defect.column) for defect in defects]


def test_changed_cell_breaks_the_pinned_digest(packaged_copy: EditionsFolder) -> None:
    packaged_copy.replace("loinc.csv", "mg/L,high,\n25030190200", "g/L,high,\n25030190200")
    (defect,) = packaged_copy.defects()
    assert (defect.file, defect.row) == ("zhejiang_2021/loinc.csv", None)
    assert "SHA-256" in defect.reason
    with pytest.raises(CatalogDefects, match="SHA-256"):
        packaged_copy.load()


def test_all_defects_are_reported_at_once(packaged_copy: EditionsFolder) -> None:
    packaged_copy.replace("lab_items.csv", "3,25010300100,粪便常规", "x,25010300,粪便常规")
    packaged_copy.replace("imaging_items.csv", "1,BW00ZZZ80-00,DR", "1,BW00ZZZ80-00,XR")
    packaged_copy.repin("lab_items.csv").repin("imaging_items.csv")
    with pytest.raises(CatalogDefects) as refusal:
        packaged_copy.load()
    places = _places(list(refusal.value.defects))
    assert ("lab_items.csv", 4, "seq") in places
    assert ("lab_items.csv", 4, "code") in places
    assert ("imaging_items.csv", 2, "modality") in places
    assert "row 4, seq: 'x' is not a whole number" in str(refusal.value)


SPOILED = [
    ("lab_items.csv", 5, "code", "25010300100", "code", "repeats row 4"),
    ("lab_items.csv", 11, "seq", "9", "seq", "should be 10"),
    ("lab_items.csv", 2, "min_components", "9", "min_components", "only 8 components"),
    ("lab_items.csv", 2, "single_report", "", "panel_content", "a panel states"),
    ("lab_items.csv", 6, "min_components", "2", "panel_content", "has components or panel columns"),
    ("lab_items.csv", 46, "panel_content", "", "panel_content", "has components or panel columns"),
    ("lab_items.csv", 4, "note", "x", "note", "without a corrigendum"),
    ("lab_items.csv", 71, "detection_system", "yes", "detection_system", "none of"),
    ("imaging_items.csv", 76, "modality", "MR", "modality", "position 3"),
    ("imaging_items.csv", 76, "name_printed", " ", "name_printed", "empty"),
    ("imaging_items.csv", 3, "name", "立位腹部平片", "name", "repeats row 2"),
    ("components.csv", 45, "item_code", "25030790100", "item_code", "a panel cannot be"),
    ("components.csv", 45, "item_code", "25039999900", "item_code", "not an item"),
    ("components.csv", 45, "parts", "甲;乙", "parts", "no parts"),
    ("components.csv", 45, "panel_code", "25039999900", "panel_code", "not an item"),
    ("components.csv", 45, "position", "0", "position", "whole number"),
    ("components.csv", 3, "name", "白细胞及分类", "name", "repeats row 2"),
    ("dicom_hints.csv", 7, "laterality", "L", "laterality", "side"),
    ("dicom_hints.csv", 73, "phases", "plain", "phases", "contrast"),
    ("dicom_hints.csv", 73, "phases", "plain;late", "phases", "none of"),
    ("dicom_hints.csv", 73, "contrast_expected", "false", "contrast_expected", "contrast"),
    ("dicom_hints.csv", 73, "contrast_expected", "no", "contrast_expected", "true nor false"),
    ("dicom_hints.csv", 73, "images", "1", "images", "fewer"),
    ("dicom_hints.csv", 73, "views", "正位=AP", "views", "wording"),
    ("dicom_hints.csv", 67, "views", "正位=PA|LL;侧位=LL|RL", "views", "nothing in common"),
    ("dicom_hints.csv", 67, "views", "正位", "views", "form"),
    ("dicom_hints.csv", 138, "code", "BW99ZYZZZ-00", "code", "not an item"),
    ("loinc.csv", 13, "loinc", "14338_8", "loinc", "not a LOINC code"),
    ("loinc.csv", 13, "code", "25039999900", "code", "not an item"),
    ("relations.csv", 2, "container_code", "BW2110ZZZ-99", "container_code", "not an item"),
    ("relations.csv", 2, "contained_code", "x", "contained_code", "not a laboratory or imaging"),
    ("relations.csv", 2, "kind", "same_as", "kind", "none of"),
    ("relations.csv", 2, "ground", "", "ground", "empty"),
    ("corrigenda.csv", 2, "field", "definition", "seq", "no such row and field"),
    ("corrigenda.csv", 2, "seq", "94", "seq", "no such row and field"),
    ("corrigenda.csv", 6, "printed", "糖化血红蛋白", "corrected", "readings differ from row 16"),
]


@pytest.mark.parametrize(("name", "row", "column", "value", "found", "reason"), SPOILED)
def test_spoiled_cell_is_located(
    packaged_copy: EditionsFolder,
    name: str,
    row: int,
    column: str,
    value: str,
    found: str,
    reason: str,
) -> None:
    defects = packaged_copy.set_cell(name, row, column, value).repin(name).defects()
    hits = [d for d in defects if (d.row, d.column) == (row, found) and reason in d.reason]
    assert [defect.file for defect in hits] == [f"zhejiang_2021/{name}"], defects


def test_panel_components_are_listed_in_order(packaged_copy: EditionsFolder) -> None:
    packaged_copy.set_cell("components.csv", 45, "position", "9").repin("components.csv")
    (defect,) = packaged_copy.defects()
    assert (defect.column, "row 39" in defect.reason) == ("position", True)


def test_hints_must_cover_every_item(packaged_copy: EditionsFolder) -> None:
    file = packaged_copy.file("dicom_hints.csv")
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), "utf-8")
    defects = packaged_copy.repin("dicom_hints.csv").defects()
    assert _places(defects) == [("imaging_items.csv", 181, "code")]


def test_row_of_wrong_length_is_located(packaged_copy: EditionsFolder) -> None:
    packaged_copy.replace("loinc.csv", ",mg/L,high,\n", ",mg/L,high\n").repin("loinc.csv")
    (defect,) = packaged_copy.defects()
    assert (defect.row, defect.reason) == (13, "has 5 cells instead of 6")


def test_wrong_header_line_is_located(packaged_copy: EditionsFolder) -> None:
    packaged_copy.replace("loinc.csv", "code,loinc,specimen", "code,LOINC,specimen")
    defects = packaged_copy.repin("loinc.csv").defects()
    assert ("loinc.csv", 1, None) in _places(defects)


def test_missing_rows_are_counted(packaged_copy: EditionsFolder) -> None:
    file = packaged_copy.file("relations.csv")
    file.write_text("".join(file.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    assert any("rows instead of" in defect.reason for defect in packaged_copy.defects())


def test_missing_and_undecodable_files_are_named(packaged_copy: EditionsFolder) -> None:
    packaged_copy.file("relations.csv").unlink()
    packaged_copy.file("loinc.csv").write_bytes(b"code,\xff")
    defects = packaged_copy.defects()
    assert [(d.file, d.reason) for d in defects] == [
        ("zhejiang_2021/loinc.csv", "is not UTF-8 at byte 5"),
        ("zhejiang_2021/relations.csv", "is missing"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "column", "reason"),
    [
        ('id = "zhejiang_2021"', 'id = "zhejiang"', "id", "name of its folder"),
        ('document = "浙卫发〔2021〕33号"', 'document = ""', "document", "must be a text"),
        ("valid_from = 2021-10-14", 'valid_from = "2021-10-14"', "valid_from", "must be a date"),
        ("[groups]", "[groups]\nultrasound = 3", "groups.ultrasound", "no group"),
        ("title =", "valid_to = 1\ntitle =", "valid_to", "must be a date or be left out"),
        ("title =", "valid_to = 2021-10-01\ntitle =", "valid_to", "ends before"),
        ("panel = 9", "panel = 10", "groups.panel", "says 10, the items are 9"),
        ("panel = 9", "panels = 9", "groups.panels", "no group"),
        ("panel = 9", 'panel = "9"', "groups.panel", "whole number"),
        ('[files."loinc.csv"]', '[files."loinc2.csv"]', "files.loinc.csv", "is not pinned"),
        ('[files."loinc.csv"]', '[files."loinc2.csv"]', "files.loinc2.csv", "no data file"),
        ('[files."loinc.csv"]\nrows', '[files."loinc.csv"]\nlines', "files.loinc.csv", "must have"),
        ("[groups]", "files = 1\n[groups]", None, ""),
        ("valid_from =", "valid_from", None, ""),
    ],
)
def test_spoiled_manifest_is_located(
    packaged_copy: EditionsFolder, old: str, new: str, column: str | None, reason: str
) -> None:
    defects = packaged_copy.replace("EDITION.toml", old, new).defects()
    hits = [d for d in defects if d.column == column and reason in d.reason]
    assert [d.file for d in hits] == ["zhejiang_2021/EDITION.toml"], defects


@pytest.mark.parametrize("section", ["groups = 1", "files = [1]", 'files = { "loinc.csv" = 1 }'])
def test_manifest_sections_must_be_tables(editions_folder: EditionsFolder, section: str) -> None:
    file = editions_folder.add(SYNTHETIC).file("EDITION.toml")
    head = file.read_text("utf-8").partition("[groups]")[0]
    file.write_text(f"{head}{section}\n", "utf-8")
    (defect,) = editions_folder.defects()
    assert (defect.column or "").startswith(section.partition(" ")[0])


def test_folder_without_editions_is_a_defect(editions_folder: EditionsFolder) -> None:
    (editions_folder.path / "__pycache__").mkdir()
    (editions_folder.path / "notes.txt").write_text("x")
    (defect,) = editions_folder.defects()
    assert defect.reason == "holds no edition folder"


def test_overlap_between_folders_is_a_defect(packaged_copy: EditionsFolder) -> None:
    packaged_copy.replace(
        "EDITION.toml", "valid_from = 2021-10-14", "valid_from = 2021-10-14\nvalid_to = 2025-01-01"
    )
    (defect,) = packaged_copy.add(SYNTHETIC).defects()
    assert (defect.file, defect.column) == ("synthetic_2024/EDITION.toml", "valid_from")
    assert "overlaps edition zhejiang_2021" in defect.reason
