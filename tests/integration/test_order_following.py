"""Own orders and results after a reminder become events of the lines they concern."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from gateway.canonical.lab import LocalCode, ReportStatus
from gateway.canonical.messages import OrderAct, OrderMessage
from gateway.services.intake import IntakeService
from gateway.services.received_codes import ReceivedCodes
from gateway.services.reminder_keys import order_hash, visit_hash
from gateway.storage.events import StoredEvent, append_events, events_of_visit
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database
from gateway.storage.tables import patient
from tests.end_to_end.city import ALBUMIN, BLOOD_COUNT, PELVIS_CT, TOTAL_PROTEIN
from tests.factories import (
    HOSPITAL_A,
    HOSPITAL_B,
    NOON,
    a_lab_report,
    a_patient,
    a_result,
    a_submission,
    an_imaging_report,
    event_time,
    resident,
)
from tests.integration.following import following_nothing

pytestmark = pytest.mark.integration
_numbers = count(1)


def catalogue(code: str) -> LocalCode:
    """A code of the catalogue itself, which needs no mapping."""
    return LocalCode(code, "", "ZJHR")


def an_order(act: OrderAct = OrderAct.SIGNED, **changes: Any) -> OrderMessage:
    """An albumin order of hospital A for the patient, in visit V1."""
    order = OrderMessage(
        HOSPITAL_A, "O1", "", act, catalogue(ALBUMIN), False, a_patient(), event_time(), "V1"
    )
    return replace(order, **changes)


class Hospital:
    """Hospital A after it was reminded of a patient in visit V1."""

    def __init__(self, intake: IntakeService, database: Database, sealer: Sealer) -> None:
        self.intake = intake
        self.database = database
        self.sealer = sealer
        self.patient_key = ""

    async def send(self, **content: Any) -> None:
        """A message of hospital A that is taken."""
        message = a_submission(control_id=f"F{next(_numbers)}")
        receipt = await self.intake.receive(replace(message, **({"reports": ()} | content)))
        assert receipt.status == "stored", receipt

    async def remind(
        self, key: str, item: str = ALBUMIN, order: str | None = "O1", visit: str = "V1"
    ) -> None:
        """A line that a reminder of hospital A had an hour ago."""
        event = StoredEvent(
            patient_key=self.patient_key, event_id=f"m-{key}", name="match:found",
            at=NOON - timedelta(hours=1), institution=HOSPITAL_A,
            visit_hash=visit_hash(self.sealer, HOSPITAL_A, visit), line_key=key, item_code=item,
            detail="" if order is None else order_hash(self.sealer, order),
        )  # fmt: skip
        await self.database.write(lambda conn: append_events(conn, [event]))

    async def happened(self, visit: str = "V1") -> list[tuple[str, str]]:
        """(event, line) of the visit, reminders left out."""
        hashed = visit_hash(self.sealer, HOSPITAL_A, visit)
        known = await self.database.read(lambda conn: events_of_visit(conn, HOSPITAL_A, hashed))
        return sorted((e.name, e.line_key) for e in known if e.name != "match:found")


@pytest.fixture
async def hospital(database: Database, sealer: Sealer) -> AsyncIterator[Hospital]:
    intake = IntakeService(
        database, sealer, ReceivedCodes(), following_nothing(sealer), batch_size=50
    )
    made = Hospital(intake, database, sealer)
    elsewhere = a_lab_report("B1", institution=HOSPITAL_B)
    await made.intake.receive(a_submission(elsewhere, institution=HOSPITAL_B))
    rows = await database.read(lambda conn: conn.all(select(patient.c.patient_key)))
    made.patient_key = rows[0][0]
    yield made
    await intake.close()


@pytest.mark.parametrize(
    ("act", "event"),
    [
        (OrderAct.SIGNED, "order:signed"),
        (OrderAct.WITHDRAWN, "order:withdrawn"),
        (OrderAct.EXECUTED, "order:repeated"),
    ],
)
async def test_order_is_an_event_of_its_line_once(
    hospital: Hospital, act: OrderAct, event: str
) -> None:
    await hospital.remind("k1")
    for _ in range(2):
        await hospital.send(orders=(an_order(act),))
    assert await hospital.happened() == [(event, "k1")]


@pytest.mark.parametrize("act", [OrderAct.NOTED, OrderAct.CHANGED])
async def test_other_acts_are_no_event(hospital: Hospital, act: OrderAct) -> None:
    await hospital.remind("k1")
    await hospital.send(orders=(an_order(act),))
    assert await hospital.happened() == []


async def test_order_under_its_own_number_concerns_that_line_alone(hospital: Hospital) -> None:
    await hospital.remind("k1")
    await hospital.remind("k2", order="O2")
    await hospital.send(orders=(an_order(),))
    assert await hospital.happened() == [("order:signed", "k1")]


async def test_order_under_another_number_is_known_by_its_item(hospital: Hospital) -> None:
    await hospital.remind("k1", order=None)
    await hospital.remind("k2", TOTAL_PROTEIN, order=None)
    await hospital.send(orders=(an_order(placer_order_number="HIS-9"),))
    assert await hospital.happened() == [("order:signed", "k1")]


async def test_order_without_visit_concerns_open_visits(hospital: Hospital) -> None:
    await hospital.remind("k1", visit="V1", order=None)
    await hospital.remind("k2", visit="V2", order=None)
    closed = StoredEvent(
        patient_key=hospital.patient_key, event_id="c", name="visit:closed", at=NOON,
        institution=HOSPITAL_A, visit_hash=visit_hash(hospital.sealer, HOSPITAL_A, "V1"),
        line_key="k1",
    )  # fmt: skip
    await hospital.database.write(lambda conn: append_events(conn, [closed]))
    await hospital.send(orders=(an_order(visit_id="", placer_order_number="HIS-9"),))
    assert await hospital.happened("V1") == [("visit:closed", "k1")]
    assert await hospital.happened("V2") == [("order:signed", "k2")]


async def test_order_of_an_unreminded_patient_changes_nothing(hospital: Hospital) -> None:
    await hospital.send(orders=(an_order(patient=a_patient(resident(7))),))
    assert await hospital.happened() == []


async def test_imaging_order_is_known_by_its_item(hospital: Hospital) -> None:
    await hospital.remind("k1", PELVIS_CT, order=None)
    order = an_order(code=catalogue(PELVIS_CT), is_imaging=True, placer_order_number="RIS-1")
    await hospital.send(orders=(order,))
    assert await hospital.happened() == [("order:signed", "k1")]


async def test_panel_ordered_whole_concerns_its_line(hospital: Hospital) -> None:
    await hospital.remind("k1", BLOOD_COUNT, order=None)
    order = an_order(code=catalogue(BLOOD_COUNT), placer_order_number="HIS-1")
    await hospital.send(orders=(order,))
    assert await hospital.happened() == [("order:signed", "k1")]


def own_report(**changes: Any) -> Any:
    """An albumin result of hospital A collected now."""
    result = a_result(code=ALBUMIN)
    return a_lab_report("OWN", results=(replace(result, code=catalogue(ALBUMIN)),), **changes)


async def test_own_later_result_is_an_event_of_the_line_once(hospital: Hospital) -> None:
    await hospital.remind("k1")
    later = event_time(NOON + timedelta(hours=1))
    for issued in (event_time(), later):
        await hospital.send(reports=(own_report(issued_at=issued),))
    assert await hospital.happened() == [("result:later", "k1")]


async def test_own_images_reported_later_are_an_event(hospital: Hospital) -> None:
    await hospital.remind("k1", PELVIS_CT)
    await hospital.send(reports=(an_imaging_report(procedure=catalogue(PELVIS_CT)),))
    assert await hospital.happened() == [("result:later", "k1")]


@pytest.mark.parametrize(
    "changes",
    [
        {"collected_at": event_time(NOON - timedelta(hours=2))},
        {"collected_at": event_time(NOON + timedelta(days=31))},
        {"status": ReportStatus.PRELIMINARY},
        {"institution": HOSPITAL_B},
    ],
    ids=["collected before", "past the window", "preliminary", "of another hospital"],
)
async def test_other_results_are_no_later_result(
    hospital: Hospital, changes: dict[str, Any]
) -> None:
    await hospital.remind("k1")
    await hospital.send(reports=(own_report(**changes),))
    assert await hospital.happened() == []


async def test_result_in_the_batch_of_its_order_follows_it(hospital: Hospital) -> None:
    await hospital.remind("k1")
    message = a_submission(own_report(), control_id="both")
    ordered = replace(a_submission(control_id="order"), reports=(), orders=(an_order(),))
    await asyncio.gather(hospital.intake.receive(ordered), hospital.intake.receive(message))
    assert await hospital.happened() == [("order:signed", "k1"), ("result:later", "k1")]
