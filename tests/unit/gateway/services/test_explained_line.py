"""A line explained: words for the physician, everything for the auditor."""

from typing import Any

from gateway.api.json_answers import json_response
from gateway.services.explained_line import explained_line
from rules.facts import Declared
from rules.installed import load_policies
from rules.line import LineDetermination
from rules.outcome import Outcome
from rules.policy import Policies
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    CHEST_TWO_VIEWS,
    LIVER,
    elements,
    holding,
    imaged,
    line,
)

POLICIES = load_policies()
CURRENT = line(ALBUMIN, holding("a", elements(ALBUMIN), days=2))
TOO_OLD = line(ALBUMIN, holding("a", elements(ALBUMIN), days=33))
IN_PART = line(
    LIVER, holding("a", elements(LIVER)[:4]), holding("b", elements(LIVER)[4:6], days=40)
)


def _explained(original: LineDetermination) -> dict[str, Any]:
    return explained_line(original, POLICIES)


def test_physician_reads_why_a_result_is_too_old_and_what_would_help() -> None:
    summary = _explained(TOO_OLD)["summary"]
    assert summary["text"] == "白蛋白：不符合互认条件。"
    (reason,) = summary["reasons"]
    assert reason.startswith("四（一） 采样时间为") and "距今33天" in reason
    assert any("晚3天采样" in way for way in summary["counterfactuals"])


def test_recognizable_result_names_the_conditions_that_it_meets() -> None:
    summary = _explained(CURRENT)["summary"]
    clauses = {reason.split()[0] for reason in summary["reasons"]}
    assert {"二（一）", "二（二）", "三（一）", "四（一）"} <= clauses
    assert summary["hints"] == []


def test_exception_is_the_reason_where_it_makes_the_outcome() -> None:
    declared = (Declared("E08", None, "D1"),)
    explained = _explained(line(ALBUMIN, holding("a", elements(ALBUMIN)), declared=declared))
    assert explained["outcome"] is Outcome.EXEMPT
    assert explained["summary"]["reasons"] == ["四（三）8 医生已援引。"]


def test_hint_is_told_apart_from_the_reasons() -> None:
    explained = _explained(line(ALBUMIN, holding("a", elements(ALBUMIN)), blood_request=True))
    (hint,) = explained["summary"]["hints"]
    assert hint.startswith("四（三）3")
    assert explained["outcome"] is Outcome.RECOGNIZABLE


def test_every_counterfactual_states_another_outcome() -> None:
    for original in (CURRENT, TOO_OLD, IN_PART):
        ways = _explained(original)["counterfactuals"]
        assert ways
        assert all(way["outcome"] is not original.outcome and way["changes"] for way in ways)


def test_auditor_finds_facts_findings_and_dated_values_of_each_part() -> None:
    explained = _explained(IN_PART)
    assert len(explained["parts"]) == 4
    assert len(explained["left_out"]) == 2
    part = explained["parts"][0]
    assert part["facts"]["report"]["id"] == "a"
    assert part["facts"]["lab"]["assessed"] is True
    assert len(part["findings"]) >= len(explained["findings"]) - 1
    window = next(f for f in part["findings"] if f["code"] == "WINDOW")
    assert (window["clause"], window["document"]) == ("四（一）", "浙卫发〔2021〕33号")
    (days,) = (p for p in explained["parameters"] if p.name == "window_days")
    assert (days.value, days.valid_from) == (30, "2021-10-14")
    assert days.source
    assert explained["policy"] == {"id": "zhejiang_2021", "document": "浙卫发〔2021〕33号"}
    assert explained["edition"] == "zhejiang_2021"
    assert explained["request"]["receiver"]["code"] == "H3A"


def test_each_parameter_value_stands_once() -> None:
    used = [(p.name, p.valid_from, str(p.value)) for p in _explained(IN_PART)["parameters"]]
    assert used == sorted(set(used))


def test_images_are_explained_too() -> None:
    explained = _explained(line(CHEST_TWO_VIEWS, imaged("i", CHEST_TWO_VIEWS)))
    assert explained["parts"][0]["facts"]["lab"] is None
    assert explained["parts"][0]["facts"]["imaging"]["received_count"] == 2


def test_policy_that_is_gone_leaves_the_rest_of_the_explanation() -> None:
    explained = explained_line(TOO_OLD, Policies(()))
    assert explained["counterfactuals"] is None
    assert explained["summary"]["counterfactuals"] == []
    assert explained["policy"]["document"] == "浙卫发〔2021〕33号"


def test_explanation_can_be_written_as_json() -> None:
    assert json_response(_explained(IN_PART)).body
