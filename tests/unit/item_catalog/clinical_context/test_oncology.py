"""Critical diseases and core techniques: what recorded codes match, may match, or do not."""

from collections import Counter

from item_catalog.clinical_context.code_matching import CodeMatch
from item_catalog.clinical_context.context import ClinicalContext
from item_catalog.clinical_context.oncology import CodeClass, DiseaseClass
from item_catalog.clinical_context.recorded_codes import diagnosis_entry, procedure_event


def _matched(
    context: ClinicalContext, code: str, morphology: str | None = None
) -> dict[int, CodeMatch]:
    found = context.critical_diseases.matches([diagnosis_entry(code, morphology)])
    return {match.disease.seq: match.match for match in found}


def test_full_code_is_in_the_critical_list(context: ClinicalContext) -> None:
    found = context.critical_diseases.matches([diagnosis_entry("C34.101")])
    certain = [match for match in found if match.match is CodeMatch.YES]
    assert [match.disease.name for match in certain] == ["肺癌", "肺上叶恶性肿瘤"]
    assert not any(match.by_category for match in certain)


def test_category_alone_is_only_a_category(context: ClinicalContext) -> None:
    found = context.critical_diseases.matches([diagnosis_entry("C34")])
    assert all(match.by_category for match in found)
    # Eight of the nine rows ask for more than the category tells.
    assert Counter(match.match for match in found) == {CodeMatch.COARSE: 8, CodeMatch.YES: 1}


def test_full_code_beside_the_category_decides(context: ClinicalContext) -> None:
    entries = [diagnosis_entry("C34"), diagnosis_entry("C34.201")]
    found = {match.disease.seq: match for match in context.critical_diseases.matches(entries)}
    assert (found[52].match, found[52].by_category) == (CodeMatch.YES, False)
    assert (found[51].match, found[51].by_category) == (CodeMatch.COARSE, True)


def test_nine_rows_are_acute_organ_failure(context: ClinicalContext) -> None:
    acute = [
        row.seq
        for row in context.critical_diseases.rows
        if row.disease_class is DiseaseClass.ACUTE_ORGAN_FAILURE
    ]
    assert acute == [2, 179, 180, 181, 189, 206, 208, 209, 210]


def test_acute_failure_is_found_by_its_code(context: ClinicalContext) -> None:
    assert _matched(context, "J96.000") == {181: CodeMatch.YES}
    assert _matched(context, "N17.900x003") == {206: CodeMatch.YES, 210: CodeMatch.YES}
    assert _matched(context, "N17") == {206: CodeMatch.YES, 210: CodeMatch.COARSE}


def test_infarction_and_free_text_are_on_no_list(context: ClinicalContext) -> None:
    assert _matched(context, "I21.900") == {}
    assert _matched(context, "呼吸衰竭") == {}
    assert context.critical_diseases.matches([]) == ()


def test_morphology_alone_finds_its_rows(context: ClinicalContext) -> None:
    assert _matched(context, "", "M8936/3") == {201: CodeMatch.YES, 203: CodeMatch.YES}
    assert _matched(context, "C16.900", "M89360/3")[200] is CodeMatch.YES


def test_disease_is_found_by_either_exact_name(context: ClinicalContext) -> None:
    assert [row.seq for row in context.critical_diseases.find_by_name("脓毒血症")] == [2]
    assert [row.seq for row in context.critical_diseases.find_by_name("食管癌")] == [17, 18, 19, 20]
    assert context.critical_diseases.find_by_name("食管") == ()


def test_disease_keeps_its_printed_name(context: ClinicalContext) -> None:
    (row,) = (row for row in context.critical_diseases.rows if row.correction is not None)
    assert row.name == "主支气管恶性肿瘤，"
    assert context.critical_diseases.find_by_name("主支气管恶性肿瘤，")[0].seq == 50


def test_robot_operation_is_one_event(context: ClinicalContext) -> None:
    found = context.core_techniques.matches([procedure_event("32.4100", "17.4500")])
    assert (284, CodeMatch.YES) in [(match.technique.seq, match.match) for match in found]
    apart = [procedure_event("32.4100"), procedure_event("17.4500")]
    assert 284 not in [match.technique.seq for match in context.core_techniques.matches(apart)]


def test_lines_of_a_technique_answer_for_themselves(context: ClinicalContext) -> None:
    found = context.core_techniques.matches([procedure_event("57.8702")])
    (match,) = (match for match in found if match.technique.seq == 58)
    assert (match.technique.line, match.technique.suggested_connective) == (3, "1 AND (2 OR 3)")


def test_transfusion_is_one_line_outside_the_operations(context: ClinicalContext) -> None:
    (match,) = context.core_techniques.matches([procedure_event("99.0301")])
    assert (match.technique.seq, match.technique.code_class) == (226, CodeClass.NON_OPERATIVE)


def test_technique_without_code_is_found_by_name(context: ClinicalContext) -> None:
    (row,) = context.core_techniques.find_by_name("内分泌治疗")
    assert (row.expression, row.code_class) == (None, CodeClass.NONE)
    assert context.core_techniques.find_by_name("") == ()


def test_two_editions_stay_apart(context: ClinicalContext) -> None:
    assert (
        context.document("cancer_center").procedure_edition
        != context.document("restricted").procedure_edition
    )
    core = context.core_techniques.matches([procedure_event("52.2202")])
    restricted = context.restricted.find("52.2202")
    assert restricted is not None
    assert restricted.name not in [match.technique.procedure_name for match in core]
