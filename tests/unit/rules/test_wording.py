"""Every finding has its sentence."""

import ast
from importlib import resources

import pytest

from rules import sentences
from rules.facts import Assessment
from rules.outcome import Outcome, Verdict
from rules.wording import CLAUSES, OUTCOMES, VERDICTS, explanation, sentence
from tests.spec.zhejiang_2021.arrange import (
    RIGHT_KNEE,
    URINALYSIS,
    determined,
    elements,
    found,
    holding,
    images,
    imaging_facts,
    lab,
    lab_facts,
    line,
    report,
    request,
)


def test_every_outcome_verdict_and_clause_has_its_word():
    assert set(OUTCOMES) == set(Outcome)
    assert set(VERDICTS) == set(Verdict)
    assert {f.code for f in determined(lab_facts()).findings} == set(CLAUSES)


def test_every_ground_of_the_clauses_has_its_sentence():
    """The grounds are the words that clause modules hand to a finding."""
    known = {g for grounds in sentences.SENTENCES.values() for g in grounds}
    known |= set(sentences.EXCEPTION_SENTENCES)
    words = set()
    for module in resources.files("rules.zhejiang_2021").iterdir():
        if module.name.endswith(".py") and module.name not in {"indicators.py", "duties.py"}:
            for node in ast.walk(ast.parse(module.read_text("utf-8"))):
                if isinstance(node, ast.Tuple) and len(node.elts) == 2:
                    first, second = node.elts
                    if isinstance(first, ast.Attribute) and isinstance(second, ast.Constant):
                        words.add(second.value)
    assert words
    assert words <= known


@pytest.mark.parametrize("facts", [lab_facts(), imaging_facts()])
def test_every_finding_reads_as_a_sentence(facts):
    for finding in determined(facts).findings:
        assert sentence(finding).endswith("。")
        assert "{" not in sentence(finding)


def test_explanation_begins_with_the_paragraph():
    assert explanation(found(lab_facts(), "WINDOW")) == (
        "四（一） 采样时间为2025-06-29，距今1天，在30天内。"
    )


def test_words_are_translated_for_the_reader():
    status = found(lab_facts(report=report(status="preliminary")), "STATUS")
    assert sentence(status) == "报告状态为“初步报告”，不是正式报告。"
    side = found(
        imaging_facts(RIGHT_KNEE, imaging=images(body_parts=("KNEE",), lateralities=("L",))),
        "COMPLETE",
    )
    assert sentence(side) == "图像标注侧别为左，项目为右，对码待复核。"
    appraisal = found(lab_facts(request=request(purpose="forensic")), "E09")
    assert sentence(appraisal) == "就诊目的为司法鉴定。"


def test_missing_facts_read_as_not_stated():
    unknown = found(lab_facts(lab=lab(performer=None, assessed=False, assessments=())), "EQA")
    assert "未注明" in sentence(unknown)


def test_lists_are_joined_and_empty_ones_named():
    cover = next(
        f
        for f in line(URINALYSIS, holding("r", elements(URINALYSIS)[:9])).findings
        if f.code == "COVER"
    )
    assert "潜血、各项镜检" in sentence(cover)
    failed = found(lab_facts(lab=lab(assessments=(Assessment("national", "fail"),))), "EQA")
    assert "不合格" in sentence(failed)
    views = found(imaging_facts("BH02ZZZZG-00", imaging=images(modalities=("CT",))), "COMPLETE")
    assert sentence(views)
