"""四（一） 时限和起算时间可以逐项不同：以另一地区的参数为例，采样起6小时至60天。"""

from datetime import timedelta
from importlib import resources

import pytest

from rules.engine import determine
from rules.facts import Anchor
from rules.outcome import Outcome
from rules.wording import sentence
from rules.zhejiang_2021 import load_policy
from tests.spec.zhejiang_2021.arrange import (
    ALBUMIN,
    AT,
    BLOOD_COUNT,
    URINALYSIS,
    lab,
    lab_facts,
    report,
)

HBA1C, CULTURE, POTASSIUM = "25030200300", "25050100900", "25030400101"
_TEXT = (resources.files("rules.zhejiang_2021") / "parameters.toml").read_text("utf-8")


def _own(value: object, *items: str) -> str:
    listed = ", ".join(f'"{item}"' for item in items)
    shown = value if isinstance(value, int | list) else f'"{value}"'
    return f'{{ valid_from = 2021-10-14, value = {shown}, source = "s", items = [{listed}] }},\n'


def _other_province():
    """血常规6小时、尿常规12小时，电解质7天，糖化血红蛋白60天；培养从报告起算。"""
    text = _TEXT
    for name, row in (
        ("window_hours", _own(6, BLOOD_COUNT) + _own(12, URINALYSIS)),
        ("window_days", _own(7, POTASSIUM) + _own(60, HBA1C)),
        ("anchor_order_lab", _own(["first_issued", "collected"], CULTURE)),
    ):
        head = text.index("values = [", text.index(f"[{name}]")) + len("values = [\n")
        text = text[:head] + row + text[head:]
    return load_policy(text)


POLICY = _other_province()


def _window(item, **age):
    anchors = (Anchor("collected", AT - timedelta(**age)),)
    held = tuple(lab_facts(item).item.components)
    facts = lab_facts(item, report=report(item, anchors=anchors), lab=lab(components=held))
    determination = determine(facts, POLICY)
    return determination, next(f for f in determination.findings if f.code == "WINDOW")


@pytest.mark.parametrize(
    ("item", "age", "expected"),
    [
        (BLOOD_COUNT, {"hours": 6}, "in_hours"),
        (BLOOD_COUNT, {"hours": 6, "minutes": 1}, "too_many_hours"),
        (URINALYSIS, {"hours": 12}, "in_hours"),
        (URINALYSIS, {"hours": 13}, "too_many_hours"),
        (POTASSIUM, {"days": 7}, "in_time"),
        (POTASSIUM, {"days": 8}, "too_old"),
        (HBA1C, {"days": 60}, "in_time"),
        (HBA1C, {"days": 61}, "too_old"),
        (ALBUMIN, {"days": 30}, "in_time"),
        (ALBUMIN, {"days": 31}, "too_old"),
    ],
)
def test_each_item_has_its_own_period(item, age, expected):
    """每个项目按自己的小时数或天数计算，没有单列的按总值。"""
    determination, finding = _window(item, **age)
    assert finding.ground == expected
    good = expected in {"in_hours", "in_time"}
    assert determination.outcome is (Outcome.RECOGNIZABLE if good else Outcome.NOT_RECOGNIZABLE)


def test_hours_are_named_to_the_physician():
    """按小时计算的，文字写明小时数。"""
    _, finding = _window(BLOOD_COUNT, hours=8)
    assert sentence(finding) == "采样时间距今8小时，超过6小时。"
    assert [used.name for used in finding.parameters] == ["window_hours", "anchor_order_lab"]


def test_future_time_violates_by_the_hour_too():
    """按小时计算的，采样时间晚于当前时间同样不符合。"""
    assert _window(BLOOD_COUNT, hours=-1)[1].ground == "in_future"


def test_anchor_can_differ_per_item():
    """培养等耗时长的项目可以从首次报告起算。"""
    anchors = (
        Anchor("collected", AT - timedelta(days=33)),
        Anchor("first_issued", AT - timedelta(days=29)),
    )
    for item, expected in ((CULTURE, "first_issued"), (ALBUMIN, "collected")):
        facts = lab_facts(item, report=report(item, anchors=anchors))
        finding = next(f for f in determine(facts, POLICY).findings if f.code == "WINDOW")
        assert finding.facts["anchor"] == expected
