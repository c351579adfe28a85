"""The statistics page in Chromium, over the real gateway."""

from itertools import count

import pytest
from playwright.sync_api import expect

from gateway.security.roles import Role
from tests.browser.live import Desk
from tests.end_to_end.city import ALBUMIN
from tests.end_to_end.messages import Message, Result, a_person

pytestmark = pytest.mark.end_to_end
_visits = count(1)


async def decided(desk: Desk, accepted: bool) -> None:
    """A reminder shown and viewed, and one accepted if so stated."""
    house = desk.house
    sent = Message(a_person(), [Result(ALBUMIN)])
    await house.deliver(sent)
    item = await house.item(sent.person, ALBUMIN, visit={"id": f"PROVINCE-{next(_visits)}"})
    await house.act(item, "shown")
    await house.act(item, "view", {"report": item["report"]["id"], "what": "report"})
    if accepted:
        assert (await house.accept(item)).status_code == 200


@pytest.fixture
def figures(desk: Desk) -> Desk:
    """Enough decisions to be shown to a supervisor."""
    for number in range(6):
        desk.send(decided(desk, accepted=number < 5))
    return desk


def card(desk: Desk, title: str) -> str:
    desk.page.wait_for_selector(".figure-card")
    return desk.page.locator(f'.figure-card:has(h2:text-is("{title}"))').inner_text()


def test_four_indicators_and_savings_are_computed(figures: Desk) -> None:
    figures.open("/province", Role.PROVINCE)
    assert "100.00%" in card(figures, "提醒调阅率")
    assert "100.00%" in card(figures, "首次提醒调阅率")
    recognition = card(figures, "互认率")
    assert "83.33%" in recognition
    assert "÷" in recognition
    assert "定义版本 1" in recognition
    assert "元" in card(figures, "节省费用")


def test_what_has_no_source_says_why(figures: Desk) -> None:
    figures.open("/province", Role.PROVINCE)
    assert "未计算：没有本院后续结果的来源" in card(figures, "诊断符合率")
    assert "未计算：没有重复开单执行的来源" in card(figures, "互认不遵从率")


def test_institutions_are_compared_by_name(figures: Desk) -> None:
    figures.open("/province", Role.PROVINCE)
    expect(figures.page.locator("#chart .group")).to_have_text("测试接诊医院")
    expect(figures.page.locator("#chart .measure")).to_have_count(1)
    figures.page.select_option("#chosen-indicator", "diagnostic_concordance_rate")
    expect(figures.page.locator("#chart .reason")).to_contain_text("未计算")
    figures.page.select_option("#by", "item")
    expect(figures.page.locator("#table tbody th")).to_have_text("白蛋白")


def test_period_without_events_is_not_zero(figures: Desk) -> None:
    figures.open("/province", Role.PROVINCE)
    card(figures, "互认率")
    figures.page.fill("#start", "2026-01-01")
    figures.page.fill("#end", "2026-01-31")
    figures.page.click(".period .primary")
    expect(figures.page.locator("#cards")).to_contain_text("未计算：分母为零")
    expect(figures.page.locator("#chart")).to_contain_text("没有事件")


def test_reversed_period_is_told_in_words(desk: Desk) -> None:
    desk.open("/province", Role.PROVINCE)
    card(desk, "互认率")
    desk.page.fill("#start", "2026-11-30")
    desk.page.click(".period .primary")
    expect(desk.page.locator("#figures-state")).to_contain_text("填写的内容有误")


def test_hospital_sees_its_own_figures(figures: Desk) -> None:
    figures.open("/province", Role.HOSPITAL)
    assert "83.33%" in card(figures, "互认率")


def test_administrator_is_refused_in_words(desk: Desk) -> None:
    desk.open("/province", Role.ADMIN)
    expect(desk.page.locator("#figures-state")).to_contain_text("没有权限")


def test_page_speaks_english_when_asked(figures: Desk) -> None:
    figures.open("/province?lang=en", Role.PROVINCE)
    assert "Not computed" in card(figures, "Diagnostic concordance rate")
