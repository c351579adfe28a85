"""Patient data and merges on both databases: linked, guarded, parted again, told (ADT)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Table, select

from gateway.canonical.identifiers import PatientIdentifier
from gateway.canonical.intake import Receipt, ReceiptStatus
from gateway.canonical.lab import LabReport
from gateway.canonical.messages import DemographicsMessage, MergeAct, MergeMessage, PatientField
from gateway.canonical.patient import Patient
from gateway.services.intake import IntakeService
from gateway.services.received_codes import ReceivedCodes
from gateway.storage.person_tables import patient_merge, patient_version
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database
from gateway.storage.tables import (
    imaging_study,
    outbox,
    patient,
    quarantine,
    reliance,
    reminder,
    report_version,
)
from tests.factories import (
    HOSPITAL_A,
    NOON,
    a_lab_report,
    a_patient,
    a_submission,
    event_time,
    local_number,
    resident,
)
from tests.integration.following import following_nothing

pytestmark = pytest.mark.integration
L1, L2, L3 = (local_number(f"L{i}") for i in (1, 2, 3))
_numbers = count(1)


class Hospital:
    """The intake as hospital A uses it; every message has a control id of its own."""

    def __init__(self, intake: IntakeService, database: Database) -> None:
        self.intake = intake
        self.database = database

    async def send(self, **content: Any) -> Receipt:
        """A message with this content."""
        message = a_submission(control_id=f"P{next(_numbers)}")
        return await self.intake.receive(replace(message, **({"reports": ()} | content)))

    async def report(self, number: str, *identifiers: PatientIdentifier, **changes: Any) -> Receipt:
        """A laboratory report of somebody."""
        patient = a_patient(*identifiers)
        return await self.send(reports=(a_lab_report(number, patient=patient, **changes),))

    async def says(
        self, act: MergeAct, kept: PatientIdentifier, retired: PatientIdentifier
    ) -> Receipt:
        """That two records are one, or are not."""
        patient = a_patient(kept)
        return await self.send(
            merges=(MergeMessage(HOSPITAL_A, act, patient, (retired,), event_time()),)
        )

    async def rows(self, table: Table) -> list[Any]:
        """Everything in a table."""
        return list(await self.database.read(lambda conn: conn.all(select(table))))

    async def person_of(self, number: str, sealer: Sealer) -> str:
        """Under whom the newest version of a report can be found."""
        roots = {
            row.patient_key: row.merged_into or row.patient_key for row in await self.rows(patient)
        }
        versions = sorted(await self.rows(report_version), key=lambda row: row.version)
        newest = {row.report_id: row for row in versions}
        for row in newest.values():
            row_id = f"{row.report_id}/{row.version}"
            opened = sealer.open_record("report_version", row_id, LabReport, row.content_sealed)
            if opened.filler_order_number == number:
                return str(roots[row.patient_key])
        raise AssertionError(f"no report {number}")


@pytest.fixture
async def hospital(database: Database, sealer: Sealer) -> AsyncIterator[Hospital]:
    intake = IntakeService(
        database, sealer, ReceivedCodes(), following_nothing(sealer), batch_size=50
    )
    yield Hospital(intake, database)
    await intake.close()


async def test_patient_data_are_kept_version_by_version(hospital: Hospital, sealer: Sealer) -> None:
    told = DemographicsMessage(HOSPITAL_A, a_patient(L1), event_time())
    emptied = replace(told, patient=Patient((L1,)), cleared=(PatientField.BIRTH_DATE,))
    for stated in (told, emptied):
        assert (await hospital.send(demographics=(stated,))).status is ReceiptStatus.STORED
    rows = sorted(await hospital.rows(patient_version), key=lambda row: row.version_id)
    opened = [
        sealer.open_record(
            "patient_version", row.version_id, DemographicsMessage, row.content_sealed
        )
        for row in rows
    ]
    assert opened == [told, emptied]
    assert len({row.patient_key for row in rows}) == 1


async def test_patient_data_of_two_persons_are_refused(hospital: Hospital) -> None:
    await hospital.report("R1", L1, resident(1))
    both = Patient((L1, resident(2)))
    receipt = await hospital.send(demographics=(DemographicsMessage(HOSPITAL_A, both, None),))
    assert receipt.reason == "patient_identifiers_conflict"
    assert await hospital.rows(patient_version) == []
    assert len(await hospital.rows(quarantine)) == 1


async def test_merged_records_are_one_person(hospital: Hospital, sealer: Sealer) -> None:
    await hospital.report("R1", L1)
    await hospital.report("R2", L2)
    assert (await hospital.says(MergeAct.MERGE, L1, L2)).status is ReceiptStatus.STORED
    assert await hospital.person_of("R1", sealer) == await hospital.person_of("R2", sealer)


async def test_person_with_resident_id_stays_whichever_is_retired(
    hospital: Hospital, sealer: Sealer
) -> None:
    await hospital.report("R1", L1)
    await hospital.report("R2", L2, resident(1))
    await hospital.says(MergeAct.MERGE, L1, L2)
    await hospital.report("R3", L1, resident(2))
    assert len(await hospital.rows(quarantine)) == 1


async def test_changed_number_finds_the_same_person(hospital: Hospital, sealer: Sealer) -> None:
    await hospital.report("R1", L1)
    await hospital.says(MergeAct.CHANGE, L2, L1)
    await hospital.report("R2", L2)
    assert await hospital.person_of("R1", sealer) == await hospital.person_of("R2", sealer)


async def test_merge_of_two_resident_numbers_is_refused(hospital: Hospital) -> None:
    await hospital.report("R1", L1, resident(1))
    await hospital.report("R2", L2, resident(2))
    receipt = await hospital.says(MergeAct.MERGE, L1, L2)
    assert receipt.reason == "patient_identifiers_conflict"
    assert await hospital.rows(patient_merge) == []


async def test_merge_told_twice_is_one_merge(hospital: Hospital) -> None:
    await hospital.report("R1", L1)
    await hospital.report("R2", L2)
    for _ in range(2):
        await hospital.says(MergeAct.MERGE, L1, L2)
    assert len(await hospital.rows(patient_merge)) == 1


@pytest.mark.parametrize(
    "merges",
    [[(L1, L2), (L2, L1)], [(L1, L2), (L2, L3), (L3, L1)]],
    ids=["inverse", "round three records"],
)
async def test_circular_merge_is_refused(
    hospital: Hospital, merges: list[tuple[PatientIdentifier, PatientIdentifier]]
) -> None:
    *first, last = merges
    for kept, retired in first:
        assert (await hospital.says(MergeAct.MERGE, kept, retired)).status == "stored"
    receipt = await hospital.says(MergeAct.MERGE, *last)
    assert (receipt.status, receipt.reason, receipt.location) == (
        "refused", "merge_loop", "MRG-1",
    )  # fmt: skip


async def test_refused_merge_leaves_nothing_of_its_message(hospital: Hospital) -> None:
    await hospital.says(MergeAct.MERGE, L1, L2)
    good = MergeMessage(HOSPITAL_A, MergeAct.MERGE, a_patient(L1), (L3,), None)
    circular = MergeMessage(HOSPITAL_A, MergeAct.MERGE, a_patient(L2), (L1,), None)
    assert (await hospital.send(merges=(good, circular))).reason == "merge_loop"
    assert len(await hospital.rows(patient_merge)) == 1


async def test_parted_records_are_two_persons_again(hospital: Hospital, sealer: Sealer) -> None:
    await hospital.report("R1", L1)
    await hospital.report("R2", L2)
    await hospital.says(MergeAct.MERGE, L1, L2)
    assert (await hospital.says(MergeAct.UNLINK, L1, L2)).status is ReceiptStatus.STORED
    assert await hospital.person_of("R1", sealer) != await hospital.person_of("R2", sealer)
    (merge,) = await hospital.rows(patient_merge)
    assert merge.undone_at == NOON


async def test_report_that_came_while_merged_goes_with_its_number(
    hospital: Hospital, sealer: Sealer
) -> None:
    await hospital.report("R1", L1)
    await hospital.report("R2", L2)
    await hospital.says(MergeAct.MERGE, L1, L2)
    await hospital.report("R3", L2)
    await hospital.says(MergeAct.UNLINK, L1, L2)
    assert await hospital.person_of("R3", sealer) == await hospital.person_of("R2", sealer)
    statuses = [row.status for row in await hospital.rows(report_version)]
    assert sorted(statuses) == ["final", "final", "final", "final", "wrong_patient"]


async def test_number_first_known_by_a_merge_can_be_parted(
    hospital: Hospital, sealer: Sealer
) -> None:
    await hospital.report("R1", L1)
    await hospital.says(MergeAct.MERGE, L1, L2)
    await hospital.report("R2", L2)
    await hospital.says(MergeAct.UNLINK, L1, L2)
    await hospital.report("R4", L2)
    assert await hospital.person_of("R2", sealer) == await hospital.person_of("R4", sealer)
    assert await hospital.person_of("R1", sealer) != await hospital.person_of("R2", sealer)


async def test_parting_the_kept_record_leaves_the_retired_one_whole(
    hospital: Hospital, sealer: Sealer
) -> None:
    """Three records in a chain; the middle one is parted from the last."""
    for number, identifier in (("R1", L1), ("R2", L2), ("R3", L3)):
        await hospital.report(number, identifier)
    await hospital.says(MergeAct.MERGE, L2, L3)
    await hospital.says(MergeAct.MERGE, L1, L2)
    await hospital.says(MergeAct.UNLINK, L3, L2)
    assert await hospital.person_of("R3", sealer) != await hospital.person_of("R1", sealer)
    assert await hospital.person_of("R2", sealer) == await hospital.person_of("R1", sealer)


async def test_parting_strangers_changes_nothing(hospital: Hospital) -> None:
    await hospital.report("R1", L1)
    await hospital.report("R2", L2)
    assert (await hospital.says(MergeAct.UNLINK, L1, L2)).status is ReceiptStatus.STORED
    assert await hospital.rows(outbox) == []


async def test_parted_records_can_be_merged_the_other_way(hospital: Hospital) -> None:
    await hospital.says(MergeAct.MERGE, L1, L2)
    await hospital.says(MergeAct.UNLINK, L1, L2)
    assert (await hospital.says(MergeAct.MERGE, L2, L1)).status is ReceiptStatus.STORED


async def test_whoever_relies_on_a_merged_record_is_told(
    hospital: Hospital, sealer: Sealer
) -> None:
    await hospital.report("R1", L1)
    await hospital.report("R2", L2)
    (first, _) = await hospital.rows(report_version)
    relied = {
        "patient_key": first.patient_key, "report_id": first.report_id, "decision_id": "d1",
        "version": 1, "institution": "330100B", "practitioner": "dr",
    }  # fmt: skip
    shown = {
        "patient_key": first.patient_key, "reminder_id": "m1", "institution": "330100C",
        "visit_hash": b"v", "content_sealed": b"",
    }  # fmt: skip
    old = {**shown, "reminder_id": "m0", "created_at": NOON - timedelta(days=31)}

    async def arrange(conn: Any) -> None:
        await conn.run(reliance.insert(), relied)
        await conn.run(reminder.insert(), [{**shown, "created_at": NOON}, old])

    await hospital.database.write(arrange)
    await hospital.says(MergeAct.MERGE, L1, L2)
    await hospital.says(MergeAct.UNLINK, L1, L2)
    told = [
        (
            row.kind,
            row.institution,
            sealer.open_record("outbox", row.outbox_id, dict[str, str], row.content_sealed),
        )
        for row in await hospital.rows(outbox)
    ]
    decision = {"decision": "d1", "practitioner": "dr", "report": first.report_id}
    assert sorted(told, key=str) == [
        (kind, *notice)
        for kind in ("patient_merged", "patient_parted")
        for notice in (("330100B", decision), ("330100C", {"reminder": "m1"}))
    ]
    assert await hospital.rows(imaging_study) == []
