"""The ten exceptions and what is quiet, through MLLP and the public API."""

from datetime import timedelta

import pytest

from tests.end_to_end.city import (
    ALBUMIN,
    BLOOD_COUNT,
    BLOOD_COUNT_CODES,
    NOW,
    POTASSIUM,
    TOTAL_PROTEIN,
)
from tests.end_to_end.house import House, Json, held, said, verdicts
from tests.end_to_end.messages import Message, Result, a_person, local

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]


# 四（三）: the ten exceptions


@pytest.mark.parametrize("number", [1, 2, 3, 7, 8, 9])
async def test_declared_exception_is_established(house: House, number: int) -> None:
    person = await held(house, Result(TOTAL_PROTEIN))
    code = f"E{number:02}"
    item = await house.item(person, {"item_code": TOTAL_PROTEIN, "declared": [{"code": code}]})
    assert (item["outcome"], item["quiet"]) == ("EXEMPT", False)
    assert said(item, code) == (f"四（三）{number}", "established", "医生已援引。")
    assert verdicts(item)["WINDOW"] == "satisfied"
    without = await house.item(person, TOTAL_PROTEIN)
    assert (without["outcome"], said(without, code)[1]) == ("RECOGNIZABLE", "not_applicable")


@pytest.mark.parametrize("code", ["E04", "E05"])
async def test_doubt_about_a_result_needs_it_viewed(house: House, code: str) -> None:
    person = await held(house, Result(ALBUMIN))
    order = {"item_code": ALBUMIN, "declared": [{"code": code}]}
    visit = {"id": f"VIEW-{code}"}
    item = await house.item(person, order, visit=visit)
    assert (item["outcome"], said(item, code)[1:]) == (
        "RECOGNIZABLE", ("hint", "请先查看原结果再援引。")
    )  # fmt: skip
    rejection = {"code": code, "text": None, "informed": True}
    assert (await house.act(item, "reject", rejection)).status_code == 409
    viewed = await house.act(item, "view", {"report": item["report"]["id"], "what": "report"})
    assert viewed.status_code == 200
    again = await house.item(person, order, visit=visit)
    assert (again["outcome"], said(again, code)[1]) == ("EXEMPT", "established")
    assert (await house.act(again, "reject", rejection)).status_code == 200


async def test_image_quality_is_no_ground_for_laboratory_items(house: House) -> None:
    order = {"item_code": ALBUMIN, "declared": [{"code": "E06"}]}
    item = await house.item(await held(house, Result(ALBUMIN)), order)
    assert said(item, "E06") == ("四（三）6", "not_applicable", "仅适用于医学影像检查。")
    assert item["outcome"] == "RECOGNIZABLE"


async def test_other_ground_must_be_put_into_words(house: House) -> None:
    person = await held(house, Result(ALBUMIN))
    silent = await house.item(person, {"item_code": ALBUMIN, "declared": [{"code": "E10"}]})
    assert (silent["outcome"], said(silent, "E10")[1:]) == (
        "RECOGNIZABLE", ("hint", "须写明具体情形。")
    )  # fmt: skip
    spoken = {"code": "E10", "text": "科研随访要求"}
    item = await house.item(person, {"item_code": ALBUMIN, "declared": [spoken]})
    assert (item["outcome"], said(item, "E10")[:2]) == ("EXEMPT", ("四（三）10", "established"))


@pytest.mark.parametrize(
    ("visit", "outcome", "sentence"),
    [
        ({"rescue": True}, "EXEMPT", "患者处于抢救状态。"),
        ({"triage": 1}, "EXEMPT", "分诊级别为1级。"),
        ({"triage": 2}, "EXEMPT", "分诊级别为2级。"),
        ({"triage": 3}, "RECOGNIZABLE", "未援引。"),
        ({"class": "emergency"}, "EXEMPT", "本次为急诊就诊。"),
        ({"class": "inpatient"}, "RECOGNIZABLE", "未援引。"),
    ],
)
async def test_emergency_is_known_from_the_visit(
    house: House, visit: Json, outcome: str, sentence: str
) -> None:
    person = await held(house, Result(ALBUMIN))
    item = await house.item(person, ALBUMIN, visit=visit)
    assert (item["outcome"], said(item, "E07")[0], said(item, "E07")[2]) == (
        outcome, "四（三）7", sentence,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("purpose", "sentence"),
    [
        ("forensic", "就诊目的为司法鉴定。"),
        ("disability", "就诊目的为伤残鉴定。"),
        ("retirement", "就诊目的为病退鉴定。"),
        ("treatment", "未援引。"),
    ],
)
async def test_appraisal_is_known_from_the_purpose(
    house: House, purpose: str, sentence: str
) -> None:
    person = await held(house, Result(ALBUMIN))
    item = await house.item(person, ALBUMIN, visit={"purpose": purpose})
    assert said(item, "E09")[2] == sentence
    assert item["outcome"] == ("RECOGNIZABLE" if purpose == "treatment" else "EXEMPT")


async def test_blood_request_exempts_what_transfusion_needs_and_hints_at_the_rest(
    house: House,
) -> None:
    person = await held(house, *(local(code) for code in BLOOD_COUNT_CODES), Result(ALBUMIN))
    answer = await house.remind(person, BLOOD_COUNT, ALBUMIN, context={"blood_request": True})
    count_, other = answer["items"]
    assert (count_["outcome"], said(count_, "E03")) == (
        "EXEMPT", ("四（三）3", "established", "已申请用血。")
    )  # fmt: skip
    assert (other["outcome"], said(other, "E03")[1]) == ("RECOGNIZABLE", "hint")


async def test_violation_outweighs_an_exception(house: House) -> None:
    person = await held(house, Result(ALBUMIN), collected=NOW - timedelta(days=31))
    rescue = await house.item(person, ALBUMIN, visit={"rescue": True})
    assert rescue["outcome"] == "NOT_RECOGNIZABLE"
    assert said(rescue, "E07")[1] == "established"


# 一（一） 提醒精准: quiet, and critical values first


async def test_what_cannot_be_recognized_is_quiet_except_in_an_emergency(house: House) -> None:
    person = await held(house, Result(ALBUMIN), collected=NOW - timedelta(days=31))
    assert (await house.item(person, ALBUMIN))["quiet"] is True
    assert (await house.item(person, ALBUMIN, visit={"class": "emergency"}))["quiet"] is False


async def test_critical_value_is_never_quiet_and_comes_first(house: House) -> None:
    old = {"collected": NOW - timedelta(days=31)}
    person = a_person()
    await house.deliver(
        Message(person, [Result(ALBUMIN)]),
        Message(person, [Result(POTASSIUM, "7.9", "mmol/L", flag="HH")], **old),
    )
    first, second = (await house.remind(person, ALBUMIN, POTASSIUM))["items"]
    assert (first["item"]["code"], first["critical"], first["quiet"]) == (POTASSIUM, True, False)
    assert first["results"][0]["flags"] == ["HH"]
    assert (second["item"]["code"], second["critical"]) == (ALBUMIN, False)
