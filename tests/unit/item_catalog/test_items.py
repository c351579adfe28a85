"""Minimum content of an imaging study: which views are missing."""

import pytest

from item_catalog.catalog import Edition


@pytest.mark.parametrize(
    ("name", "positions", "missing"),
    [
        ("胸部正侧位", ["PA", "LL"], []),
        ("胸部正侧位", ["RL", "AP"], []),
        ("胸部正侧位", ["PA"], ["侧位"]),
        ("胸部正侧位", ["PA", "AP"], ["侧位"]),
        ("胸部正侧位", [], ["正位", "侧位"]),
        ("颈椎过伸过屈位", ["LL", "LL"], []),
        ("颈椎过伸过屈位", ["LL"], ["过屈位"]),
        ("颈椎双斜位", ["RAO", "LAO"], []),
        ("颈椎双斜位", ["LLO", "RLO"], []),
        ("颈椎双斜位", ["RAO", "RAO"], ["另一侧斜位"]),
        ("右手正斜位", ["PA", "LAO", "LL"], []),
        ("右跟骨轴侧位", ["LL"], []),
        ("右跟骨轴侧位", [], ["侧位"]),
        ("心脏三位", [], []),
        ("双下肢全长片", [], []),
    ],
)
def test_missing_views_are_named(
    edition: Edition, name: str, positions: list[str], missing: list[str]
) -> None:
    (item,) = (item for item in edition.imaging_items if item.name == name)
    assert [view.name for view in item.minimum.missing_views(positions)] == missing


def test_views_without_a_dicom_term_count_as_images(edition: Edition) -> None:
    images = {item.name: item.minimum.images for item in edition.imaging_items}
    assert images["心脏三位"] == 3
    assert images["右跟骨轴侧位"] == 2
    assert images["右髌骨轴位"] == 1
    assert images["双侧乳腺"] == 2
