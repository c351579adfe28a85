"""Grades belong to a catalogue and a row, never to a procedure."""

import pytest

from item_catalog.clinical_context.context import ClinicalContext
from item_catalog.clinical_context.documents import INTERVENTIONAL, SURGICAL
from item_catalog.clinical_context.procedures import Grade, ProcedureKey

FIRST_PART = "第一部分（原文缺标题）"
PAEDIATRIC = "小儿外科手术（操作）分级目录"


def test_coronary_angiography_has_a_grade_in_each_catalogue(context: ClinicalContext) -> None:
    surgical, interventional = context.procedures.grades("冠状动脉造影术")
    assert (surgical.document, surgical.lowest, surgical.highest) == (SURGICAL, 1, 1)
    assert (interventional.document, interventional.lowest) == (INTERVENTIONAL, Grade.THREE)
    assert [context.document(answer.document).id for answer in (surgical, interventional)] == [
        "surgical",
        "interventional",
    ]
    labels = [
        (context.document(answer.document).title, answer.lowest and answer.lowest.label)
        for answer in (surgical, interventional)
    ]
    assert labels == [
        ("手术（操作）分级目录（原文无标题）", "一级"),
        ("介入诊疗手术分级目录", "三级"),
    ]


def test_comparison_shows_both_sides(context: ClinicalContext) -> None:
    pairs = context.procedures.comparisons_of("冠状动脉造影术")
    assert len(pairs) == 2
    assert {(pair.surgical_grade, pair.interventional_grade) for pair in pairs} == {(1, 3)}
    assert not any(pair.agree for pair in pairs)
    assert len(context.procedures.comparisons) == 88
    assert sum(pair.agree for pair in context.procedures.comparisons) == 61


def test_synonym_pair_grades_nothing(context: ClinicalContext) -> None:
    name = "永久起搏器植入术"
    assert [answer.document for answer in context.procedures.grades(name)] == [INTERVENTIONAL]
    assert {pair.kind for pair in context.procedures.comparisons_of(name)} == {"synonym"}


def test_same_name_has_lowest_and_highest_grade(context: ClinicalContext) -> None:
    answer = context.procedures.grade(SURGICAL, "气管插管术")
    assert answer is not None
    assert (answer.lowest, answer.highest) == (Grade.ONE, Grade.FOUR)
    assert answer.conflicting
    assert answer.department is None


def test_department_narrows_to_its_rows(context: ClinicalContext) -> None:
    answer = context.procedures.grade(SURGICAL, "气管插管术", "神经外科")
    assert answer is not None
    assert (answer.lowest, answer.highest) == (Grade.ONE, Grade.ONE)
    assert (answer.department, answer.conflicting) == ("神经外科", False)


def test_foreign_department_leaves_all_rows(context: ClinicalContext) -> None:
    answer = context.procedures.grade(SURGICAL, "气管插管术", "骨外科")
    assert answer is not None
    assert (answer.department, answer.highest) == (None, Grade.FOUR)


def test_conflict_inside_one_department_stays_open(context: ClinicalContext) -> None:
    answer = context.procedures.grade(SURGICAL, "腹腔镜下腹腔囊肿切除术", "小儿外科")
    assert answer is not None
    assert (answer.lowest, answer.highest) == (Grade.THREE, Grade.FOUR)


def test_name_is_never_found_by_part(context: ClinicalContext) -> None:
    whole = context.procedures.grade(SURGICAL, "腹腔镜下阑尾切除术")
    plain = context.procedures.grade(SURGICAL, "阑尾切除术")
    assert whole is not None
    assert plain is not None
    assert (whole.lowest, plain.lowest) == (Grade.THREE, Grade.ONE)
    assert context.procedures.grades("阑尾") == ()
    assert context.procedures.grade(SURGICAL, "冠状动脉旁路移植术", "心脏大血管外科") is None


@pytest.mark.parametrize(
    "name",
    ["新技术新项目手术", "其他应用于临床的综合介入诊疗新技术", "年龄小于1周岁的三级手术"],
)
def test_row_that_is_no_procedure_is_not_looked_up(context: ClinicalContext, name: str) -> None:
    rows = [row for row in context.procedures.rows if row.name == name]
    assert rows
    assert not any(row.has_own_name for row in rows)
    assert context.procedures.grade(SURGICAL, name) is None


def test_ungraded_row_has_no_grade(context: ClinicalContext) -> None:
    (row, *_) = (row for row in context.procedures.rows if row.key.part.startswith("第五部分"))
    answer = context.procedures.grade_of_row(row.key)
    assert answer is not None
    assert (answer.lowest, answer.highest, answer.conflicting) == (None, None, False)


def test_row_stands_under_its_key(context: ClinicalContext) -> None:
    key = ProcedureKey.parse(f"surgical|{FIRST_PART}|{PAEDIATRIC}|40")
    assert key == ProcedureKey(SURGICAL, FIRST_PART, PAEDIATRIC, 40)
    row = context.procedures.row(key)
    assert row is not None
    assert (row.name, row.grade) == ("年龄小于1周岁的三级手术", Grade.FOUR)
    answer = context.procedures.grade_of_row(key)
    assert answer is not None
    assert answer.rows == (row,)


def test_missing_row_is_nothing(context: ClinicalContext) -> None:
    key = ProcedureKey(SURGICAL, FIRST_PART, "骨外科手术（操作）分级目录", 393)
    assert context.procedures.row(key) is None
    assert context.procedures.grade_of_row(key) is None


def test_every_key_can_be_written_and_read(context: ClinicalContext) -> None:
    for row in context.procedures.rows:
        assert ProcedureKey.parse(str(row.key)) == row.key


@pytest.mark.parametrize("text", ["", "32.4100", "a|b|c", "a|b|c|x", "a|b|c|\uff11", "a|b|c|1|2"])
def test_other_text_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="form document"):
        ProcedureKey.parse(text)


def test_suspected_misprint_is_only_a_suggestion(context: ClinicalContext) -> None:
    assert context.procedures.grade(SURGICAL, "肩胛骨切骨术") is None
    (row,) = context.procedures.suspected(SURGICAL, "肩胛骨切骨术")
    assert row.name == "肩四级骨切骨术"
    assert row.correction is not None
    assert row.correction.confidence == "high"
    printed = context.procedures.grade(SURGICAL, "肩四级骨切骨术")
    assert printed is not None
    assert context.procedures.suspected(SURGICAL, "肩四级骨切骨术") == ()
