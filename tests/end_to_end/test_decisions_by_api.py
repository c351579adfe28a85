"""From the message to the decision and its figures, on both databases, through the ports."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from gateway.canonical.recognition import TRANSITIONS, DecisionAct, DecisionState
from gateway.security.roles import Role
from gateway.storage.tables import outbox
from tests.end_to_end.city import (
    ALBUMIN,
    COUNTY,
    GB_UPPER,
    NOW,
    OTHER_RECEIVER,
    RECEIVER,
    TOTAL_PROTEIN,
    TOWN,
    UPPER,
)
from tests.end_to_end.house import House, Json, open_house, said
from tests.end_to_end.messages import Message, Person, Result, a_person

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]
_visits = count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A listening gateway on the small city, once on each database."""
    changes: Json = {}
    if request.param == "postgresql":
        changes["database_url"] = request.getfixturevalue("postgres_url")
    async with open_house(tmp_path_factory.mktemp("house"), **changes) as opened:
        yield opened


async def offered(house: House, **settings: Any) -> tuple[Message, Json]:
    """A report of albumin, and the line that offers it."""
    message = Message(a_person(), [Result(ALBUMIN)])
    await house.deliver(message)
    visit = {"id": f"DEC-{next(_visits)}"}
    return message, await house.item(message.person, ALBUMIN, visit=visit, **settings)


# 四（二）: acceptance


async def test_acceptance_gives_the_citation_block(house: House) -> None:
    message, item = await offered(house)
    answer = await house.accept(item)
    assert answer.status_code == 200
    block = answer.json()
    report = item["report"]
    day = f"{NOW - timedelta(days=3):%Y-%m-%d}"
    assert block["text"] == (
        f"互认项目：白蛋白。机构名称：测试第一医院；采样日期：{day}；档案号：{message.number}；"
        f"报告编号：{report['id']}（第1版）。"
    )
    assert block["reports"] == [
        {
            "id": report["id"], "version": 1, "institution": UPPER,
            "institution_name": "测试第一医院", "date": day, "file_number": message.number,
        }
    ]  # fmt: skip


async def test_every_finding_that_speaks_against_is_acknowledged(house: House) -> None:
    person = a_person()
    await house.deliver(
        Message(person, [Result(ALBUMIN)], sender=COUNTY, collected=NOW - timedelta(days=31))
    )
    item = await house.item(person, ALBUMIN)
    for given, missing in (((), ["TIER", "WINDOW"]), (("WINDOW",), ["TIER"])):
        refused = await house.accept(item, *given)
        assert refused.status_code == 409
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["details"]["findings"] == missing
    assert (await house.accept(item, "WINDOW", "TIER")).status_code == 200


async def test_acceptance_names_the_versions_that_were_offered(house: House) -> None:
    _, item = await offered(house)
    for reports in ([], [{"id": item["report"]["id"], "version": 2}], [{"id": "x", "version": 1}]):
        refused = await house.act(item, "accept", {"acknowledged": [], "reports": reports})
        assert refused.status_code == 409


async def test_corrected_version_is_not_accepted_unseen(house: House) -> None:
    message, item = await offered(house)
    await house.deliver(message.again(results=[Result(ALBUMIN, "30", status="C")], status="C"))
    refused = await house.accept(item)
    assert refused.status_code == 409
    assert refused.json()["details"]["reports"] == [item["report"]["id"]]
    again = await house.item(message.person, ALBUMIN)
    assert (again["report"]["version"], again["results"][0]["value"]) == (2, "30")
    assert (await house.accept(again)).status_code == 200


# 四（二）: rejection


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": "E08", "text": None, "informed": True}, 200),
        ({"code": "E08", "informed": False}, 200),
        ({"code": "E08", "text": None}, 422),
        ({"code": "E11", "text": "x", "informed": True}, 422),
        ({"text": "没有理由", "informed": True}, 422),
        ({"code": "E10", "text": None, "informed": True}, 422),
        ({"code": "E10", "text": "  ", "informed": True}, 422),
        ({"code": "E10", "text": "会诊要求", "informed": True}, 200),
        ({"code": "E06", "text": None, "informed": True}, 422),
    ],
)
async def test_rejection_needs_a_ground_and_whether_somebody_was_informed(
    house: House, body: Json, status: int
) -> None:
    _, item = await offered(house)
    answer = await house.act(item, "reject", body)
    assert answer.status_code == status, answer.text
    if status == 200:
        told = "已充分告知患者或家属" if body["informed"] else "尚未告知患者或家属"
        assert answer.json()["text"].startswith("复查依据：四（三）")
        assert told in answer.json()["text"]
    else:
        assert (await house.accept(item)).status_code == 200  # nothing was decided


# The state table


ACTS: dict[DecisionAct, Any] = {
    DecisionAct.ACCEPT: lambda house, item: house.accept(item),
    DecisionAct.REJECT: lambda house, item: house.act(
        item, "reject", {"code": "E08", "text": None, "informed": True}
    ),
    DecisionAct.UNDO: lambda house, item: house.act(item, "undo", {"reason": "点错"}),
}
PATHS = {
    DecisionState.OPEN: (),
    DecisionState.ACCEPTED: (DecisionAct.ACCEPT,),
    DecisionState.REJECTED: (DecisionAct.REJECT,),
    DecisionState.UNDONE: (DecisionAct.ACCEPT, DecisionAct.UNDO),
}


@pytest.mark.parametrize("act", list(DecisionAct))
@pytest.mark.parametrize("state", list(DecisionState))
async def test_every_act_in_every_state_follows_the_table(
    house: House, state: DecisionState, act: DecisionAct
) -> None:
    message = Message(a_person(), [Result(ALBUMIN)])
    await house.deliver(message)
    visit = {"id": f"STATE-{state}-{act}"}
    item = await house.item(message.person, ALBUMIN, visit=visit)
    for step in PATHS[state]:
        assert (await ACTS[step](house, item)).status_code == 200
    following = TRANSITIONS.get((state, act))
    answer = await ACTS[act](house, item)
    assert answer.status_code == (200 if following else 409)
    seen = (await house.item(message.person, ALBUMIN, visit=visit))["decision"]
    stands = following or state
    decided = {DecisionState.ACCEPTED, DecisionState.REJECTED}
    assert seen == ({"state": stands, "changed": False} if stands in decided else None)


async def test_decision_holds_for_the_whole_visit_and_for_no_other(house: House) -> None:
    message = Message(a_person(), [Result(ALBUMIN)])
    await house.deliver(message)
    visit = {"id": "WHOLE-VISIT"}
    first = await house.item(message.person, ALBUMIN, visit=visit)
    assert (await house.accept(first)).status_code == 200
    second = await house.item(message.person, ALBUMIN, visit=visit)
    assert second["key"] == first["key"]
    assert (await house.accept(second)).status_code == 409
    elsewhere = await house.item(message.person, ALBUMIN)
    assert elsewhere["decision"] is None
    assert (await house.accept(elsewhere)).status_code == 200


# Viewing and citing


async def test_report_and_explanation_are_read_after_the_offer_alone(house: House) -> None:
    message, item = await offered(house)
    path = f"/api/v1/reports/{item['report']['id']}"
    shown = (await house.get(path)).json()
    assert shown["results"][0]["value"] == "42.0"
    assert shown["patient"]["name"] == message.person.name
    assert (await house.get(path, OTHER_RECEIVER)).status_code == 403
    assert (await house.get(path, UPPER)).status_code == 200  # its own report
    versions = (await house.get(f"{path}/versions")).json()["versions"]
    assert [each["version"] for each in versions] == [1]
    explained = await house.get(f"/api/v1/determinations/{item['determination_id']}")
    assert explained.status_code == 200
    window = next(each for each in explained.json()["findings"] if each["code"] == "WINDOW")
    parameters = {each["name"]: each for each in window["parameters"]}
    assert parameters["window_days"]["value"] == 30
    assert parameters["window_days"]["valid_from"] == "2021-10-14"
    foreign = await house.get(f"/api/v1/determinations/{item['determination_id']}", OTHER_RECEIVER)
    assert foreign.status_code == 404


async def test_only_what_was_offered_counts_as_viewed(house: House) -> None:
    _, item = await offered(house)
    other = await house.act(item, "view", {"report": "0" * 32, "what": "report"})
    assert other.status_code == 422
    sideways = await house.act(item, "view", {"report": item["report"]["id"], "what": "gossip"})
    assert sideways.status_code == 422


async def test_only_an_accepted_result_is_cited(house: House) -> None:
    _, item = await offered(house)
    assert (await house.act(item, "cite", {"filed_as": "病程记录"})).status_code == 409
    assert (await house.accept(item)).status_code == 200
    assert (await house.act(item, "cite", {"filed_as": "病程记录"})).status_code == 200


async def test_technical_fault_is_told_to_the_source_and_is_no_rejection(house: House) -> None:
    _, item = await offered(house)
    before = len(await house.rows(outbox))
    told = await house.act(item, "fault", {"kind": "report", "text": "打不开"})
    assert told.status_code == 200
    notices = await house.rows(outbox)
    assert (len(notices), notices[-1].kind) == (before + 1, "technical_fault")
    assert UPPER in {each.institution for each in notices}
    assert (await house.accept(item)).status_code == 200


# Corrections of what somebody relied on


@pytest.mark.parametrize(("status", "word"), [("C", "corrected"), ("X", "cancelled")])
async def test_change_of_an_accepted_report_is_flagged_and_told(
    house: House, status: str, word: str
) -> None:
    message = Message(a_person(), [Result(ALBUMIN)])
    await house.deliver(message)
    visit = {"id": f"CHANGED-{status}"}
    item = await house.item(message.person, ALBUMIN, visit=visit)
    assert (await house.accept(item)).status_code == 200
    before = len(await house.rows(outbox))
    await house.deliver(message.again(results=[Result(ALBUMIN, "30", status="C")], status=status))
    again = await house.item(message.person, ALBUMIN, visit=visit)
    assert again["decision"] == {"state": "accepted", "changed": True}
    assert again["quiet"] is False
    notice = (await house.rows(outbox))[before]
    assert (notice.kind, notice.institution) == ("relied_report_changed", RECEIVER)
    sealer = house.gateway.sealer
    content = sealer.open_record("outbox", notice.outbox_id, dict[str, Any], notice.content_sealed)
    assert (content["status"], content["practitioner"]) == (word, "王医生")


async def test_report_moved_to_another_patient_is_withdrawn_from_the_first(house: House) -> None:
    message = Message(a_person(), [Result(ALBUMIN)])
    await house.deliver(message)
    visit = {"id": "MOVED"}
    item = await house.item(message.person, ALBUMIN, visit=visit)
    assert (await house.accept(item)).status_code == 200
    other = a_person()
    await house.deliver(message.again(person=other))
    flagged = await house.item(message.person, ALBUMIN, visit=visit, receiver=RECEIVER)
    assert flagged["decision"]["changed"] is True
    assert (flagged["outcome"], flagged["quiet"]) == ("NOT_RECOGNIZABLE", False)
    assert said(flagged, "STATUS")[2] == "报告状态为“患者有误”，不是正式报告。"
    assert [each["value"] for each in flagged["results"]] == [""]
    shown = (await house.get(f"/api/v1/reports/{item['report']['id']}")).json()
    assert (shown["status"], shown["results"], shown["patient"]) == ("wrong_patient", [], None)
    assert (await house.item(other, ALBUMIN))["outcome"] == "RECOGNIZABLE"


async def test_late_older_message_changes_nothing_for_the_physician(house: House) -> None:
    message, item = await offered(house)
    assert (await house.accept(item)).status_code == 200
    late = message.again(
        at=NOW - timedelta(days=4), issued=NOW - timedelta(days=4),
        results=[Result(ALBUMIN, "99", status="P")], status="P",
    )  # fmt: skip
    await house.deliver(late)
    again = await house.item(message.person, ALBUMIN)
    assert (again["report"]["version"], again["results"][0]["value"]) == (1, "42.0")


# Patients


@pytest.mark.parametrize("name", ["王小明", "和珅", "王玘", "焅瑍", "𠮷田·买买提"])
async def test_both_charsets_give_one_name_everywhere(house: House, name: str) -> None:
    person = a_person(name)
    utf8 = Message(person, [Result(ALBUMIN)])
    gb = Message(person, [Result(TOTAL_PROTEIN)], sender=GB_UPPER, codec="gb18030")
    await house.deliver(utf8, gb)
    answer = await house.remind(person, ALBUMIN, TOTAL_PROTEIN)
    assert [each["report"]["institution"] for each in answer["items"]] == [UPPER, GB_UPPER]
    shown = [
        (await house.get(f"/api/v1/reports/{each['report']['id']}")).json()["patient"]["name"]
        for each in answer["items"]
    ]
    assert shown == [name, name]


async def test_patient_is_found_by_exact_number_only(house: House) -> None:
    person = a_person()
    await house.deliver(Message(person, [Result(ALBUMIN)]))
    namesake = Person(a_person().resident_id, person.name)
    answer = await house.remind(namesake, ALBUMIN)
    assert (answer["patient_match"], answer["items"]) == ("none", [])
    assert (await house.remind(person, ALBUMIN))["patient_match"] == "exact"


async def test_number_of_fifteen_digits_finds_the_same_patient(house: House) -> None:
    person = a_person()
    await house.deliver(Message(person, [Result(ALBUMIN)]))
    old_form = Person(person.resident_id[:6] + person.resident_id[8:17], person.name)
    assert (await house.remind(old_form, ALBUMIN))["patient_match"] == "exact"


async def test_local_number_counts_at_its_own_institution_only(house: House) -> None:
    person = a_person()
    own = Message(person, [Result(ALBUMIN)], sender=RECEIVER)
    await house.deliver(own, Message(person, [Result(ALBUMIN)]))
    asked = {"identifiers": [{"type": "MR", "value": person.local_number}]}
    found = await house.remind(person, ALBUMIN, patient=asked)
    assert (found["patient_match"], len(found["items"])) == ("exact", 1)
    elsewhere = await house.remind(person, ALBUMIN, receiver=OTHER_RECEIVER, patient=asked)
    assert elsewhere["patient_match"] == "none"


# 一（一）, 八（三）: the figures


async def figures(house: House) -> dict[str, Json]:
    """The indicators of the town's hospital, as itself sees them."""
    today = f"{NOW:%Y-%m-%d}"
    answer = await house.get(
        "/api/v1/statistics/summary", TOWN, Role.HOSPITAL, start=today, end=today
    )
    assert answer.status_code == 200, answer.text
    (group,) = answer.json()["groups"]
    return {each["name"]: each for each in group["indicators"]}


async def test_statistics_move_with_what_the_physician_does(house: House) -> None:
    empty = await figures(house)
    assert empty["recognition_rate"]["value"] is None
    assert empty["recognition_rate"]["not_computed"]
    message = Message(a_person(), [Result(ALBUMIN)])
    await house.deliver(message)
    item = await house.item(message.person, ALBUMIN, visit={"id": "COUNTED"}, receiver=TOWN)
    for _ in range(2):  # shown twice counts once
        assert (await house.act(item, "shown", {}, TOWN)).status_code == 200
    shown = await figures(house)
    assert _rate(shown, "reminder_view_rate") == (0, 1)
    viewed = {"report": item["report"]["id"], "what": "report"}
    assert (await house.act(item, "view", viewed, TOWN)).status_code == 200
    assert (await house.accept(item, receiver=TOWN)).status_code == 200
    accepted = await figures(house)
    assert _rate(accepted, "reminder_view_rate") == (1, 1)
    assert _rate(accepted, "first_reminder_view_rate") == (1, 1)
    assert _rate(accepted, "recognition_rate") == (1, 1)
    assert accepted["savings"]["value"] == "0.00"
    assert accepted["savings"]["unpriced"] == 1
    for name in ("diagnostic_concordance_rate", "non_adherence_rate"):
        assert accepted[name]["value"] is None
        assert accepted[name]["not_computed"]
    assert (await house.act(item, "undo", {"reason": "点错"}, TOWN)).status_code == 200
    assert _rate(await figures(house), "recognition_rate") == (0, 1)


def _rate(found: dict[str, Json], name: str) -> tuple[int, int]:
    return found[name]["numerator"], found[name]["denominator"]


async def test_savings_take_the_receivers_price(house: House) -> None:
    message = Message(a_person(), [Result(ALBUMIN)])
    await house.deliver(message)
    item = await house.item(message.person, ALBUMIN, receiver=OTHER_RECEIVER)
    assert (await house.act(item, "shown", {}, OTHER_RECEIVER)).status_code == 200
    assert (await house.accept(item, receiver=OTHER_RECEIVER)).status_code == 200
    today = f"{NOW:%Y-%m-%d}"
    answer = await house.get(
        "/api/v1/statistics/summary", OTHER_RECEIVER, Role.HOSPITAL, start=today, end=today
    )
    (group,) = answer.json()["groups"]
    (savings,) = (each for each in group["indicators"] if each["name"] == "savings")
    assert savings["value"] == "8.50"


async def test_repeated_order_is_counted_from_the_visit_events(house: House) -> None:
    message = Message(a_person(), [Result(ALBUMIN)])
    await house.deliver(message)
    order, visit = {"id": "REPEATED-1", "item_code": ALBUMIN}, "REPEATED"
    item = await house.item(message.person, order, visit={"id": visit}, receiver=TOWN)
    assert (await house.act(item, "shown", {}, TOWN)).status_code == 200
    event = {
        "institution": TOWN, "event": "order_repeated", "order_id": "REPEATED-1",
        "at": NOW.isoformat(),
    }  # fmt: skip
    told = await house.post(f"/api/v1/visits/{visit}/events", event, TOWN)
    assert told.status_code == 200
    before = _rate(await figures(house), "non_adherence_rate")
    assert before[0] == 1
    again = await house.post(f"/api/v1/visits/{visit}/events", event, TOWN)
    assert again.status_code == 200
    assert _rate(await figures(house), "non_adherence_rate") == before


async def test_declared_exception_stays_in_the_figures_and_an_inferred_one_leaves(
    house: House,
) -> None:
    async def shown(**settings: Any) -> None:
        message = Message(a_person(), [Result(ALBUMIN)])
        await house.deliver(message)
        order = {"item_code": ALBUMIN, **settings.pop("order", {})}
        item = await house.item(message.person, order, receiver=TOWN, **settings)
        assert item["outcome"] == "EXEMPT"
        assert (await house.act(item, "shown", {}, TOWN)).status_code == 200

    before = (await figures(house))["reminder_view_rate"]
    await shown(order={"declared": [{"code": "E08"}]})
    await shown(visit={"class": "emergency"})
    after = (await figures(house))["reminder_view_rate"]
    assert after["denominator"] == before["denominator"] + 1
    assert after["excluded"] == before["excluded"] + 1


async def test_small_figures_are_hidden_from_all_but_their_owner(house: House) -> None:
    message = Message(a_person(), [Result(ALBUMIN)])
    await house.deliver(message)
    item = await house.item(message.person, ALBUMIN, receiver=COUNTY)
    assert (await house.act(item, "shown", {}, COUNTY)).status_code == 200
    today = f"{NOW:%Y-%m-%d}"
    seen = {}
    for role, who in ((Role.HOSPITAL, COUNTY), (Role.PROVINCE, "platform")):
        query = {"start": today, "end": today, "by": "institution"}
        answer = await house.get("/api/v1/statistics/summary", who, role, **query)
        groups = {group["group"]: group["indicators"] for group in answer.json()["groups"]}
        seen[role] = next(f for f in groups[COUNTY] if f["name"] == "reminder_view_rate")
    assert (seen[Role.HOSPITAL]["denominator"], seen[Role.HOSPITAL]["suppressed"]) == (1, False)
    assert (seen[Role.PROVINCE]["denominator"], seen[Role.PROVINCE]["suppressed"]) == (None, True)
