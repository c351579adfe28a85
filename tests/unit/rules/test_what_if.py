"""A stored line under other rules: what moved, and why."""

import json
from dataclasses import replace
from typing import Any

import pytest

from rules.codec import line_to_json
from rules.facts import Assessment, Declared
from rules.installed import load_policies
from rules.line import LineDetermination
from rules.outcome import Outcome
from rules.parameter_changes import Change, changed_policies
from rules.policy import NoPolicyInForce, Policies
from rules.what_if import Shift, differences, shift_of
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    CHEST_TWO_VIEWS,
    LIVER,
    POLICY,
    elements,
    holding,
    imaged,
    line,
)

POLICIES = load_policies()
SINGLE = line(ALBUMIN, holding("a", elements(ALBUMIN), days=20))
TWO_REPORTS = line(
    LIVER, holding("a", elements(LIVER)[:4], days=2), holding("b", elements(LIVER)[4:], days=20)
)
PARTLY_TOO_OLD = line(
    LIVER, holding("a", elements(LIVER)[:4], days=2), holding("b", elements(LIVER)[4:], days=40)
)
EMERGENCY = line(ALBUMIN, holding("a", elements(ALBUMIN)), visit_class="emergency")
IMAGES = line(CHEST_TWO_VIEWS, imaged("i", CHEST_TWO_VIEWS, days=3))


def _stored(original: LineDetermination) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(json.dumps(line_to_json(original)))
    return stored


def _shift(original: LineDetermination, **parameters: str) -> Shift:
    changes = [Change(name, None, text) for name, text in parameters.items()]
    return shift_of(_stored(original), changed_policies(POLICIES, changes))


@pytest.mark.parametrize("original", [SINGLE, TWO_REPORTS, PARTLY_TOO_OLD, EMERGENCY, IMAGES])
def test_unchanged_rules_move_nothing(original: LineDetermination) -> None:
    shift = shift_of(_stored(original), POLICIES)
    assert (shift.before, shift.after) == (original.outcome, original.outcome)
    assert shift.changed == ()
    assert shift.exceptions_before == shift.exceptions_after
    assert shift.line.findings == original.findings
    assert differences(_stored(original), shift) == ()


def test_shorter_window_makes_a_result_too_old() -> None:
    shift = _shift(SINGLE, window_days="14")
    assert (shift.before, shift.after) == (Outcome.RECOGNIZABLE, Outcome.NOT_RECOGNIZABLE)
    assert shift.changed == ("WINDOW",)
    (told,) = differences(_stored(SINGLE), shift)
    assert told.before is not None and told.after is not None
    assert (told.before.ground, told.after.ground) == ("in_time", "too_old")


def test_panel_that_loses_a_report_is_held_in_part() -> None:
    shift = _shift(TWO_REPORTS, window_days="14")
    assert (shift.before, shift.after) == (Outcome.RECOGNIZABLE, Outcome.DISCRETIONARY)
    assert shift.changed == ("WINDOW", "COVER")
    assert len(shift.parts) == len(elements(LIVER))
    window, cover = differences(_stored(TWO_REPORTS), shift)
    assert window.names != () and cover.names == ()
    assert cover.after is not None and cover.after.ground == "in_part"


def test_left_out_part_comes_back() -> None:
    shift = _shift(PARTLY_TOO_OLD, window_days="60")
    assert (shift.before, shift.after) == (Outcome.DISCRETIONARY, Outcome.RECOGNIZABLE)
    assert shift.line.left_out == ()


def test_inferred_exception_that_becomes_a_hint_is_counted_as_such() -> None:
    shift = _shift(EMERGENCY, effect_emergency_visit="hint")
    assert (shift.before, shift.after) == (Outcome.EXEMPT, Outcome.RECOGNIZABLE)
    assert (shift.exceptions_before, shift.exceptions_after) == (
        {"E07": "established"},
        {"E07": "hint"},
    )


def test_established_part_speaks_for_the_exceptions_of_a_line() -> None:
    stored = _stored(TWO_REPORTS)
    e08 = next(each for each in stored["findings"] if each["code"] == "E08")
    established = len(stored["findings"])
    stored["findings"] += [e08 | {"verdict": "established"}, e08 | {"verdict": "hint"}]
    place = stored["findings"].index(e08)
    for number, part in enumerate(stored["parts"]):
        part["findings"] = [
            (established + (number + 1) % 2) if n == place else n for n in part["findings"]
        ]
    assert shift_of(stored, POLICIES).exceptions_before["E08"] == "established"


def test_scheme_that_no_longer_counts_fails_the_assessment() -> None:
    assessed = (Assessment("provincial", "pass"),)
    original = line(ALBUMIN, holding("a", elements(ALBUMIN), assessments=assessed))
    shift = _shift(original, eqa_schemes="national")
    assert (shift.after, shift.changed) == (Outcome.NOT_RECOGNIZABLE, ("EQA",))


def test_declared_exception_stays_whatever_the_window() -> None:
    declared = (Declared("E08", None, "D1"),)
    original = line(ALBUMIN, holding("a", elements(ALBUMIN), days=20), declared=declared)
    shift = _shift(original, window_days="14")
    assert shift.exceptions_after == {"E08": "established"}
    assert (shift.before, shift.after) == (Outcome.EXEMPT, Outcome.NOT_RECOGNIZABLE)


def _without_window() -> Policies:
    clauses = tuple(each for each in POLICY.clauses if each.__name__ != "window")
    other = replace(POLICY, id="other", clauses=clauses)
    return replace(POLICIES, policies=(POLICY, other))


def test_another_policy_judges_in_the_place_of_the_lines_own() -> None:
    stored = _stored(line(ALBUMIN, holding("a", elements(ALBUMIN), days=40)))
    shift = shift_of(stored, _without_window(), "other")
    assert (shift.before, shift.after) == (Outcome.NOT_RECOGNIZABLE, Outcome.RECOGNIZABLE)
    (told,) = differences(stored, shift)
    assert (told.code, told.after) == ("WINDOW", None)


def test_clause_that_only_the_other_policy_has_is_new() -> None:
    policies = _without_window()
    stored = _stored(SINGLE) | {"policy": "other"}
    window = stored["findings"].index(
        next(each for each in stored["findings"] if each["code"] == "WINDOW")
    )
    for part in stored["parts"]:
        part["findings"].remove(window)
    shift = shift_of(stored, policies, POLICY.id)
    assert shift.changed == ("WINDOW",)
    assert differences(stored, shift)[0].before is None


def test_policy_that_is_not_installed_is_refused() -> None:
    with pytest.raises(NoPolicyInForce):
        shift_of(_stored(SINGLE), POLICIES, "zhejiang_1999")
