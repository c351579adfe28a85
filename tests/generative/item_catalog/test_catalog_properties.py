"""What holds for every item, every date, every local code of a catalog."""

import string
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from item_catalog.catalog import Catalog, NoEditionInForce
from item_catalog.codes import InvalidItemCode, parse_item_code
from item_catalog.items import ImagingItem, LabItem
from item_catalog.loader import load_catalog
from item_catalog.mapping import (
    MAPPING_COLUMNS,
    ItemMapping,
    MappingKind,
    MappingTable,
    mapping_conflicts,
    read_mappings,
)

CATALOG = load_catalog()
EDITION = CATALOG.editions[0]
LAB_ITEMS = st.sampled_from(EDITION.lab_items)
DAYS = st.dates(date(2021, 1, 1), date(2030, 12, 31))
LOCAL_CODES = st.text(alphabet=string.ascii_letters + string.digits + "-_.", min_size=1, max_size=4)


@st.composite
def mappings(draw: st.DrawFn) -> ItemMapping:
    """A laboratory mapping of one institution with any validity."""
    first = draw(DAYS)
    item = draw(LAB_ITEMS)
    return ItemMapping(
        institution_code="H1",
        kind=MappingKind.LAB,
        local_code=draw(LOCAL_CODES),
        local_name="",
        item_code=item.code,
        component=None,
        valid_from=first,
        valid_to=draw(st.none() | st.dates(first, date(2031, 1, 1))),
        reviewed_by="r",
    )


@given(st.text())
def test_any_text_is_a_code_or_refused(text: str) -> None:
    try:
        code = parse_item_code(text)
    except InvalidItemCode:
        return
    assert code == text
    assert type(code)(text) == code


@given(LAB_ITEMS)
def test_whole_panel_provides_exactly_its_elements(item: LabItem) -> None:
    components = [None] if item.panel is None else [c.name for c in item.panel.components]
    provided = [e for c in components for e in EDITION.elements_from(item.code, c)]
    assert tuple(provided) == EDITION.elements_of(item.code)


@given(LAB_ITEMS, LAB_ITEMS)
def test_panels_share_an_element_only_as_an_item(one: LabItem, other: LabItem) -> None:
    shared = set(EDITION.elements_of(one.code)) & set(EDITION.elements_of(other.code))
    if one.code != other.code:
        assert all(element.component is None for element in shared)


@given(LAB_ITEMS)
def test_panel_lookup_agrees_both_ways(item: LabItem) -> None:
    for element in EDITION.elements_of(item.code):
        panels = EDITION.panels_with(element)
        assert (item.code in panels) is (item.panel is not None)
        assert all(element in EDITION.elements_of(panel) for panel in panels)
        assert EDITION.component_name(item.code, element)


@given(DAYS)
def test_a_day_has_one_edition_or_none(day: date) -> None:
    between = CATALOG.editions_between(day, day)
    try:
        assert between == (CATALOG.edition_on(day),)
    except NoEditionInForce:
        assert between == ()


@given(st.lists(mappings(), max_size=12), LOCAL_CODES, DAYS)
def test_lookup_finds_exactly_the_rows_in_force(
    rows: list[ItemMapping], code: str, day: date
) -> None:
    expected = {row.target for row in rows if row.local_code == code and row.in_force(day)}
    assert set(MappingTable(rows).lookup("H1", MappingKind.LAB, code, day)) == expected


@given(st.lists(mappings(), max_size=8))
def test_rows_without_conflict_have_one_target_a_day(rows: list[ItemMapping]) -> None:
    conflicts = mapping_conflicts("m.csv", enumerate(rows, start=2))
    table = MappingTable(rows)
    ambiguous = any(
        len(table.lookup("H1", MappingKind.LAB, row.local_code, row.valid_from)) > 1 for row in rows
    )
    assert ambiguous is bool(conflicts)


@given(st.lists(st.dictionaries(st.sampled_from([*MAPPING_COLUMNS]), st.text(max_size=12))))
def test_any_record_is_read_or_located(records: list[dict[str, str]]) -> None:
    rows, defects = read_mappings("m.csv", enumerate(records, start=2), CATALOG)
    read = {number for number, _ in rows}
    refused = {defect.row for defect in defects}
    assert read | refused == set(range(2, len(records) + 2))
    assert read.isdisjoint(refused)


@given(st.permutations(range(3)), st.integers(1, 900))
def test_order_of_editions_does_not_matter(order: list[int], days: int) -> None:
    begin = EDITION.info.valid_from
    editions = [
        replace(
            EDITION, info=replace(EDITION.info, id=f"e{n}", valid_from=begin + timedelta(n * days))
        )
        for n in range(3)
    ]
    shuffled = Catalog(editions[at] for at in order)
    assert shuffled.editions == tuple(editions)
    assert shuffled.edition_on(begin + timedelta(2 * days - 1)).id == "e1"


@given(st.sampled_from(EDITION.imaging_items))
def test_sides_pair_up_symmetrically(item: ImagingItem) -> None:
    other = EDITION.opposite_side(item.code)
    if other is not None:
        assert other != item.code
        assert EDITION.opposite_side(other) == item.code


@given(st.sampled_from(EDITION.imaging_items), st.data())
def test_more_images_never_miss_more_views(item: ImagingItem, data: st.DataObject) -> None:
    shown = sorted({position for view in item.minimum.views for position in view.view_positions})
    positions = data.draw(st.lists(st.sampled_from([*shown, "XX"]), max_size=4))
    more = [*positions, data.draw(st.sampled_from([*shown, "XX"]))]
    before, after = (item.minimum.missing_views(images) for images in (positions, more))
    assert len(before) - 1 <= len(after) <= len(before)
    assert len(before) <= len(item.minimum.views)
