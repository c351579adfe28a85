"""Hospital mappings: exact, dated, reviewed, checked against the edition."""

from datetime import date

import pytest

from item_catalog.catalog import Catalog
from item_catalog.codes import parse_item_code
from item_catalog.mapping import (
    MAPPING_COLUMNS,
    ItemMapping,
    MappedTo,
    MappingKind,
    MappingTable,
    mapping_conflicts,
    normalize_local_code,
    read_mappings,
)

DAY = date(2024, 5, 1)


def _record(**changes: str) -> dict[str, str]:
    record = dict.fromkeys(MAPPING_COLUMNS, "")
    record.update(
        institution_code="H1",
        kind="lab",
        local_code="ALB",
        local_name="白蛋白",
        item_code="25030100200",
        valid_from="2024-01-01",
        reviewed_by="王审核",
    )
    return record | changes


def _mapping(**changes: object) -> ItemMapping:
    values: dict[str, object] = {
        "institution_code": "H1",
        "kind": MappingKind.LAB,
        "local_code": "ALB",
        "local_name": "白蛋白",
        "item_code": parse_item_code("25030100200"),
        "component": None,
        "valid_from": date(2024, 1, 1),
        "valid_to": None,
        "reviewed_by": "王审核",
    }
    return ItemMapping(**(values | changes))  # type: ignore[arg-type] # valid by default


def _read(catalog: Catalog, *records: dict[str, str]) -> list[tuple[int, str | None, str]]:
    rows, defects = read_mappings("m.csv", enumerate(records, start=2), catalog)
    assert len(rows) + len({defect.row for defect in defects}) == len(records)
    return [(defect.row or 0, defect.column, defect.reason) for defect in defects]


def test_reviewed_code_is_found_exactly() -> None:
    table = MappingTable([_mapping()])
    albumin = parse_item_code("25030100200")
    assert table.lookup("H1", MappingKind.LAB, "ALB", DAY) == (MappedTo(albumin),)


@pytest.mark.parametrize("local_code", ["AL", "ALB2", "alb", "A LB", ""])
def test_no_part_of_a_code_matches(local_code: str) -> None:
    assert MappingTable([_mapping()]).lookup("H1", MappingKind.LAB, local_code, DAY) == ()


@pytest.mark.parametrize("local_code", [" ALB ", "\uff21\uff2c\uff22", "\u3000ALB"])
def test_width_and_blanks_do_not_matter(local_code: str) -> None:
    table = MappingTable([_mapping(local_code="ALB\u00a0")])
    assert table.lookup("H1", MappingKind.LAB, local_code, DAY) != ()
    assert normalize_local_code(local_code) == "ALB"


def test_other_institution_and_kind_stay_unmapped() -> None:
    table = MappingTable([_mapping()])
    assert table.lookup("H2", MappingKind.LAB, "ALB", DAY) == ()
    assert table.lookup("H1", MappingKind.IMAGING, "ALB", DAY) == ()


def test_validity_days_are_inclusive() -> None:
    table = MappingTable([_mapping(valid_from=date(2024, 2, 1), valid_to=date(2024, 2, 29))])
    days = [date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 1)]
    assert [bool(table.lookup("H1", MappingKind.LAB, "ALB", day)) for day in days] == [
        False,
        True,
        True,
        False,
    ]


def test_imaging_code_may_have_two_items() -> None:
    codes = [parse_item_code(code) for code in ("BW23ZYZZZ-00", "BW26ZYZZZ-00", "BW23ZYZZZ-00")]
    rows = [_mapping(kind=MappingKind.IMAGING, item_code=code) for code in codes]
    found = MappingTable(rows).lookup("H1", MappingKind.IMAGING, "ALB", DAY)
    assert found == (MappedTo(codes[0]), MappedTo(codes[1]))
    assert mapping_conflicts("m.csv", enumerate(rows, start=2)) == []


def test_good_rows_are_read(catalog: Catalog) -> None:
    records = [
        _record(),
        _record(local_code="U-GLU", item_code="25010200100", component="葡萄糖"),
        _record(local_code="WBC", item_code="25010101500", component="白细胞计数"),
        _record(local_code="WBCD", item_code="25010101500", component="白细胞及分类"),
        _record(local_code="CBC", item_code="25010101500", valid_to="2025-12-31"),
        _record(kind="imaging", local_code="CT01", item_code="BW23ZYZZZ-00"),
    ]
    rows, defects = read_mappings("m.csv", enumerate(records, start=2), catalog)
    assert defects == []
    assert [number for number, _ in rows] == [2, 3, 4, 5, 6, 7]
    assert rows[1][1].target == MappedTo(parse_item_code("25010200100"), "葡萄糖")
    assert rows[4][1].valid_to == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"institution_code": ""}, "institution_code", "empty"),
        ({"kind": "Lab"}, "kind", "none of lab, imaging"),
        ({"local_code": " "}, "local_code", "empty"),
        ({"item_code": "ALB"}, "item_code", "not a laboratory or imaging"),
        ({"item_code": "25039999900"}, "item_code", "no edition"),
        ({"item_code": "BW23ZYZZZ-00"}, "kind", "not an item of kind lab"),
        ({"kind": "imaging"}, "kind", "not an item of kind imaging"),
        ({"component": "白蛋白"}, "component", "no component"),
        ({"item_code": "25010200100", "component": "血糖"}, "component", "no component"),
        ({"item_code": "25010101500", "component": "白细胞"}, "component", "no component"),
        ({"valid_from": ""}, "valid_from", "YYYY-MM-DD"),
        ({"valid_from": "20240101"}, "valid_from", "YYYY-MM-DD"),
        ({"valid_from": "2024-02-30"}, "valid_from", "day"),
        ({"valid_to": "2023-12-31"}, "valid_to", "before valid_from"),
        ({"valid_from": "2020-01-01", "valid_to": "2020-12-31"}, "item_code", "no edition"),
        ({"reviewed_by": ""}, "reviewed_by", "empty"),
    ],
)
def test_bad_row_is_located(
    catalog: Catalog, changes: dict[str, str], column: str, reason: str
) -> None:
    ((row, found, text),) = _read(catalog, _record(**changes))
    assert (row, found) == (2, column)
    assert reason in text


def test_imaging_item_has_no_component(catalog: Catalog) -> None:
    record = _record(kind="imaging", item_code="BW23ZYZZZ-00", component="平扫")
    assert [column for _, column, _ in _read(catalog, record)] == ["component"]


def test_every_bad_row_and_cell_is_named(catalog: Catalog) -> None:
    found = _read(catalog, _record(kind="x", reviewed_by=""), _record(), _record(item_code="1"))
    assert [(row, column) for row, column, _ in found] == [
        (2, "kind"),
        (2, "reviewed_by"),
        (4, "item_code"),
    ]


def test_missing_column_is_an_empty_cell(catalog: Catalog) -> None:
    record = _record()
    del record["reviewed_by"]
    assert [column for _, column, _ in _read(catalog, record)] == ["reviewed_by"]


def test_item_of_a_newer_edition_can_be_mapped(two_editions: Catalog) -> None:
    component = _record(item_code="25030190300", component="白蛋白")
    assert _read(two_editions, component) == []
    before = component | {"valid_to": "2024-10-31"}
    assert [column for _, column, _ in _read(two_editions, before)] == ["item_code"]


def test_two_targets_on_a_day_conflict() -> None:
    total = parse_item_code("25030100100")
    rows = [(2, _mapping()), (3, _mapping(local_code="ALB ", item_code=total))]
    (defect,) = mapping_conflicts("m.csv", rows)
    assert (defect.file, defect.row, defect.column) == ("m.csv", 3, "item_code")
    assert "row 2" in defect.reason


def test_row_held_already_conflicts_too() -> None:
    total = parse_item_code("25030100100")
    (defect,) = mapping_conflicts("m.csv", [(2, _mapping(item_code=total))], [_mapping()])
    assert "already held" in defect.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"institution_code": "H2"},
        {"local_code": "ALB2"},
        {"item_code": parse_item_code("25030100200")},
        {"valid_from": date(2024, 7, 1)},
        {"valid_from": date(2023, 1, 1), "valid_to": date(2023, 12, 31)},
    ],
)
def test_rows_that_do_not_meet_are_no_conflict(changes: dict[str, object]) -> None:
    other = {"item_code": parse_item_code("25030100100")} | changes
    held = _mapping(valid_to=date(2024, 6, 30))
    assert mapping_conflicts("m.csv", [(2, _mapping(**other))], [held]) == []
