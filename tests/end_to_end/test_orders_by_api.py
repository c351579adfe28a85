"""Own orders, own results and merges by HL7, from the port to the indicators."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.end_to_end.city import ALBUMIN, NOW, RECEIVER, UPPER
from tests.end_to_end.house import House, acknowledgment_of, held, open_house
from tests.end_to_end.messages import Message, Person, Result, a_person

pytestmark = pytest.mark.end_to_end


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> Any:
    async with open_house(tmp_path) as opened:
        yield opened


def header(sender: str, kind: str, control_id: str) -> str:
    names = f"HIS|F-{sender}|GATEWAY|RECOGNITION"
    return f"MSH|^~\\&|{names}|20261120120000||{kind}|{control_id}|P|2.5.1\r"


def patient(person: Person) -> str:
    return f"PID|1||{person.resident_id}^^^&2.16.156.10011.1.3&ISO^NI||{person.name}||19500101|M\r"


def an_order(person: Person, control: str, visit: str, control_id: str, status: str = "") -> bytes:
    """An ORM^O01 of the receiver about an albumin order."""
    return (
        header(RECEIVER, "ORM^O01", control_id)
        + patient(person)
        + f"PV1|1|O|||||||||||||||||{visit}\r"
        + f"ORC|{control}|O1|||{status}||||20261120120000\r"
        + f"OBR|1|O1||{ALBUMIN}^白蛋白^ZJHR\r"
    ).encode()


async def figures(house: House) -> dict[str, Any]:
    """The receiver's indicators of the day."""
    query = {"start": "2026-11-20", "end": "2026-11-21"}
    answer = await house.get("/api/v1/statistics/summary", **query)
    (group,) = answer.json()["groups"]
    return {figure["name"]: figure for figure in group["indicators"]}


async def test_order_executed_anyway_counts_as_non_adherence(house: House) -> None:
    person = await held(house, Result(ALBUMIN))
    item = await house.item(person, ALBUMIN, visit={"id": "VISIT-1"})
    await house.act(item, "shown")
    before = (await figures(house))["non_adherence_rate"]
    assert before["value"] is None
    house.clock.advance(minutes=5)
    for control, number, status in (("NW", "C1", ""), ("SC", "C2", "IP"), ("SC", "C2", "IP")):
        sent = an_order(person, control, "VISIT-1", number, status)
        answer = acknowledgment_of(await house.send(sent))
        assert answer.code == "AA", answer.text
    after = (await figures(house))["non_adherence_rate"]
    assert (after["numerator"], after["denominator"]) == (1, 1)


async def test_own_later_result_gives_concordance_its_source(house: House) -> None:
    person = await held(house, Result(ALBUMIN))
    item = await house.item(person, ALBUMIN)
    await house.act(item, "shown")
    house.clock.advance(hours=2)
    now = NOW + timedelta(hours=1)
    own = Message(person, (Result(ALBUMIN, "43"),), sender=RECEIVER, collected=now, issued=now)
    await house.deliver(own)
    reason = (await figures(house))["diagnostic_concordance_rate"]["not_computed"]
    assert reason != "没有本院后续结果的来源"


async def test_merged_patient_holds_the_results_of_both_records(house: House) -> None:
    """A report under a hospital's own number is found by the resident ID after the merge."""
    person = a_person()
    nobody = f"PID|1||L-77^^^{UPPER}^MR||{person.name}||19500101|M"
    await house.deliver(Message(person, (Result(ALBUMIN),), pid=nobody))
    assert (await house.remind(person, ALBUMIN))["items"] == []
    merge = (
        header(UPPER, "ADT^A40", "A40-1")
        + "EVN|A40|20261120120000\r"
        + patient(person)
        + f"MRG|L-77^^^{UPPER}^MR\r"
    )
    answer = acknowledgment_of(await house.send(merge.encode()))
    assert answer.code == "AA", answer.text
    assert (await house.item(person, ALBUMIN))["item"]["code"] == ALBUMIN
