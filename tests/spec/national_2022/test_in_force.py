"""施行：2022年3月1日起；一家机构在某日只适用一个文件。"""

from datetime import date

import pytest

from rules.assignments import InvalidAssignments
from rules.installed import load_policies
from rules.policy import NoPolicyInForce
from rules.zhejiang_2021.parameter_kinds import PARAMETER_KINDS

LOCAL = """
[[assignments]]
institution = "H9"
policy = "zhejiang_2021"
valid_from = 2021-10-14
valid_to = 2025-06-30

[[assignments]]
institution = "H9"
policy = "national_2022"
valid_from = 2025-07-01
grade_catalogues = ["interventional"]
"""


def test_institution_follows_one_policy_on_each_day():
    """改用本办法的机构，自该日起适用本办法，之前和其他机构不变。"""
    policies = load_policies([LOCAL])
    assert policies.policy_for("H9", date(2025, 6, 30)).id == "zhejiang_2021"
    assert policies.policy_for("H9", date(2025, 7, 1)).id == "national_2022"
    assert policies.policy_for("H1", date(2025, 7, 1)).id == "zhejiang_2021"


def test_graded_catalogues_are_assigned_with_the_policy():
    """机构采用的分级目录随之指定，没有指定的采用全部。"""
    policies = load_policies([LOCAL])
    assert policies.grade_catalogues_for("H9", date(2025, 7, 1)) == ("interventional",)
    assert policies.grade_catalogues_for("H9", date(2025, 6, 30)) == ("surgical", "interventional")


def test_nothing_is_assigned_before_the_first_document():
    """最早的文件施行之前，没有适用的文件。"""
    with pytest.raises(NoPolicyInForce):
        load_policies([LOCAL]).policy_for("H9", date(2021, 10, 13))


@pytest.mark.parametrize("year", [2022, 2024, 2026])
def test_every_parameter_has_a_value(year):
    """施行以来每个参数都有一个值；没有写到的沿用浙卫发〔2021〕33号。"""
    in_force = load_policies().policy("national_2022").parameters.on(date(year, 3, 1))
    for name in PARAMETER_KINDS:
        assert in_force.used(name).source
    assert in_force.used("quiet_outcomes").valid_from == "2022-03-01"
    assert in_force.used("study_quiet_seconds").valid_from == "2021-10-14"


@pytest.mark.parametrize(
    ("old", "new", "defect"),
    [
        ("valid_to = 2025-06-30", "", "two policies on 2025-07-01"),
        ("2025-06-30", "2025-07-01", "two policies on 2025-07-01"),
        ("2025-06-30", "2025-06-29", "no policy after 2025-06-29"),
        ("valid_from = 2025-07-01", "valid_from = 2025-07-01\nvalid_to = 2026-01-01", "after"),
        ('"national_2022"', '"national_2030"', "there is no policy 'national_2030'"),
        ('"zhejiang_2021"\nvalid_from = 2021-10-14', '"national_2022"\nvalid_from = 2021-10-14',
         "national_2022 is not in force on 2021-10-14"),
        ('"interventional"', '"dental"', "there is no graded catalogue 'dental'"),
        ('policy = "national_2022"', "policy = 3", "assignment 2: needs a policy"),
        ("valid_from = 2025-07-01", "valid_from = 3", "needs valid_from, a date"),
        ("valid_to = 2025-06-30", 'valid_to = "2025"', "valid_to is no date"),
        ("valid_to = 2025-06-30", "until = 2025-06-30", "until is not known"),
    ],
)  # fmt: skip
def test_gap_overlap_and_unknown_names_are_refused(old, new, defect):
    """缺口、重叠、不存在的文件或目录，在启动时拒绝，并指明原因。"""
    assert old in LOCAL
    with pytest.raises(InvalidAssignments, match=defect):
        load_policies([LOCAL.replace(old, new, 1)])
