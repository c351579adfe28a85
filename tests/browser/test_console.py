"""The hospital engineer's page in Chromium, over the real gateway."""

import pytest
from playwright.sync_api import expect

from gateway.security.roles import Role
from tests.browser.live import Desk
from tests.end_to_end.city import ALBUMIN, COUNTY, UPPER
from tests.end_to_end.messages import Message, Result, a_person, local

pytestmark = pytest.mark.end_to_end
_REGISTER = (
    "code,name,tier,kind,city,county,hl7_facility,ae_title,time_zone,charset,valid_from,valid_to\n"
    "{code},测试{code}院,三级甲等,hospital,宁波市,,{facility},,,UTF-8,2026-01-01,\n"
)


def opened(desk: Desk, who: str, role: Role = Role.HOSPITAL) -> None:
    """The console of an institution's engineer, with everything on it."""
    desk.page.clock.set_fixed_time(desk.house.clock())
    desk.page.goto(f"{desk.origin}/console#token={desk.token(role, who)}")
    desk.page.wait_for_selector("#desk:not([hidden])")
    desk.page.wait_for_selector("#console-state", state="hidden")


async def refused(desk: Desk, name: str = "赵钱孙", sender: str = UPPER) -> Message:
    """A message without the report number."""
    message = Message(a_person(name), (Result(ALBUMIN),), number="", sender=sender)
    await desk.house.send(message.encoded)
    return message


def test_refused_message_shows_field_and_remedy_but_no_patient(desk: Desk) -> None:
    message = desk.send(refused(desk))
    opened(desk, UPPER)
    row = desk.page.locator("#refused tbody tr", has_text=message.control_id)
    expect(row).to_contain_text("缺少必填字段")
    expect(row).to_contain_text("报告单号")
    expect(row).to_contain_text("在发送系统中补填该字段")
    page = desk.page.content()
    assert message.person.name not in page
    assert message.person.resident_id not in page


def test_hospital_sees_its_own_messages_only(desk: Desk) -> None:
    message = desk.send(refused(desk))
    opened(desk, COUNTY)
    expect(desk.page.locator("#refused")).to_contain_text("没有符合条件的报文")
    expect(desk.page.locator("#refused")).not_to_contain_text(message.control_id)


def test_operator_repairs_the_register_and_replays(desk: Desk) -> None:
    """The result of the replayed message is available afterwards."""
    sent = Message(a_person(), (Result(ALBUMIN),))
    unknown = sent.text.replace(f"|F-{UPPER}|", "|NEW-1|").encode()
    desk.send(desk.house.send(unknown))
    opened(desk, "platform", Role.ADMIN)
    row = desk.page.locator("#refused tbody tr", has_text="发送机构未登记")
    expect(row).to_have_count(1)
    desk.send(desk.house.install("institutions", _REGISTER.format(code="N1", facility="NEW-1")))
    row.get_by_role("button", name="重放").click()
    expect(desk.page.locator("#console-state")).to_contain_text("1 份中 1 份已接收，新增报告 1 份")
    expect(row).to_have_count(0)
    answer = desk.send(desk.house.remind(sent.person, ALBUMIN))
    assert [item["report"]["institution"] for item in answer["items"]] == ["N1"]


def test_bulk_replay_says_what_is_still_wrong(desk: Desk) -> None:
    for _ in range(2):
        desk.send(refused(desk, sender=COUNTY))
    opened(desk, COUNTY)
    desk.page.locator(".reason-card", has_text="缺少必填字段").get_by_role("button").click()
    state = desk.page.locator("#console-state")
    expect(state).to_contain_text("2 份中 0 份已接收")
    expect(state).to_contain_text("报告单号")
    desk.page.select_option("#state", "refused_again")
    expect(desk.page.locator("#refused tbody .entry-refused_again")).to_have_count(2)


def test_unmapped_codes_and_connections_are_shown(desk: Desk) -> None:
    async def arrange() -> None:
        await desk.house.deliver(Message(a_person(), (local("白蛋白"),)))
        await desk.house.gateway.codes.flush(desk.house.gateway.database)
        await desk.house.gateway.sampling.check_some()

    desk.send(arrange())
    opened(desk, UPPER)
    mapping = desk.page.locator("#mapping tbody tr", has_text="白蛋白").first
    expect(mapping).to_contain_text(ALBUMIN)
    expect(desk.page.locator("#conformance-share")).to_contain_text("近 30 天抽查")
    expect(desk.page.locator(".connection").first).to_contain_text("AA 1")
