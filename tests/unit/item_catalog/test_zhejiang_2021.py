"""The packaged edition says what the two annexes of 浙卫发〔2021〕33号 say."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from item_catalog.catalog import Catalog, Edition
from item_catalog.items import Contrast, Laterality, Modality, PanelContent, Phase
from item_catalog.loader import check_catalog

PANEL_ROWS = [1, 2, 9, 13, 23, 38, 45, 56, 82]


def test_packaged_editions_have_no_defect() -> None:
    assert check_catalog() == []


def test_edition_begins_with_the_document(catalog: Catalog) -> None:
    info = catalog.edition_on(date(2021, 10, 14)).info
    assert (info.id, info.document) == ("zhejiang_2021", "浙卫发〔2021〕33号")
    assert (info.valid_from, info.valid_to) == (date(2021, 10, 14), None)


def test_annexes_hold_their_stated_numbers(edition: Edition) -> None:
    assert len(edition.lab_items) == 93
    assert len(edition.imaging_items) == 180
    assert len(list(edition.items())) == 273
    assert Counter(item.modality for item in edition.imaging_items) == {
        "DR": 70,
        "CT": 70,
        "MR": 40,
    }


def test_sides_are_counted_as_printed(edition: Edition) -> None:
    sides = Counter(item.laterality for item in edition.imaging_items)
    assert sides == {
        Laterality.LEFT: 38,
        Laterality.RIGHT: 37,
        Laterality.BILATERAL: 10,
        None: 95,
    }


def test_nine_rows_are_panels(edition: Edition) -> None:
    assert [item.seq for item in edition.lab_items if item.panel] == PANEL_ROWS


def test_panels_of_at_least_are_those_printed_so(edition: Edition) -> None:
    panels = {item.seq: item.panel.content for item in edition.lab_items if item.panel}
    at_least = [seq for seq, content in panels.items() if content is PanelContent.AT_LEAST]
    assert at_least == [1, 2, 13, 38]


def test_only_blood_count_and_urinalysis_need_one_report(edition: Edition) -> None:
    whole = [item.seq for item in edition.lab_items if item.panel and item.panel.single_report]
    assert whole == [1, 2]


def test_eleven_tumor_markers_must_state_their_system(edition: Edition) -> None:
    rules = {item.seq: item.detection_system for item in edition.lab_items if item.detection_system}
    assert sorted(rules) == list(range(70, 81))
    discretionary = [seq for seq, rule in rules.items() if rule.discretionary_across_systems]
    assert discretionary == list(range(74, 81))


def test_tumor_panel_carries_no_rule_of_its_own(edition: Edition) -> None:
    panel = edition.lab_items[81]
    assert panel.panel is not None
    assert panel.detection_system is None
    inherited = [edition.find_lab(component.item or "") for component in panel.panel.components]
    assert [item.seq for item in inherited if item and item.detection_system] == [70, 71, 77]


def test_printed_reading_is_kept_beside_the_corrected(edition: Edition) -> None:
    hip = edition.imaging_items[4]
    assert (hip.name, hip.name_printed) == ("右髋关节正侧位", "右髄关节正侧位")
    creatinine = edition.lab_items[42]
    assert (creatinine.name, creatinine.name_printed) == ("肌酐", "肌酎")
    count = edition.lab_items[0]
    assert " " in count.note_printed
    assert " " not in count.note


def test_doubtful_codes_are_flagged_not_changed(edition: Edition) -> None:
    flagged = [entry for entry in edition.corrigenda if entry.field == "code"]
    assert [entry.seq for entry in flagged] == [12, 49, 56, 155, 180]
    assert all(entry.printed == entry.corrected for entry in flagged)


def test_split_codes_stay_apart(edition: Edition) -> None:
    assert edition.item("25030800400-1").name == "血淀粉酶"
    assert edition.item("25030800400-2").name == "尿淀粉酶"
    assert edition.find("25030800400") is None


@pytest.mark.parametrize("contrast", [Contrast.WITH, Contrast.NONE])
def test_enhanced_phase_is_asked_where_contrast_is(edition: Edition, contrast: Contrast) -> None:
    items = [item for item in edition.imaging_items if item.contrast is contrast]
    enhanced = [item for item in items if Phase.ENHANCED in item.minimum.phases]
    assert enhanced == (items if contrast is Contrast.WITH else [])
    assert all(item.hints.contrast_expected is (contrast is Contrast.WITH) for item in items)


def test_angiography_and_urography_ask_no_plain_phase(edition: Edition) -> None:
    only = [i.seq for i in edition.imaging_items if i.minimum.phases == (Phase.ENHANCED,)]
    assert only == [73, 139, 140]


def test_frontal_and_lateral_views_are_two(edition: Edition) -> None:
    items = [item for item in edition.imaging_items if item.views in {"正侧位", "站立正侧位"}]
    assert len(items) == 31
    assert all(item.minimum.images == 2 for item in items)
    assert all([v.name for v in item.minimum.views] == ["正位", "侧位"] for item in items)


def test_radiography_states_no_contrast(edition: Edition) -> None:
    assert {i.contrast for i in edition.imaging_items if i.modality is Modality.DR} == {None}


def test_loinc_candidates_have_valid_check_digits(edition: Edition) -> None:
    codes = [code for item in edition.lab_items if item.loinc for code in item.loinc.codes]
    assert len(codes) > 100
    assert [code for code in codes if _check_digit(code[:-2]) != int(code[-1])] == []


def _check_digit(number: str) -> int:
    """Mod 10 (Luhn) over the digits before the hyphen, as LOINC defines it."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = "".join(
        str(digit * 2) if at % 2 == 0 else str(digit) for at, digit in enumerate(digits)
    )
    return -sum(map(int, doubled)) % 10


def test_every_side_has_its_pair_but_bone_age(
    edition: Edition, imaging_code: Callable[[int], str]
) -> None:
    sided = [i for i in edition.imaging_items if i.laterality in {"left", "right"}]
    single = [item.seq for item in sided if edition.opposite_side(item.code) is None]
    assert single == [30]
    for item in sided:
        other = edition.opposite_side(item.code)
        if other is not None:
            assert edition.opposite_side(other) == item.code
            differing = [at for at in range(12) if other[at] != item.code[at]]
            assert differing == [3]
    assert edition.opposite_side(imaging_code(27)) is None


@pytest.mark.parametrize(
    ("name", "ct", "mr"), [("头颅增强", 120, 165), ("骨盆平扫", 75, 152), ("颈椎平扫", 91, 147)]
)
def test_same_name_is_two_items(edition: Edition, name: str, ct: int, mr: int) -> None:
    found = [edition.find_by_name(modality, name) for modality in (Modality.CT, Modality.MR)]
    assert [item.seq for item in found if item] == [ct, mr]
    assert edition.find_by_name(Modality.DR, name) is None


def test_thirteen_names_stand_under_two_modalities(edition: Edition) -> None:
    names = Counter(item.name for item in edition.imaging_items)
    assert sum(count == 2 for count in names.values()) == 13
    assert max(names.values()) == 2
