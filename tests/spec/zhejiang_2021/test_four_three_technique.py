"""四（三）6 图像质量和方法不能满足诊断要求的医学影像学检查。"""

from dataclasses import replace

import pytest

from rules.outcome import Outcome
from rules.wording import sentence
from tests.spec.zhejiang_2021.arrange import found, images, imaging_facts, lab_facts, outcome
from tests.spec.zhejiang_2021.clinical import CHEST_CT, LIVER_CT, exception

NOSE_THIN, LUNG_FINE, LUNG_LOW_DOSE = "BN24ZUZZZ-00", "BB24ZBZZZ-00", "BB24ZDZZZ-00"
UNTOUCHED = ("not_applicable", "not_invoked")


def _scanned(item, **header):
    shown = images(modalities=("CT",), body_parts=(), **header)
    return imaging_facts(item, imaging=shown)


@pytest.mark.parametrize("item", [NOSE_THIN, LUNG_FINE])
@pytest.mark.parametrize(
    ("micrometers", "expected"),
    [(2000, UNTOUCHED), (5000, ("hint", "slices_too_thick")), (None, UNTOUCHED)],
)
def test_thick_slices_of_a_thin_slice_item_are_a_hint(item, micrometers, expected):
    """薄层、高分辨率项目的图像层厚超过2毫米的，给予提示；没有写明层厚的，不提示。"""
    assert exception("E06", _scanned(item, slice_micrometers=micrometers)) == expected


def test_ordinary_item_may_have_thick_slices():
    """普通平扫不比较层厚。"""
    assert exception("E06", _scanned(CHEST_CT, slice_micrometers=5000)) == UNTOUCHED


def test_hint_of_technique_leaves_the_outcome():
    """技术不同只作提示，不改变判定；提示写明层厚。"""
    facts = _scanned(NOSE_THIN, slice_micrometers=5000)
    assert outcome(facts) is Outcome.RECOGNIZABLE
    assert sentence(found(facts, "E06")) == "图像层厚最薄5.0毫米，项目要求不超过2.0毫米。"


def test_low_dose_images_of_an_ordinary_item_are_a_hint():
    """胸部常规CT而图像为低剂量扫描的，给予提示；低剂量项目本身不提示。"""
    low = {"dose_micrograys": 1500}
    assert exception("E06", _scanned(CHEST_CT, **low)) == ("hint", "low_dose")
    assert exception("E06", _scanned(LUNG_LOW_DOSE, **low)) == UNTOUCHED
    assert exception("E06", _scanned(CHEST_CT, dose_micrograys=8000)) == UNTOUCHED
    assert exception("E06", _scanned(NOSE_THIN, **low)) == UNTOUCHED


def test_missing_phase_is_a_hint_even_where_the_count_is_met():
    """图像数量虽已到齐，但没有显示项目要求的期相的，给予提示。"""
    facts = _scanned(LIVER_CT, plain_series=0, contrast_series=2)
    assert exception("E06", facts) == ("hint", "phase_not_shown")
    assert sentence(found(facts, "E06")) == "图像没有显示平扫。"


def test_report_without_images_has_no_technique():
    """没有图像的，没有可比较的技术；检验项目不适用。"""
    assert exception("E06", imaging_facts(imaging=images(received_count=0))) == UNTOUCHED
    assert exception("E06", replace(lab_facts())) == UNTOUCHED
