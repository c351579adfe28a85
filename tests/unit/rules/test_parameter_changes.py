"""Parameters are changed for a question only, wherever they exist, to values of their kind."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rules.installed import load_policies
from rules.outcome import Json
from rules.parameter_changes import SOURCE, Change, InvalidChange, changed_policies, changed_policy
from rules.parameters import Parameters, ParametersInForce
from rules.policy import Policies, Policy
from tests.spec.zhejiang_2021.arrange import ALBUMIN, POLICY

DAY = date(2025, 6, 30)
PROTHROMBIN = "25020302000"


def _on(policy: Policy, day: date = DAY) -> ParametersInForce:
    return policy.parameters.on(day)


def _changed(name: str, text: str, item: str | None = None) -> Policy:
    return changed_policy(POLICY, [Change(name, item, text)])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("window_days", "14", 14),
        ("eqa_schemes", "national", ["national"]),
        ("upper_tiers", "三级甲等, 三级乙等", ["三级甲等", "三级乙等"]),
        ("rescue_triage_levels", "1", [1]),
        ("effect_emergency_visit", "hint", "hint"),
        ("undetermined_tiers_count_as", "upper", "upper"),
    ],
)
def test_text_becomes_value_of_the_parameters_kind(name: str, text: str, value: Json) -> None:
    used = _on(_changed(name, text)).used(name)
    assert (used.value, used.source) == (value, SOURCE)


@pytest.mark.parametrize(
    ("name", "text"),
    [("window_days", "soon"), ("rescue_triage_levels", "1,x"), ("effect_rescue", "always")],
)
def test_text_of_another_kind_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidChange, match=name):
        _changed(name, text)


def test_empty_list_takes_words() -> None:
    (general,) = POLICY.parameters.series["quiet_outcomes", None]
    empty = replace(general, used=replace(general.used, value=[]))
    series = {**POLICY.parameters.series, ("quiet_outcomes", None): (empty,)}
    policy = replace(POLICY, parameters=Parameters(series))
    changed = changed_policy(policy, [Change("quiet_outcomes", None, "EXEMPT")])
    assert _on(changed).words("quiet_outcomes") == ["EXEMPT"]


def test_value_of_one_item_leaves_the_others() -> None:
    parameters = _on(_changed("window_days", "7", ALBUMIN))
    assert parameters.integer("window_days", ALBUMIN) == 7
    assert parameters.integer("window_days", PROTHROMBIN) == 30


def test_item_with_a_value_of_its_own_keeps_it() -> None:
    parameters = _on(_changed("effect_blood_request", "manual"))
    assert parameters.word("effect_blood_request", ALBUMIN) == "manual"
    assert parameters.word("effect_blood_request", PROTHROMBIN) == "auto"


def test_original_policy_stays_as_it_was() -> None:
    _changed("window_days", "14")
    assert _on(POLICY).integer("window_days") == 30


def test_changed_policy_answers_on_earlier_days() -> None:
    before = POLICY.valid_from - timedelta(days=400)
    assert _on(_changed("window_days", "14"), before).integer("window_days") == 14
    assert _on(changed_policy(POLICY, ()), before).words("eqa_schemes") == [
        "national",
        "provincial",
    ]


def test_item_value_that_began_later_is_not_moved_back() -> None:
    (general,) = POLICY.parameters.series["window_days", None]
    own = replace(general, valid_from=date(2024, 1, 1), used=replace(general.used, value=3))
    series = {**POLICY.parameters.series, ("window_days", ALBUMIN): (own,)}
    policy = changed_policy(replace(POLICY, parameters=Parameters(series)), ())
    assert _on(policy, date(2023, 12, 31)).integer("window_days", ALBUMIN) == 30
    assert _on(policy).integer("window_days", ALBUMIN) == 3


def test_change_reaches_every_policy_that_has_the_parameter() -> None:
    fewer = {k: v for k, v in POLICY.parameters.series.items() if k[0] != "window_days"}
    other = replace(POLICY, id="other", parameters=Parameters(fewer))
    policies = replace(load_policies(), policies=(POLICY, other))
    changed = changed_policies(policies, [Change("window_days", None, "14")])
    assert _on(changed.policy(POLICY.id)).integer("window_days") == 14
    assert ("window_days", None) not in changed.policy("other").parameters.series


def test_unknown_parameter_is_refused() -> None:
    with pytest.raises(InvalidChange, match="no installed policy has a parameter 'window_day'"):
        changed_policies(load_policies(), [Change("window_day", None, "14")])


def test_nothing_changed_gives_equal_values() -> None:
    assert isinstance(changed_policies(load_policies(), ()), Policies)
    assert _on(changed_policy(POLICY, ())).values == _on(POLICY).values
