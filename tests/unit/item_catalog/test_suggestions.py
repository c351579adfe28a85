"""Suggestions rank candidates for a reviewer; they never offer another side or modality."""

from pathlib import Path

import pytest

from item_catalog.catalog import Edition
from item_catalog.codes import parse_item_code
from item_catalog.defects import CatalogDefects
from item_catalog.items import Modality
from item_catalog.loader import load_synonyms
from item_catalog.mapping import MappedTo, MappingKind
from item_catalog.suggestions import LocalItem, Suggestion, suggest

SERUM_GLUCOSE = MappedTo(parse_item_code("25030200100"))
URINE_GLUCOSE = MappedTo(parse_item_code("25010200100"), "葡萄糖")


def _lab(edition: Edition, name: str, **known: str) -> tuple[Suggestion, ...]:
    code = known.pop("code", "x1")
    local = LocalItem(MappingKind.LAB, code, name, **known)  # type: ignore[arg-type] # texts only
    return suggest(local, edition, load_synonyms())


@pytest.mark.parametrize(
    ("name", "seq"), [("谷丙转氨酶", 33), ("TSH", 48), ("甲胎蛋白", 71), ("肝功能", 38), ("钾", 24)]
)
def test_common_names_come_first(edition: Edition, name: str, seq: int) -> None:
    first = _lab(edition, name)[0]
    assert first.target == MappedTo(edition.lab_items[seq - 1].code)
    assert first.score >= 0.9


def test_specimen_decides_between_homonyms(edition: Edition) -> None:
    assert _lab(edition, "葡萄糖", specimen="尿液")[0].target == URINE_GLUCOSE
    serum = _lab(edition, "葡萄糖", specimen="Serum", unit="mmol/L")
    assert serum[0].target == SERUM_GLUCOSE
    assert serum[0].reasons == ("名称相同", "标本相符", "单位相符")
    assert serum[1].target == URINE_GLUCOSE
    assert "标本不符" in serum[1].reasons


def test_loinc_code_is_evidence(edition: Edition) -> None:
    (first,) = _lab(edition, "Potassium", code="2823-3")
    assert first.name == "钾"
    assert "LOINC" in first.reasons


def test_sub_component_is_offered_as_such(edition: Edition) -> None:
    first = _lab(edition, "中性粒细胞百分比")[0]
    assert first.target == MappedTo(parse_item_code("25010101500"), "白细胞分类")


def test_nothing_alike_gives_no_suggestion(edition: Edition) -> None:
    assert _lab(edition, "挂号费") == ()
    assert _lab(edition, "", code="") == ()


def test_other_side_is_never_suggested(edition: Edition) -> None:
    local = LocalItem(MappingKind.IMAGING, "D1", "左膝关节正侧位片", modality=Modality.DR)
    found = suggest(local, edition, {}, limit=200)
    assert found[0].name == "左膝关节正侧位"
    assert [suggestion.name for suggestion in found if "右" in suggestion.name] == []


def test_other_modality_is_never_suggested(edition: Edition) -> None:
    local = LocalItem(MappingKind.IMAGING, "M1", "头颅增强", modality=Modality.MR)
    assert suggest(local, edition, {})[0].target == MappedTo(parse_item_code("B03050ZZZ-00"))
    unknown = LocalItem(MappingKind.IMAGING, "M1", "头颅增强")
    scores = [suggestion.score for suggestion in suggest(unknown, edition, {}, limit=2)]
    assert scores == [0.95, 0.95]


def test_synonyms_name_only_catalog_targets(edition: Edition) -> None:
    for target in load_synonyms():
        assert edition.elements_from(*target) or edition.elements_of(target.item_code)
        assert target.component is None or edition.elements_from(*target)


def test_bad_synonym_is_refused_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "synonyms.csv"
    file.write_text("item_code,component,synonym\n25030200100,,\n", "utf-8")
    with pytest.raises(CatalogDefects, match=r"synonyms.csv, row 2, synonym: must not be empty"):
        load_synonyms(file)
