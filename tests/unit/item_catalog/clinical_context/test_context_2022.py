"""The packaged context holds what its handbook page says, and the page says what it holds."""

from collections import Counter
from pathlib import Path

import pytest

from item_catalog.clinical_context.context import ClinicalContext
from item_catalog.clinical_context.oncology import DiseaseClass
from item_catalog.clinical_context.procedures import Grade

PAGE = (Path(__file__).parents[4] / "docs/handbook/clinical_context.md").read_text("utf-8")


@pytest.mark.parametrize("document", ["surgical", "interventional"])
def test_page_states_the_grades(context: ClinicalContext, document: str) -> None:
    grades = Counter(row.grade for row in context.procedures.rows if row.key.document == document)
    cells = " | ".join(str(grades[grade]) for grade in (*Grade, None))
    assert f"| `{document}` | {cells} |" in PAGE


def test_page_states_the_sizes(context: ClinicalContext) -> None:
    surgical = [row for row in context.procedures.rows if row.key.document == "surgical"]
    graded = sum(row.grade is not None for row in surgical)
    techniques = {row.technique_id for row in context.restricted.procedures}
    core = context.core_techniques.rows
    for text in (
        f"{len(surgical)}，其中有级别 {graded}",
        f"{len(context.restricted.procedures)} 个编码，{len(techniques)} 项技术",
        f"{len(context.critical_diseases.rows)} 种",
        f"{len({row.seq for row in core})} 项，{len(core)} 行",
        f"有 {len(context.corrections)} 条",
        f"核心技术 {len({row.seq for row in core if row.expression is None})} 项没有编码",
    ):
        assert text in PAGE


def test_page_states_the_classes_of_diseases(context: ClinicalContext) -> None:
    sizes = Counter(row.disease_class for row in context.critical_diseases.rows)
    words = {
        DiseaseClass.NEOPLASM: "肿瘤",
        DiseaseClass.ACUTE_ORGAN_FAILURE: "急性脏器功能衰竭",
        DiseaseClass.NON_NEOPLASTIC_OTHER: "其他非肿瘤",
        DiseaseClass.TREATMENT_ENCOUNTER: "放疗就诊",
    }
    assert "，".join(f"{word} {sizes[kind]}" for kind, word in words.items()) in PAGE


def test_page_states_the_conflicts(context: ClinicalContext) -> None:
    names = {row.name for row in context.procedures.rows if row.key.document == "surgical"}
    answers = (context.procedures.grade("surgical", name) for name in names)
    pairs = Counter(
        (answer.lowest, answer.highest)
        for answer in answers
        if answer is not None and answer.conflicting
    )
    assert sum(pairs.values()) == 169
    assert pairs == {(2, 3): 99, (3, 4): 28, (1, 2): 28, (2, 4): 13, (1, 4): 1}
    assert "同名多级 169 个：二/三级 99，三/四级 28，一/二级 28，二/四级 13，一/四级 1" in PAGE


def test_page_states_how_the_catalogues_compare(context: ClinicalContext) -> None:
    pairs = context.procedures.comparisons
    agreeing = sum(pair.agree for pair in pairs)
    assert f"{len(pairs)} 对，{agreeing} 对同级，{len(pairs) - agreeing} 对不同级" in PAGE


def test_every_document_has_its_line(context: ClinicalContext) -> None:
    assert [document.id for document in context.documents if f"`{document.id}`" not in PAGE] == []
