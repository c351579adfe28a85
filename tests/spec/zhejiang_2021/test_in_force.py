"""本实施意见自2021年10月14日起施行。"""

from datetime import date

import pytest

from rules.installed import load_policies
from rules.policy import NoPolicyInForce
from rules.zhejiang_2021 import PARAMETER_KINDS

POLICIES = load_policies()
QUARTERS = [date(2021, 10, 14)] + [
    date(year, month, 1) for year in range(2022, 2028) for month in (1, 4, 7, 10)
]


def test_policy_is_in_force_from_its_first_day():
    """自施行之日起有效。"""
    assert POLICIES.policy_for("H1", date(2021, 10, 14)).document == "浙卫发〔2021〕33号"


def test_nothing_is_in_force_the_day_before():
    """施行前一日没有有效政策。"""
    with pytest.raises(NoPolicyInForce):
        POLICIES.policy_for("H1", date(2021, 10, 13))


def test_policy_is_found_by_its_id():
    """旧判定按所用政策重算；不存在的政策明确报错。"""
    assert POLICIES.policy("zhejiang_2021").id == "zhejiang_2021"
    with pytest.raises(NoPolicyInForce):
        POLICIES.policy("zhejiang_1999")


@pytest.mark.parametrize("day", QUARTERS)
def test_every_parameter_has_one_value_on_every_day(day):
    """施行以来的任何一天，每个参数都恰有一个值，并注明出处。"""
    in_force = POLICIES.policy_for("H1", day).parameters.on(day)
    for name in PARAMETER_KINDS:
        assert in_force.used(name).source
