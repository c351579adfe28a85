"""The clinician's page in Chromium, over the real gateway."""

import re
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pydicom.uid import generate_uid

from adapters.dicom.store_scu import send as store
from tests.browser.live import Desk
from tests.end_to_end.city import (
    ALBUMIN,
    BLOOD_COUNT_CODES,
    CA125,
    GLUCOSE,
    NOW,
    POTASSIUM,
    RECEIVER,
    TOTAL_PROTEIN,
    UPPER,
)
from tests.end_to_end.house import TITLE
from tests.end_to_end.images import a_study, pelvis_slice
from tests.end_to_end.messages import Message, Person, Result, a_person, imaging, local

pytestmark = pytest.mark.end_to_end
_visits = count(1)
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


def a_visit() -> str:
    return f"BROWSER-{next(_visits)}"


def arrived(desk: Desk, *results: Result, **message: object) -> Message:
    """A patient with one report of these results, asked for on arrival."""
    sent = Message(a_person(), results, **message)  # type: ignore[arg-type]
    desk.send(desk.house.deliver(sent))
    desk.open()
    desk.arrive(sent.person, a_visit())
    return sent


# The session


def test_page_asks_for_a_token_first(desk: Desk) -> None:
    desk.page.goto(f"{desk.origin}/workstation")
    expect(desk.page.locator("#sign-in")).to_be_visible()
    expect(desk.page.locator("#desk")).to_be_hidden()
    desk.page.fill("#sign-in-value", desk.token())
    desk.page.click("#sign-in-form button")
    expect(desk.page.locator("#desk")).to_be_visible()
    expect(desk.page.locator("#who")).to_contain_text("测试接诊医院")


def test_token_leaves_the_address_at_once(desk: Desk) -> None:
    desk.open()
    assert desk.page.url == f"{desk.origin}/workstation"
    desk.page.reload()
    expect(desk.page.locator("#desk")).to_be_visible()


def test_expired_token_is_told_in_words(desk: Desk) -> None:
    desk.open()
    hours = desk.house.gateway.settings.token_lifetime_hours
    desk.house.clock.advance(hours=hours)
    try:
        desk.arrive(a_person(), a_visit())
        expect(desk.page.locator("#sign-in-problem")).to_contain_text("已过期")
    finally:
        desk.house.clock.advance(hours=-hours)


def test_page_speaks_english_when_asked(desk: Desk) -> None:
    desk.open()
    desk.page.click("#other-language")
    expect(desk.page.locator("h1")).to_have_text("Clinician workstation")
    expect(desk.page.locator("#check")).to_have_text("Check draft orders")


# Asking


def test_missing_number_is_asked_for_before_anything_is_sent(desk: Desk) -> None:
    desk.open()
    desk.page.click("#arrive")
    expect(desk.page.locator("#identifier-problem")).to_have_text("请填写此项")
    expect(desk.page.locator("#identifier")).to_be_focused()
    assert not [one for one in desk.requests if one.method == "POST"]


def test_impossible_number_is_marked_at_its_field(desk: Desk) -> None:
    desk.open()
    desk.arrive(Person("330199197001010011"), a_visit())
    expect(desk.page.locator("#identifier-problem")).to_contain_text("校验码")
    assert desk.page.get_attribute("#identifier", "aria-invalid") == "true"


def test_unknown_patient_is_an_explicit_no_match(desk: Desk) -> None:
    desk.open()
    desk.arrive(a_person(), a_visit())
    expect(desk.page.locator("#list-state")).to_contain_text("没有此证件号码的记录")


def test_unreachable_gateway_blocks_no_order(desk: Desk) -> None:
    desk.open()
    desk.page.route("**/api/v1/reminders", lambda route: route.abort())
    desk.arrive(a_person(), a_visit())
    expect(desk.page.locator("#list-state")).to_contain_text("开单不受影响")
    desk.page.unroute("**/api/v1/reminders")
    desk.page.click("#list-state button")
    expect(desk.page.locator("#list-state")).to_contain_text("没有此证件号码的记录")


def test_item_is_found_and_ordered_by_keyboard_alone(desk: Desk) -> None:
    sent = Message(a_person(), [Result(ALBUMIN)])
    desk.send(desk.house.deliver(sent))
    desk.open()
    desk.fill_in(sent.person, a_visit())
    desk.page.locator("#arrive").focus()
    desk.page.keyboard.press("/")
    expect(desk.page.locator("#item-search")).to_be_focused()
    desk.page.keyboard.type("白蛋白")
    expect(desk.page.locator("#item-options li").first).to_be_visible()
    names = desk.page.locator("#item-options .option-name").all_inner_texts()
    for _ in range(names.index("白蛋白")):
        desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#order-lines .option-name")).to_have_text("白蛋白")
    desk.page.click("#check")
    expect(desk.page.locator(".card")).to_have_count(1)
    desk.page.locator(".card").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".decision")).to_be_visible()


def test_declared_exception_exempts_the_line(desk: Desk) -> None:
    sent = Message(a_person(), [Result(ALBUMIN)])
    desk.send(desk.house.deliver(sent))
    desk.open()
    desk.fill_in(sent.person, a_visit())
    desk.page.fill("#item-search", ALBUMIN)
    desk.page.keyboard.press("Enter")
    desk.page.select_option("#order-lines select", "E08")
    desk.page.click("#check")
    expect(desk.page.locator(".card .tag").first).to_have_text("不受互认限制")
    desk.choose("白蛋白")
    expect(desk.page.locator(".decision")).to_contain_text("无须作出决定")


# Seeing


def test_critical_value_comes_first_and_says_so(desk: Desk) -> None:
    arrived(desk, Result(ALBUMIN), Result(POTASSIUM, "6.9", "mmol/L", flag="HH"))
    cards = desk.cards()
    assert "危急值" in cards[0]
    assert "6.9 mmol/L 危急高" in cards[0]
    assert "危急值" not in cards[1]


def test_results_are_shown_as_sent_with_flag_unit_and_range(desk: Desk) -> None:
    arrived(desk, Result(ALBUMIN, "29.70", flag="L"))
    desk.choose("白蛋白")
    cells = desk.page.locator(".results tbody tr").first.locator("th, td").all_inner_texts()
    assert cells == [ALBUMIN, "29.70", "低 ↓", "g/L", "40-55"]
    head = desk.page.locator(".item-head")
    expect(head).to_contain_text("测试第一医院")
    expect(head).to_contain_text("2026-11-17 12:00")


def test_age_is_counted_in_days_of_china(desk: Desk) -> None:
    arrived(desk, Result(ALBUMIN), collected=NOW - timedelta(days=3, hours=11))
    assert "2026-11-17 · 3 天前" in desk.cards()[0]


def test_findings_are_read_in_words_with_their_paragraph(desk: Desk) -> None:
    arrived(desk, Result(CA125, "12", "U/mL", detection_system="雅培 Alinity i"))
    desk.choose("CA125")
    finding = desk.page.locator(".findings-open li")
    expect(finding).to_contain_text("酌情")
    expect(finding).to_contain_text("与本机构")
    expect(finding).to_contain_text("附件1 备注")
    desk.page.click(".findings-all summary")
    expect(desk.page.locator(".findings")).to_contain_text("四（一）")


def test_partial_panel_names_what_is_missing(desk: Desk) -> None:
    sent = Message(a_person(), [Result(ALBUMIN), Result(TOTAL_PROTEIN)])
    desk.send(desk.house.deliver(sent))
    desk.open()
    desk.fill_in(sent.person, a_visit())
    desk.page.fill("#item-search", "肝功能常规检查")
    desk.page.keyboard.press("Enter")
    desk.page.click("#check")
    expect(desk.page.locator(".card-missing")).to_contain_text("尚缺")
    desk.choose("肝功能")
    expect(desk.page.locator(".chip-held")).to_have_count(2)
    expect(desk.page.locator(".chip-missing").first).to_be_visible()


def test_what_cannot_be_recognized_shows_on_demand_only(desk: Desk) -> None:
    arrived(desk, Result(GLUCOSE, "5.2", "mmol/L"))
    assert desk.cards() == []
    desk.page.click("#quiet-toggle")
    assert "不符合互认条件" in desk.cards()[0]


def test_emergency_visit_keeps_nothing_quiet(desk: Desk) -> None:
    sent = Message(a_person(), [Result(GLUCOSE, "5.2", "mmol/L")])
    desk.send(desk.house.deliver(sent))
    desk.open()
    desk.arrive(sent.person, a_visit(), "emergency")
    assert len(desk.cards()) == 1


def test_whole_blood_count_is_one_line(desk: Desk) -> None:
    arrived(desk, *(local(code) for code in BLOOD_COUNT_CODES))
    desk.choose("血常规")
    expect(desk.page.locator(".chip-held")).to_have_count(9)


def test_text_of_others_never_becomes_markup(desk: Desk) -> None:
    hostile = HOSTILE.replace("|", "")
    arrived(desk, Result(ALBUMIN, hostile, hostile, value_type="ST"), number="<b>档案</b>")
    desk.choose("白蛋白")
    expect(desk.page.locator(".results")).to_contain_text("<img src=x")
    expect(desk.page.locator(".item-head")).to_contain_text("<b>档案</b>")
    assert desk.page.locator(".results img, .results script, .item-head b").count() == 0
    assert desk.page.title().startswith("医生工作站")


def test_reminder_counts_as_shown_only_on_screen(desk: Desk) -> None:
    before = desk.counted("denominator")
    arrived(desk, Result(ALBUMIN), Result(GLUCOSE, "5.2", "mmol/L"))
    desk.wait_until_counted("denominator", before + 1)
    desk.page.click("#quiet-toggle")
    desk.wait_until_counted("denominator", before + 2)


def test_opening_counts_as_a_view(desk: Desk) -> None:
    before = desk.counted("numerator")
    shown = desk.counted("denominator")
    arrived(desk, Result(ALBUMIN))
    desk.wait_until_counted("denominator", shown + 1)
    assert desk.counted("numerator") == before
    desk.choose("白蛋白")
    desk.wait_until_counted("numerator", before + 1)


def test_other_name_on_the_report_is_warned_of(desk: Desk) -> None:
    arrived(desk, Result(ALBUMIN))
    desk.page.fill("#patient-name", "李大明")
    desk.choose("白蛋白")
    expect(desk.page.locator(".item-scroll .notice-warning")).to_contain_text("王小明")


def test_link_of_a_reminder_opens_its_report(desk: Desk) -> None:
    sent = Message(a_person(), [Result(ALBUMIN, "29.70", flag="L")])
    desk.send(desk.house.deliver(sent))
    item = desk.send(desk.house.item(sent.person, ALBUMIN))
    desk.page.goto(f"{desk.origin}{item['view_url']}&token={desk.token()}")
    expect(desk.page.locator("#item .results")).to_contain_text("29.70")
    assert "token" not in desk.page.url


# Deciding


def test_nothing_is_preselected(desk: Desk) -> None:
    arrived(desk, Result(ALBUMIN))
    desk.choose("白蛋白")
    desk.page.click('.decision .choice:has-text("不予认可")')
    assert desk.page.locator(".decision input:checked").count() == 0
    expect(desk.page.locator(".decision-form .primary")).to_be_disabled()


def test_acceptance_yields_the_citation_and_can_be_filed(desk: Desk) -> None:
    sent = arrived(desk, Result(ALBUMIN))
    desk.choose("白蛋白")
    desk.page.click('.decision .choice:has-text("予以认可")')
    citation = desk.page.locator(".citation")
    expect(citation).to_be_visible()
    text = citation.input_value()
    assert all(part in text for part in ("测试第一医院", "2026-11-17", sent.number, "白蛋白"))
    expect(desk.page.locator(".card-decision")).to_have_text("已予以认可")
    desk.page.fill(".filing input >> nth=-1", "门诊病历 20261120")
    desk.page.click('.filing button:has-text("已写入病历")')
    expect(desk.page.locator(".record")).to_contain_text("已记录写入病历")


def test_discretionary_finding_must_be_acknowledged(desk: Desk) -> None:
    arrived(desk, Result(CA125, "12", "U/mL", detection_system="雅培 Alinity i"))
    desk.choose("CA125")
    desk.page.click('.decision .choice:has-text("予以认可")')
    confirm = desk.page.locator(".decision-form .primary")
    expect(confirm).to_be_disabled()
    desk.page.check(".acknowledgment input")
    confirm.click()
    expect(desk.page.locator(".citation")).to_be_visible()


def test_rejection_needs_reason_and_information(desk: Desk) -> None:
    arrived(desk, Result(ALBUMIN))
    desk.choose("白蛋白")
    desk.page.click('.decision .choice:has-text("不予认可")')
    confirm = desk.page.locator(".decision-form .primary")
    desk.page.check('input[name="code"][value="E10"]')
    desk.page.check('input[name="informed"][value="yes"]')
    expect(confirm).to_be_disabled()
    desk.page.fill(".decision-form textarea", "会诊要求")
    confirm.click()
    grounds = desk.page.locator(".citation")
    expect(grounds).to_be_visible()
    assert "四（三）10" in grounds.input_value()
    assert "会诊要求" in grounds.input_value()
    expect(desk.page.locator(".card-decision")).to_have_text("已不予认可")


def test_image_quality_is_no_ground_for_a_laboratory_result(desk: Desk) -> None:
    arrived(desk, Result(ALBUMIN))
    desk.choose("白蛋白")
    desk.page.click('.decision .choice:has-text("不予认可")')
    assert desk.page.locator('input[name="code"]').count() == 9
    assert desk.page.locator('input[value="E06"]').count() == 0


def test_decision_can_be_undone_and_made_again(desk: Desk) -> None:
    arrived(desk, Result(ALBUMIN))
    desk.choose("白蛋白")
    desk.page.click('.decision .choice:has-text("予以认可")')
    desk.page.click('.decision button:has-text("撤销决定")')
    desk.page.fill(".decision-body input", "误点")
    desk.page.click('.decision button:has-text("确认撤销")')
    expect(desk.page.locator(".card-decision")).to_have_text("决定已撤销")
    desk.page.click('.decision .choice:has-text("予以认可")')
    expect(desk.page.locator(".card-decision")).to_have_text("已予以认可")


def test_cancelled_report_cannot_be_accepted(desk: Desk) -> None:
    arrived(desk, Result(ALBUMIN, status="X"), status="X")
    desk.page.click("#quiet-toggle")
    desk.choose("白蛋白")
    expect(desk.page.locator('.decision .choice:has-text("予以认可")').first).to_be_disabled()
    expect(desk.page.locator(".decision")).to_contain_text("不能予以认可")


def test_correction_after_acceptance_is_flagged(desk: Desk) -> None:
    sent = Message(a_person(), [Result(ALBUMIN)])
    desk.send(desk.house.deliver(sent))
    visit = a_visit()
    desk.open()
    desk.arrive(sent.person, visit)
    desk.choose("白蛋白")
    desk.page.click('.decision .choice:has-text("予以认可")')
    expect(desk.page.locator(".citation")).to_be_visible()
    corrected = sent.again(results=[Result(ALBUMIN, "33.0")], status="C")
    desk.send(desk.house.deliver(corrected))
    desk.arrive(sent.person, visit)
    expect(desk.page.locator(".card-decision")).to_contain_text("来源已更正")
    desk.choose("白蛋白")
    expect(desk.page.locator(".decision .notice-changed")).to_contain_text("请复核")
    desk.page.click('summary:has-text("历次版本")')
    expect(desk.page.locator(".versions > li")).to_have_count(2)


def test_correction_before_acceptance_is_refused_in_words(desk: Desk) -> None:
    sent = arrived(desk, Result(ALBUMIN))
    desk.choose("白蛋白")
    desk.send(desk.house.deliver(sent.again(results=[Result(ALBUMIN, "33.0")], status="C")))
    desk.page.click('.decision .choice:has-text("予以认可")')
    expect(desk.page.locator(".decision .notice-warning")).to_contain_text("已更正或撤回")


def test_technical_fault_is_reported_apart(desk: Desk) -> None:
    arrived(desk, Result(ALBUMIN))
    desk.choose("白蛋白")
    desk.page.click(".fault summary")
    desk.page.click(".fault button")
    expect(desk.page.locator(".fault")).to_contain_text("不计为不予认可")


# Images


@pytest.fixture
def examined(desk: Desk, tmp_path: Path) -> Person:
    """A patient with a CT of six slices and its report."""
    person = a_person()
    images = [pelvis_slice(str(generate_uid())) for _ in range(6)]
    study = a_study(tmp_path / "study", person, f"B{person.local_number}", images)
    port = desk.house.ports.dicom_port
    assert port is not None
    assert set(store(study.files, "127.0.0.1", port, f"CT_{UPPER}", TITLE)) == {0}
    desk.send(desk.house.indexed(study.uid, 6))
    desk.house.clock.advance(seconds=121)
    desk.send(desk.house.deliver(imaging(person, "CT-P", study.accession)))
    return person


def drawn_width(desk: Desk) -> int:
    """The width of the picture on screen, in its own pixels."""
    image = desk.page.locator(".viewer-stage img")
    expect(image).to_have_attribute("src", re.compile("^blob:"))
    return int(image.evaluate("image => image.decode().then(() => image.naturalWidth)"))


def test_slices_scroll_by_wheel_and_keys(desk: Desk, examined: Person) -> None:
    desk.open()
    desk.arrive(examined, a_visit())
    desk.page.click(".card")
    position = desk.page.locator(".viewer-position")
    expect(position).to_contain_text("第 1 / 6 幅")
    assert drawn_width(desk) == 16
    desk.page.locator(".viewer-stage").hover()
    desk.page.mouse.wheel(0, 100)
    expect(position).to_contain_text("第 2 / 6 幅")
    desk.page.locator(".viewer-stage").focus()
    desk.page.keyboard.press("ArrowDown")
    expect(position).to_contain_text("第 3 / 6 幅")
    desk.page.keyboard.press("End")
    expect(position).to_contain_text("第 6 / 6 幅")
    desk.page.keyboard.press("ArrowDown")
    expect(position).to_contain_text("第 6 / 6 幅")
    desk.page.keyboard.press("Home")
    expect(position).to_contain_text("第 1 / 6 幅")
    assert drawn_width(desk) == 16
    expect(desk.page.locator(".report-text").first).to_contain_text("未见明显异常")


def test_window_preset_draws_another_picture(desk: Desk, examined: Person) -> None:
    desk.open()
    desk.arrive(examined, a_visit())
    desk.page.click(".card")
    image = desk.page.locator(".viewer-stage img")
    assert drawn_width(desk) == 16
    before = image.get_attribute("src")
    desk.page.click('.preset:has-text("骨")')
    expect(image).not_to_have_attribute("src", str(before))
    assert any("center=400&width=1800" in one.url for one in desk.requests)


def test_addresses_hold_nothing_of_the_patient(desk: Desk, examined: Person) -> None:
    visit = a_visit()
    desk.open()
    desk.arrive(examined, visit)
    desk.page.click(".card")
    assert drawn_width(desk) == 16
    addresses = " ".join(one.url for one in desk.requests) + desk.page.url
    for secret in (examined.resident_id, examined.name, examined.local_number, visit, "token="):
        assert secret not in addresses
    assert RECEIVER not in addresses
