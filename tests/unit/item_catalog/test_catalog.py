"""Lookups of an edition, and the edition in force on a date."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from item_catalog.catalog import Catalog, Edition, NoEditionInForce, UnknownItem
from item_catalog.codes import LabItemCode
from item_catalog.defects import CatalogDefects
from item_catalog.items import ImagingItem, LabElement, LabItem, RelationKind

Code = Callable[[int], str]
BLOOD_COUNT = LabItemCode("25010101500")
URINALYSIS = LabItemCode("25010200100")


def test_item_is_found_by_code(edition: Edition) -> None:
    item = edition.item("BW23ZYZZZ-00")
    assert isinstance(item, ImagingItem)
    assert item.name == "胸部平扫"
    assert edition.find_imaging("BW23ZYZZZ-00") is item
    assert edition.find_lab("BW23ZYZZZ-00") is None
    assert edition.find_imaging("25030100100") is None


def test_unlisted_code_is_no_item(edition: Edition) -> None:
    assert edition.find("25039999900") is None
    with pytest.raises(UnknownItem, match="25039999900"):
        edition.item("25039999900")


def test_lab_item_is_found_by_name(edition: Edition, lab_code: Code) -> None:
    item = edition.find_by_name(None, "葡萄糖")
    assert isinstance(item, LabItem)
    assert item.code == lab_code(14)
    assert edition.find_by_name(None, "血") is None


def test_single_item_is_one_element(edition: Edition, lab_code: Code) -> None:
    assert edition.elements_of(lab_code(14)) == (LabElement(LabItemCode(lab_code(14))),)


def test_panel_elements_are_its_items(edition: Edition, lab_code: Code) -> None:
    elements = edition.elements_of(lab_code(38))
    assert [element.code for element in elements] == [
        lab_code(seq) for seq in (10, 11, 34, 33, 36, 35, 31, 32)
    ]
    assert {element.component for element in elements} == {None}


def test_blood_count_needs_count_and_differential(edition: Edition) -> None:
    elements = edition.elements_of(BLOOD_COUNT)
    assert len(elements) == 9
    assert elements[:2] == (
        LabElement(BLOOD_COUNT, "白细胞计数"),
        LabElement(BLOOD_COUNT, "白细胞分类"),
    )


def test_urinalysis_needs_ten_items_and_microscopy(edition: Edition) -> None:
    elements = edition.elements_of(URINALYSIS)
    assert len(elements) == 11
    assert elements[-1] == LabElement(URINALYSIS, "各项镜检")


def test_printed_component_covers_both_sub_components(edition: Edition) -> None:
    assert edition.elements_from(BLOOD_COUNT, "白细胞及分类") == (
        LabElement(BLOOD_COUNT, "白细胞计数"),
        LabElement(BLOOD_COUNT, "白细胞分类"),
    )
    assert edition.elements_from(BLOOD_COUNT, "白细胞计数") == (
        LabElement(BLOOD_COUNT, "白细胞计数"),
    )


def test_component_and_item_are_the_same_element(edition: Edition, lab_code: Code) -> None:
    item = edition.elements_from(lab_code(10), None)
    assert edition.elements_from(lab_code(13), "总蛋白") == item
    assert edition.elements_from(lab_code(38), "总蛋白") == item
    assert edition.elements_from(lab_code(9), "血浆凝血酶原时间") == edition.elements_from(
        lab_code(5), None
    )


def test_urine_glucose_is_not_serum_glucose(edition: Edition, lab_code: Code) -> None:
    urine = edition.elements_from(URINALYSIS, "葡萄糖")
    assert urine == (LabElement(URINALYSIS, "葡萄糖"),)
    assert urine != edition.elements_from(lab_code(14), None)
    assert edition.panels_with(urine[0]) == (URINALYSIS,)


def test_urine_leukocytes_are_not_blood_leukocytes(edition: Edition) -> None:
    assert edition.elements_from(BLOOD_COUNT, "白细胞") == ()
    assert edition.elements_from(URINALYSIS, "白细胞") == (LabElement(URINALYSIS, "白细胞"),)


def test_panel_without_component_provides_nothing(edition: Edition, lab_code: Code) -> None:
    assert edition.elements_from(lab_code(38), None) == ()
    assert edition.elements_from(lab_code(10), "总蛋白") == ()
    assert edition.elements_of("BW23ZYZZZ-00") == ()


def test_panels_of_an_element_are_listed(edition: Edition, lab_code: Code) -> None:
    def panels(seq: int) -> list[str]:
        return list(edition.panels_with(LabElement(LabItemCode(lab_code(seq)))))

    assert panels(10) == [lab_code(13), lab_code(38)]
    assert panels(42) == [lab_code(13), lab_code(45)]
    assert panels(8) == []


def test_panel_names_its_elements_as_printed(edition: Edition, lab_code: Code) -> None:
    prothrombin = LabElement(LabItemCode(lab_code(5)))
    assert edition.component_name(lab_code(9), prothrombin) == "血浆凝血酶原时间"
    assert edition.component_name(lab_code(5), prothrombin) == "凝血酶原时间"
    with pytest.raises(UnknownItem):
        edition.component_name(lab_code(13), prothrombin)


def test_relations_are_silent_until_switched_on(edition: Edition, imaging_code: Code) -> None:
    plain = imaging_code(80)
    assert edition.containers_of(plain, ()) == ()
    assert edition.containers_of(plain, {RelationKind.ENHANCED_INCLUDES_PLAIN}) == (
        imaging_code(81),
    )
    both = {RelationKind.ENHANCED_INCLUDES_PLAIN, RelationKind.REGION_INCLUDES_REGION}
    assert edition.containers_of(plain, both) == (imaging_code(81), imaging_code(71))
    assert edition.containers_of("25030100100", set(RelationKind)) == ()


def test_no_relation_joins_two_sides(edition: Edition) -> None:
    for relation in edition.relations:
        assert edition.opposite_side(relation.container) != relation.contained


def test_no_edition_before_the_document(catalog: Catalog) -> None:
    with pytest.raises(NoEditionInForce, match="2021-10-13"):
        catalog.edition_on(date(2021, 10, 13))
    assert catalog.edition_on(date(2021, 10, 14)).id == "zhejiang_2021"


def test_added_folder_takes_over_on_its_day(two_editions: Catalog) -> None:
    assert two_editions.edition_on(date(2024, 10, 31)).id == "zhejiang_2021"
    assert two_editions.edition_on(date(2024, 11, 1)).id == "synthetic_2024"
    assert two_editions.edition_on(date(2030, 1, 1)).id == "synthetic_2024"


def test_every_day_has_exactly_one_edition(two_editions: Catalog) -> None:
    for year in range(2022, 2027):
        for month in (1, 4, 7, 10):
            day = date(year, month, 1)
            (only,) = two_editions.editions_between(day, day)
            assert only is two_editions.edition_on(day)


def test_old_edition_is_unchanged_by_a_newer(catalog: Catalog, two_editions: Catalog) -> None:
    assert two_editions.edition("zhejiang_2021") == catalog.edition("zhejiang_2021")
    with pytest.raises(NoEditionInForce):
        catalog.edition("synthetic_2024")


def test_newer_edition_changes_items_and_rules(two_editions: Catalog) -> None:
    old, new = two_editions.editions
    assert new.find("25030700100") is None
    assert old.find("25030190300") is None
    ferritin = [edition.find_lab("25040401500") for edition in (old, new)]
    assert [item.detection_system is not None for item in ferritin if item] == [False, True]


def test_editions_between_two_days_overlap_them(two_editions: Catalog) -> None:
    def ids(first: date, last: date | None) -> list[str]:
        return [edition.id for edition in two_editions.editions_between(first, last)]

    assert ids(date(2020, 1, 1), date(2021, 10, 13)) == []
    assert ids(date(2020, 1, 1), date(2021, 10, 14)) == ["zhejiang_2021"]
    assert ids(date(2024, 10, 31), None) == ["zhejiang_2021", "synthetic_2024"]
    assert ids(date(2024, 11, 1), None) == ["synthetic_2024"]
    assert Catalog(()).editions_between(date(2024, 1, 1), None) == ()


def _dated(edition: Edition, first: date, last: date | None) -> Edition:
    return replace(edition, info=replace(edition.info, valid_from=first, valid_to=last))


def test_last_edition_may_end(edition: Edition) -> None:
    ended = Catalog([_dated(edition, date(2022, 1, 1), date(2022, 12, 31))])
    assert ended.edition_on(date(2022, 12, 31)).id == "zhejiang_2021"
    with pytest.raises(NoEditionInForce):
        ended.edition_on(date(2023, 1, 1))
    assert ended.editions_between(date(2023, 1, 1), None) == ()


@pytest.mark.parametrize(
    ("last", "next_first", "reason"),
    [
        (date(2022, 12, 31), date(2023, 1, 2), "gap"),
        (date(2022, 12, 31), date(2022, 12, 31), "overlaps"),
        (None, date(2022, 1, 1), "overlaps"),
        (date(2021, 12, 31), date(2022, 1, 2), "ends before it begins"),
    ],
)
def test_gap_and_overlap_are_refused(
    edition: Edition, last: date | None, next_first: date, reason: str
) -> None:
    earlier = _dated(edition, date(2022, 1, 1), last)
    with pytest.raises(CatalogDefects, match=reason):
        Catalog([_dated(edition, next_first, None), earlier])


def test_editions_that_meet_are_accepted(edition: Edition) -> None:
    earlier = _dated(edition, date(2022, 1, 1), date(2022, 12, 31))
    later = _dated(edition, date(2023, 1, 1), None)
    assert Catalog([later, earlier]).editions == (earlier, later)
