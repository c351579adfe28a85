"""A sender sees what was refused, repairs it, replays it; what it sends is measured (issue 4)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.security.roles import Role
from gateway.storage.tables import quarantine, report_version
from tests.end_to_end.city import ALBUMIN, COUNTY, UPPER
from tests.end_to_end.house import House, eventually, open_house
from tests.end_to_end.messages import Message, Result, a_person, local

pytestmark = pytest.mark.integration
QUALITY = "/api/v1/quality"


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    changes = {}
    if request.param == "postgresql":
        changes["database_url"] = request.getfixturevalue("fresh_postgres_database")
    async with open_house(tmp_path, **changes) as opened:
        yield opened


async def asked(house: House, path: str, who: str = UPPER, **query: Any) -> Any:
    """What the hospital's engineer reads."""
    answer = await house.get(f"{QUALITY}/{path}", who, Role.HOSPITAL, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def status(house: House, path: str, who: str, role: Role = Role.HOSPITAL) -> int:
    """How a request is answered."""
    answer = await house.http.get(f"{QUALITY}/{path}", headers=house.token(who, role))
    return answer.status_code


async def replayed(house: House, body: Any, who: str = UPPER) -> list[dict[str, Any]]:
    """What became of a replay."""
    path = f"{QUALITY}/quarantine/replays"
    answer = await house.post(path, body, who, role=Role.HOSPITAL)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["replays"]
    return found


async def refuse_new_facility(house: House) -> Message:
    """A message from a facility that its hospital has not registered yet."""
    message = Message(a_person(), (Result(ALBUMIN),), sender=UPPER)
    unknown = message.text.replace(f"|F-{UPPER}|", "|NEW-LIS|")
    await house.send(unknown.encode())
    return message


async def test_refused_message_is_listed_with_place_and_hint(house: House) -> None:
    message = Message(a_person(), (Result(ALBUMIN),), number="")
    await house.send(message.encoded)
    (entry,) = (await asked(house, "quarantine"))["items"]
    assert (entry["reason"], entry["state"], entry["control_id"]) == (
        "required_field_missing", "open", message.control_id,
    )  # fmt: skip
    assert entry["location"].startswith("OBR")
    assert entry["hint"]
    (count,) = (await asked(house, "quarantine/counts"))["counts"]
    assert (count["reason"], count["state"], count["count"]) == (entry["reason"], "open", 1)


async def test_list_holds_nothing_of_the_patient(house: House) -> None:
    person = a_person("赵钱孙")
    await house.send(Message(person, (Result(ALBUMIN),), number="").encoded)
    text = (await house.get(f"{QUALITY}/quarantine", UPPER, Role.HOSPITAL)).text
    assert person.name not in text
    assert person.resident_id not in text


async def test_hospital_sees_its_own_entries_only(house: House) -> None:
    await house.send(Message(a_person(), (Result(ALBUMIN),), number="").encoded)
    assert (await asked(house, "quarantine", COUNTY))["items"] == []
    assert await status(house, f"quarantine?institution={UPPER}", COUNTY) == 403
    (row,) = await house.rows(quarantine)
    path = f"{QUALITY}/quarantine/replays"
    foreign = await house.post(path, {"ids": [row.quarantine_id]}, COUNTY, role=Role.HOSPITAL)
    assert foreign.status_code == 404


async def test_operator_sees_every_entry(house: House) -> None:
    await refuse_new_facility(house)
    answer = await house.get(f"{QUALITY}/quarantine", "platform", Role.ADMIN)
    assert [entry["institution"] for entry in answer.json()["items"]] == [""]


async def test_pages_follow_each_other(house: House) -> None:
    for _ in range(3):
        await house.send(Message(a_person(), (Result(ALBUMIN),), number="").encoded)
    first = await asked(house, "quarantine", limit=2)
    rest = await asked(house, "quarantine", limit=2, before=first["next"])
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


async def test_repaired_register_and_replay_make_the_result_available(house: House) -> None:
    """The facility is registered, the message replayed, the result offered."""
    message = await refuse_new_facility(house)
    (row,) = await house.rows(quarantine)
    await house.install(
        "institutions",
        "code,name,tier,kind,city,county,hl7_facility,ae_title,time_zone,charset,valid_from,"
        f"valid_to\n{UPPER},测试第一医院,三级甲等,hospital,宁波市,海曙区,F-{UPPER};NEW-LIS,"
        f"CT_{UPPER},,UTF-8,2026-01-01,\n",
    )
    path = f"{QUALITY}/quarantine/replays"
    answer = await house.post(path, {"ids": [row.quarantine_id]}, "platform", role=Role.ADMIN)
    (done,) = answer.json()["replays"]
    assert (done["taken"], done["reports"], done["mapped_codes"]) == (True, 1, 1)
    assert done["before"]["reason"] == "unknown_sender"
    item = await house.item(message.person, ALBUMIN)
    assert item["results"][0]["value"] == "42.0"


async def test_replay_is_idempotent(house: House) -> None:
    await refuse_new_facility(house)
    (row,) = await house.rows(quarantine)
    await house.install(
        "institutions",
        "code,name,tier,kind,city,county,hl7_facility,ae_title,time_zone,charset,valid_from,"
        "valid_to\nNEW,测试新院,三级甲等,hospital,宁波市,,NEW-LIS,,,,2026-01-01,\n",
    )
    body, path = {"ids": [row.quarantine_id]}, f"{QUALITY}/quarantine/replays"
    done = [
        (await house.post(path, body, "platform", role=Role.ADMIN)).json()["replays"][0]["status"]
        for _ in range(2)
    ]
    assert done == ["stored", "duplicate"]
    assert len(await house.rows(report_version)) == 1


async def test_bulk_replay_says_what_is_still_wrong(house: House) -> None:
    good = Message(a_person(), (Result(ALBUMIN),))
    for message in (good, replace(good.again(), number="")):
        await house.send(message.encoded)
    bulk = {"reason": "required_field_missing"}
    (done,) = await replayed(house, bulk)
    assert (done["taken"], done["reason"]) == (False, "required_field_missing")
    assert done["hint"]
    (entry,) = (await asked(house, "quarantine", state="refused_again"))["items"]
    assert entry["replayed_at"]
    assert (await asked(house, "quarantine", state="open"))["items"] == []
    assert len(await house.rows(quarantine)) == 1


async def test_replay_needs_ids_or_a_reason(house: House) -> None:
    answer = await house.post(f"{QUALITY}/quarantine/replays", {}, UPPER, role=Role.HOSPITAL)
    assert answer.status_code == 422


async def test_unmapped_codes_come_with_suggestions(house: House) -> None:
    await house.deliver(Message(a_person(), (local("白蛋白"), local("ALB"))))
    await house.gateway.codes.flush(house.gateway.database)
    report = await asked(house, "mappings")
    assert (report["codes"], report["mapped_codes"]) == (2, 1)
    (unmapped,) = report["unmapped"]
    assert unmapped["local_code"] == "白蛋白"
    assert ALBUMIN in {each["item_code"] for each in unmapped["suggestions"]}


async def test_new_mapping_makes_an_old_result_recognizable(house: House) -> None:
    """Accepted, visible as unmapped, re-mapped without a resend."""
    person = a_person()
    await house.deliver(Message(person, (local("ALBX"),)))
    assert (await house.remind(person, ALBUMIN))["items"] == []
    await house.install(
        "mappings",
        "institution_code,kind,local_code,local_name,item_code,component,valid_from,valid_to,"
        f"reviewed_by\n{UPPER},lab,ALBX,白蛋白,{ALBUMIN},,2026-01-01,,审核员\n",
    )
    assert (await house.item(person, ALBUMIN))["item"]["code"] == ALBUMIN


async def test_conformance_is_counted_by_place_and_day(house: House) -> None:
    for _ in range(2):
        await house.deliver(Message(a_person(), (Result(ALBUMIN),)))
        assert await house.gateway.sampling.check_some() == 1
    report = await asked(house, "conformance")
    assert (report["checked"], len(report["days"])) == (2, 1)
    assert report["deviating"] == 2
    assert all(each["count"] % 2 == 0 for each in report["findings"])
    assert await house.gateway.sampling.check_some() == 0


async def test_conformance_of_another_hospital_is_not_shown(house: House) -> None:
    assert await status(house, f"conformance?institution={UPPER}", COUNTY) == 403
    assert await status(house, "conformance", "platform", Role.ADMIN) == 422
    assert await status(house, f"conformance?institution={UPPER}", "platform", Role.ADMIN) == 200
    assert await status(house, "conformance?institution=%09", "platform", Role.ADMIN) == 422


async def test_connections_show_the_last_messages_of_their_sender(house: House) -> None:
    message = Message(a_person(), (Result(ALBUMIN),), number="")
    await house.send(message.encoded)
    await eventually(lambda: _noted(house, message.control_id))
    assert await asked(house, "connections", COUNTY) == {"connections": []}


async def _noted(house: House, control_id: str) -> bool:
    (connection,) = (await asked(house, "connections"))["connections"]
    (note,) = connection["last"]
    assert (note["control_id"], note["code"]) == (control_id, "AE")
    return True
