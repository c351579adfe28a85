"""Laboratory clauses, made to pass and to fail through MLLP and the public API."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.city import (
    ALBUMIN,
    ALLIED,
    AMYLASE,
    BLOOD_COUNT,
    BLOOD_COUNT_CODES,
    CA125,
    CA199,
    CEA,
    CHOLESTEROL,
    COUNTY,
    GB_UPPER,
    GLUCOSE,
    HDL,
    LABORATORY,
    LDL,
    LIPIDS,
    NOW,
    OUTSIDER,
    POTASSIUM,
    RECEIVER,
    TOWN,
    TRIGLYCERIDES,
    UNASSESSED,
    UNGRADED,
    UNLISTED,
    UPPER,
    UREA,
    URIC_ACID,
)
from tests.end_to_end.house import House, Json, held, said, verdicts
from tests.end_to_end.messages import Message, Result, a_person, local

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]


async def albumin(house: House, receiver: str = RECEIVER, **message: Any) -> Json:
    """The line for albumin, of which one report is held."""
    person = await held(house, Result(ALBUMIN), **message)
    return await house.item(person, ALBUMIN, receiver=receiver)


# 三（一）, 附件1: SCOPE


async def test_everything_satisfied_is_recognizable(house: House) -> None:
    item = await albumin(house)
    assert (item["outcome"], item["outcome_text"], item["quiet"]) == (
        "RECOGNIZABLE", "可互认", False,
    )  # fmt: skip
    found = verdicts(item)
    satisfied = {code for code, verdict in found.items() if verdict == "satisfied"}
    assert satisfied == {"SCOPE", "COVER", "EQA", "TIER", "WINDOW", "COMPLETE", "STATUS"}
    assert {found[code] for code in found.keys() - satisfied} == {"not_applicable"}
    assert found.keys() >= {"ALLIANCE", "SYSTEM", *(f"E{n:02}" for n in range(1, 11))}
    assert said(item, "SCOPE") == (
        "三（一）",
        "satisfied",
        "项目在现行互认项目清单（zhejiang_2021）内。",
    )


async def test_item_outside_the_list_is_never_accepted(house: House) -> None:
    person = await held(house, Result(UNLISTED))
    item = await house.item(person, UNLISTED)
    assert item["outcome"] == "NOT_RECOGNIZABLE"
    assert said(item, "SCOPE")[:2] == ("三（一）", "violated")
    assert UNLISTED in said(item, "SCOPE")[2]
    refused = await house.accept(item, *verdicts(item))
    assert refused.status_code == 409
    assert refused.json()["details"]["findings"] == ["SCOPE"]


async def test_own_local_code_orders_the_mapped_item(house: House) -> None:
    person = await held(house, local("ALB"))
    item = await house.item(person, {"local_code": "OWN-ALB"})
    assert (item["item"]["code"], item["outcome"]) == (ALBUMIN, "RECOGNIZABLE")


async def test_unmapped_code_is_in_no_reminder(house: House) -> None:
    person = await held(house, local("MYSTERY"))
    assert (await house.remind(person))["items"] == []
    assert (await house.remind(person, {"local_code": "MYSTERY"}))["items"] == []


# 附件1: COVER


async def test_dipstick_glucose_is_no_serum_glucose(house: House) -> None:
    person = await held(house, local("UGLU", value="阴性", unit="", value_type="ST"))
    assert (await house.remind(person, GLUCOSE))["items"] == []


async def test_single_item_is_covered_by_a_panel_held(house: House) -> None:
    fats = [Result(code) for code in (CHOLESTEROL, TRIGLYCERIDES, HDL, LDL)]
    person = await held(house, *fats)
    item = await house.item(person, HDL)
    assert (item["outcome"], item["coverage"]["kind"]) == ("RECOGNIZABLE", "full")
    assert said(item, "COVER") == ("附件1", "satisfied", "项目内容齐全。")


async def test_panel_is_assembled_from_two_reports(house: House) -> None:
    person = a_person()
    await house.deliver(
        Message(person, [Result(CHOLESTEROL), Result(TRIGLYCERIDES)]),
        Message(person, [Result(HDL), Result(LDL)], sender=GB_UPPER, codec="gb18030"),
    )
    item = await house.item(person, LIPIDS)
    assert item["outcome"] == "RECOGNIZABLE"
    assert [each["institution"] for each in item["reports"]] == [UPPER, GB_UPPER]
    assert said(item, "COVER")[1:] == (
        "satisfied", "组合内项目齐全：总胆固醇、甘油三酯、高密度脂蛋白胆固醇、低密度脂蛋白胆固醇。",
    )  # fmt: skip


async def test_panel_covered_in_part_names_the_residual_order(house: House) -> None:
    person = await held(house, Result(CHOLESTEROL), Result(HDL), Result(LDL))
    item = await house.item(person, LIPIDS)
    assert item["outcome"] == "DISCRETIONARY"
    assert item["coverage"]["kind"] == "partial"
    assert item["coverage"]["missing"] == ["甘油三酯"]
    assert said(item, "COVER")[1] == "discretionary"
    assert "尚缺：甘油三酯" in said(item, "COVER")[2]
    assert (await house.accept(item)).status_code == 409
    assert (await house.accept(item, "COVER")).status_code == 200


async def test_panel_takes_the_worst_of_the_parts_used(house: House) -> None:
    """Each component keeps its own findings; one too old is left to be ordered."""
    person = a_person()
    old = {"collected": NOW - timedelta(days=31)}
    await house.deliver(
        Message(person, [Result(CHOLESTEROL), Result(HDL), Result(LDL)]),
        Message(person, [Result(TRIGLYCERIDES)], **old),
    )
    item = await house.item(person, LIPIDS)
    assert (item["outcome"], item["coverage"]["missing"]) == ("DISCRETIONARY", ["甘油三酯"])
    used = {row["component"]: row["used"] for row in item["results"]}
    assert used["甘油三酯"] is False
    assert used["总胆固醇"] is True


async def test_nothing_covered_is_no_line(house: House) -> None:
    person = await held(house, Result(ALBUMIN))
    assert (await house.remind(person, LIPIDS))["items"] == []


async def test_whole_blood_count_of_one_report_is_recognizable(house: House) -> None:
    person = await held(house, *(local(code) for code in (*BLOOD_COUNT_CODES, "EXTRA")))
    item = await house.item(person, BLOOD_COUNT)
    assert (item["outcome"], said(item, "COVER")[1]) == ("RECOGNIZABLE", "satisfied")


async def test_blood_count_of_two_reports_is_not(house: House) -> None:
    person = a_person()
    await house.deliver(
        Message(person, [local(code) for code in BLOOD_COUNT_CODES[1:]]),
        Message(person, [local(BLOOD_COUNT_CODES[0])]),
    )
    item = await house.item(person, BLOOD_COUNT)
    assert item["outcome"] == "NOT_RECOGNIZABLE"
    assert said(item, "COVER") == (
        "附件1",
        "violated",
        "须由同一份报告完整提供，缺少：白细胞计数。",
    )


# 二（一）: EQA


@pytest.mark.parametrize(
    ("code", "verdict", "words"),
    [
        (ALBUMIN, "satisfied", "持有有效的室间质评合格结果"),
        (GLUCOSE, "violated", "不合格"),
        (UREA, "violated", "暂停"),
        (URIC_ACID, "violated", "没有该项目的室间质评合格结果"),
    ],
)
async def test_assessment_of_the_performing_laboratory_decides(
    house: House, code: str, verdict: str, words: str
) -> None:
    item = await house.item(await held(house, Result(code)), code)
    assert said(item, "EQA")[:2] == ("二（一）", verdict)
    assert words in said(item, "EQA")[2]
    assert item["outcome"] == ("RECOGNIZABLE" if verdict == "satisfied" else "NOT_RECOGNIZABLE")


async def test_laboratory_without_any_assessment_is_undetermined(house: House) -> None:
    item = await albumin(house, sender=UNASSESSED)
    assert (item["outcome"], said(item, "EQA")[1]) == ("UNDETERMINED", "unknown")
    assert item["quiet"] is True


@pytest.mark.parametrize(("day", "verdict"), [(10, "satisfied"), (11, "violated")])
async def test_assessment_must_be_valid_on_the_day_of_collection(
    house: House, day: int, verdict: str
) -> None:
    collected = NOW.replace(day=day)
    item = await house.item(await held(house, Result(AMYLASE), collected=collected), AMYLASE)
    assert said(item, "EQA")[1] == verdict


# 二（二）: TIER, 二（三）: ALLIANCE


@pytest.mark.parametrize(
    ("source", "receiver", "verdict"),
    [
        (UPPER, RECEIVER, "satisfied"),
        (UPPER, TOWN, "satisfied"),
        (GB_UPPER, RECEIVER, "satisfied"),
        (LABORATORY, RECEIVER, "satisfied"),
        (COUNTY, TOWN, "satisfied"),
        (UNGRADED, TOWN, "satisfied"),
        (COUNTY, RECEIVER, "violated"),
        (UNGRADED, RECEIVER, "violated"),
    ],
)
async def test_recognition_is_directed_by_tier(
    house: House, source: str, receiver: str, verdict: str
) -> None:
    item = await albumin(house, receiver, sender=source)
    assert said(item, "TIER")[:2] == ("二（二）", verdict)
    assert item["outcome"] == ("RECOGNIZABLE" if verdict == "satisfied" else "NOT_RECOGNIZABLE")


async def test_lower_source_counts_as_upper_where_a_laboratory_did_the_test(house: House) -> None:
    person = await held(
        house, Result(ALBUMIN, performer=LABORATORY), Result(POTASSIUM), sender=COUNTY
    )
    answer = await house.remind(person, ALBUMIN, POTASSIUM)
    outsourced, own = answer["items"]
    assert said(outsourced, "TIER")[1:] == (
        "satisfied", f"该项目由符合要求的独立第三方医学检测机构{LABORATORY}检测。",
    )  # fmt: skip
    assert outsourced["report"]["performed_by"] == sorted([LABORATORY, COUNTY])
    assert said(own, "TIER")[1] == "violated"


async def test_laboratory_without_a_pass_for_the_item_does_not_lift_the_source(
    house: House,
) -> None:
    item = await house.item(
        await held(house, Result(ALBUMIN, performer=OUTSIDER), sender=COUNTY), ALBUMIN
    )
    assert said(item, "TIER")[1:] == (
        "violated", f"独立第三方医学检测机构{OUTSIDER}未通过该项目室间质评。"
    )  # fmt: skip
    assert said(item, "EQA")[1] == "violated"


async def test_alliance_replaces_the_tier_and_nothing_else(house: House) -> None:
    item = await albumin(house, sender=ALLIED)
    assert item["outcome"] == "RECOGNIZABLE"
    assert said(item, "ALLIANCE") == ("二（三）", "satisfied", "双方同属一个医联体或医共体（A1）。")
    assert said(item, "TIER")[1] == "not_applicable"
    late = await albumin(house, sender=ALLIED, collected=NOW - timedelta(days=31))
    assert (late["outcome"], said(late, "WINDOW")[1]) == ("NOT_RECOGNIZABLE", "violated")


# 四（一）: WINDOW


@pytest.mark.parametrize(
    ("days", "verdict", "sentence"),
    [
        (30, "satisfied", "采样时间为2026-10-21，距今30天，在30天内。"),
        (31, "violated", "采样时间为2026-10-20，距今31天，超过30天。"),
    ],
)
async def test_thirty_days_are_recognizable_and_thirty_one_are_not(
    house: House, days: int, verdict: str, sentence: str
) -> None:
    late_that_evening = (NOW - timedelta(days=days)).replace(hour=23, minute=59)
    item = await albumin(house, collected=late_that_evening)
    assert said(item, "WINDOW") == ("四（一）", verdict, sentence)
    assert item["outcome"] == ("RECOGNIZABLE" if days == 30 else "NOT_RECOGNIZABLE")
    early_that_day = late_that_evening.replace(hour=0, minute=0)
    again = await albumin(house, collected=early_that_day)
    assert said(again, "WINDOW")[1] == verdict


async def test_time_in_the_future_is_violated(house: House) -> None:
    item = await albumin(house, collected=NOW + timedelta(hours=1))
    assert said(item, "WINDOW")[1:] == ("violated", "采样时间为2026-11-20，晚于当前时间。")
    assert item["outcome"] == "NOT_RECOGNIZABLE"


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ({"collected": None, "received": NOW - timedelta(days=4)}, "标本接收时间为2026-11-16"),
        ({"collected": None}, "首次报告时间为2026-11-18"),
    ],
)
async def test_fallback_of_the_anchor_is_named(
    house: House, times: dict[str, datetime | None], words: str
) -> None:
    item = await albumin(house, **times)
    clause, verdict, sentence = said(item, "WINDOW")
    assert (clause, verdict) == ("四（一）", "satisfied")
    assert sentence.startswith(words)
    (finding,) = (each for each in item["findings"] if each["code"] == "WINDOW")
    assert finding["facts"]["fallback"] is True


async def test_report_without_any_date_is_undetermined_but_shown(house: House) -> None:
    item = await albumin(house, collected=None, issued=None)
    assert item["outcome"] == "UNDETERMINED"
    assert said(item, "WINDOW")[1:] == ("unknown", "没有可用于计算时限的日期（时限30天）。")


async def test_corrected_issue_does_not_extend_the_period(house: House) -> None:
    person = a_person()
    first = Message(
        person, [Result(ALBUMIN)], collected=None, issued=NOW - timedelta(days=31),
        at=NOW - timedelta(days=31),
    )  # fmt: skip
    again = first.again(
        results=[Result(ALBUMIN, "41.0", status="C")], status="C", issued=NOW - timedelta(days=1)
    )
    await house.deliver(first, again)
    item = await house.item(person, ALBUMIN)
    assert item["report"]["version"] == 2
    assert said(item, "WINDOW")[1:] == (
        "violated", "首次报告时间为2026-10-20，距今31天，超过30天。"
    )  # fmt: skip


async def test_result_beyond_the_look_back_is_absent(house: House) -> None:
    person = await held(
        house, Result(ALBUMIN), collected=NOW - timedelta(days=181), issued=NOW - timedelta(180)
    )
    assert (await house.remind(person, ALBUMIN))["items"] == []


# 三（二）, 四（一）: COMPLETE


async def test_report_without_a_value_is_violated(house: House) -> None:
    item = await house.item(await held(house, Result(ALBUMIN, value="")), ALBUMIN)
    assert said(item, "COMPLETE") == ("四（一）", "violated", "报告没有结果数值。")


# 附件1 备注: SYSTEM


@pytest.mark.parametrize(
    ("code", "system", "outcome", "verdict", "words"),
    [
        (CEA, "任意系统", "RECOGNIZABLE", "satisfied", "已标注检测系统"),
        (CEA, "", "NOT_RECOGNIZABLE", "violated", "该项目须标注检测系统，报告未标注。"),
        (CA125, "罗氏 Cobas e801", "RECOGNIZABLE", "satisfied", "检测系统与本机构相同"),
        (CA125, "Roche cobas e 801", "RECOGNIZABLE", "satisfied", "检测系统与本机构相同"),
        (CA125, "Roche^cobas e 801", "RECOGNIZABLE", "satisfied", "检测系统与本机构相同"),
        (CA125, "雅培 Alinity", "DISCRETIONARY", "discretionary", "不同，请酌情"),
        (CA125, "", "NOT_RECOGNIZABLE", "violated", "报告未标注"),
        (CA199, "罗氏 Cobas e801", "DISCRETIONARY", "discretionary", "本机构的检测系统未登记"),
    ],
)
async def test_tumor_marker_states_its_detection_system(
    house: House, code: str, system: str, outcome: str, verdict: str, words: str
) -> None:
    item = await house.item(await held(house, Result(code, detection_system=system)), code)
    assert said(item, "SYSTEM")[:2] == ("附件1 备注", verdict)
    assert words in said(item, "SYSTEM")[2]
    assert item["outcome"] == outcome


# 四（一）: STATUS


@pytest.mark.parametrize(
    ("order", "result", "words"),
    [
        ("P", "P", "初步报告"),
        ("I", "F", "已登记"),
        ("X", "F", "已取消"),
        ("F", "P", "初步报告"),
        ("F", "W", "患者有误"),
    ],
)
async def test_report_that_is_not_final_is_never_accepted(
    house: House, order: str, result: str, words: str
) -> None:
    item = await house.item(
        await held(house, Result(ALBUMIN, status=result), status=order), ALBUMIN
    )
    assert said(item, "STATUS")[:2] == ("四（一）", "violated")
    assert words in said(item, "STATUS")[2]
    refused = await house.accept(item, "STATUS")
    assert refused.status_code == 409
    assert refused.json()["details"]["findings"] == ["STATUS"]


@pytest.mark.parametrize("processing", ["T", "D"])
async def test_test_traffic_is_never_a_candidate(house: House, processing: str) -> None:
    person = await held(house, Result(ALBUMIN), processing=processing)
    answer = await house.remind(person, ALBUMIN)
    assert (answer["items"], answer["patient_match"]) == ([], "none")


async def test_own_results_are_not_offered(house: House) -> None:
    person = await held(house, Result(ALBUMIN), sender=RECEIVER)
    assert (await house.remind(person, ALBUMIN))["items"] == []
