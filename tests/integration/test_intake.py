"""The intake on both databases: duplicates, versions, linking, retraction, studies."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select

from gateway.canonical.intake import ReceiptStatus, StoredInstance, Submission
from gateway.canonical.lab import LabReport, ReportStatus
from gateway.canonical.patient import Patient
from gateway.services.intake import IntakeService
from gateway.services.received_codes import ReceivedCodes
from gateway.services.study_assembly import StudyAssembly
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database
from gateway.storage.tables import (
    imaging_instance,
    imaging_study,
    outbox,
    patient,
    patient_identifier,
    quarantine,
    received_code,
    reliance,
    report_version,
    submission,
)
from tests.factories import (
    HOSPITAL_B,
    NOON,
    a_lab_report,
    a_patient,
    a_result,
    a_submission,
    an_imaging_report,
    an_instance,
    event_time,
    local_number,
    resident,
    submissions,
)
from tests.integration.following import following_nothing

pytestmark = pytest.mark.integration
LATER = event_time(NOON + timedelta(hours=1))
EARLIER = event_time(NOON - timedelta(hours=1))


@pytest.fixture
async def intake(database: Database, sealer: Sealer) -> AsyncIterator[IntakeService]:
    service = IntakeService(
        database, sealer, ReceivedCodes(), following_nothing(sealer), batch_size=50
    )
    yield service
    await service.close()


async def rows(database: Database, table: Table) -> list[Any]:
    return list(await database.read(lambda conn: conn.all(select(table))))


async def current(database: Database) -> list[Any]:
    """The newest version of each report, per patient, in order of report."""
    newest: dict[tuple[str, str], Any] = {}
    for row in await rows(database, report_version):
        key = (row.patient_key, row.report_id)
        if not row.is_stale and (key not in newest or newest[key].version < row.version):
            newest[key] = row
    return [newest[key] for key in sorted(newest)]


async def test_report_is_stored_with_its_raw_message(
    intake: IntakeService, database: Database, sealer: Sealer
) -> None:
    message = a_submission()
    assert (await intake.receive(message)).status is ReceiptStatus.STORED
    (stored,) = await rows(database, report_version)
    row_id = f"{stored.report_id}/1"
    read = sealer.open_record("report_version", row_id, LabReport, stored.content_sealed)
    assert read == message.reports[0]
    (raw,) = await rows(database, submission)
    assert sealer.open("submission", "330100A/LIS/C1", raw.raw_sealed) == message.raw


async def test_same_message_twice_is_stored_once(intake: IntakeService, database: Database) -> None:
    first, second = await asyncio.gather(
        intake.receive(a_submission()), intake.receive(a_submission())
    )
    third = await intake.receive(a_submission())
    assert [first.status, second.status, third.status] == ["stored", "duplicate", "duplicate"]
    assert len(await rows(database, report_version)) == 1


async def test_control_id_reused_for_other_bytes_is_quarantined(
    intake: IntakeService, database: Database, sealer: Sealer
) -> None:
    await intake.receive(a_submission())
    other = a_submission(a_lab_report("R2"), raw=b"MSH|other")
    receipt = await intake.receive(other)
    assert (receipt.status, receipt.reason) == (ReceiptStatus.REFUSED, "control_id_reused")
    (kept,) = await rows(database, quarantine)
    assert sealer.open("quarantine", kept.quarantine_id, kept.body_sealed) == b"MSH|other"
    assert len(await rows(database, report_version)) == 1


async def test_same_content_under_another_control_id_makes_no_version(
    intake: IntakeService, database: Database
) -> None:
    await intake.receive(a_submission())
    again = a_submission(a_lab_report(message_at=LATER), control_id="C2")
    assert (await intake.receive(again)).status is ReceiptStatus.STORED
    assert len(await rows(database, report_version)) == 1


async def test_correction_is_a_new_version_with_the_first_issue_time(
    intake: IntakeService, database: Database
) -> None:
    corrected = a_lab_report(
        status=ReportStatus.CORRECTED, issued_at=LATER, results=(a_result(value="40"),)
    )
    for message in submissions([a_lab_report(), corrected]):
        await intake.receive(message)
    first, second = await rows(database, report_version)
    assert (first.version, second.version, second.status) == (1, 2, "corrected")
    assert second.first_issued_at == NOON


async def test_late_older_message_never_becomes_current(
    intake: IntakeService, database: Database
) -> None:
    older = a_lab_report(status=ReportStatus.PRELIMINARY, issued_at=EARLIER, message_at=EARLIER)
    for message in submissions([a_lab_report(), older]):
        await intake.receive(message)
    (row,) = await current(database)
    assert (row.version, row.status) == (1, "final")
    assert len(await rows(database, report_version)) == 2


async def test_correction_of_the_patient_retracts_the_old_one(
    intake: IntakeService, database: Database
) -> None:
    moved = a_lab_report(patient=a_patient(resident(2)), issued_at=LATER)
    for message in submissions([a_lab_report(), moved]):
        await intake.receive(message)
    statuses = sorted(row.status for row in await current(database))
    assert statuses == ["final", "wrong_patient"]
    assert len({row.patient_key for row in await current(database)}) == 2


async def test_local_number_is_tied_to_the_resident_id_stated_with_it(
    intake: IntakeService, database: Database
) -> None:
    """First by local number alone, then with the resident ID, then at another hospital by it."""
    reports = [
        a_lab_report("R1", patient=a_patient(local_number("L1"))),
        a_lab_report("R2", patient=a_patient(local_number("L1"), resident())),
        a_lab_report("R3", patient=a_patient(resident())),
    ]
    for message in submissions(reports):
        assert (await intake.receive(message)).status is ReceiptStatus.STORED
    assert len({row.patient_key for row in await rows(database, report_version)}) == 1


async def test_persons_known_apart_become_one_when_stated_together(
    intake: IntakeService, database: Database
) -> None:
    reports = [
        a_lab_report("R1", patient=a_patient(local_number("L1"))),
        a_lab_report("R2", patient=a_patient(resident())),
        a_lab_report("R3", patient=a_patient(local_number("L1"), resident())),
        a_lab_report("R1", patient=a_patient(local_number("L1")), issued_at=LATER),
    ]
    for message in submissions(reports):
        assert (await intake.receive(message)).status is ReceiptStatus.STORED
    merged = [row for row in await rows(database, patient) if row.merged_into]
    assert len(merged) == 1
    assert {row.status for row in await current(database)} == {"final"}


async def test_same_local_number_of_two_hospitals_is_two_persons(
    intake: IntakeService, database: Database
) -> None:
    other = local_number("L1", HOSPITAL_B)
    reports = [
        a_lab_report("R1", patient=a_patient(local_number("L1"))),
        a_lab_report("R1", patient=a_patient(other), institution=HOSPITAL_B),
    ]
    for message in submissions(reports):
        await intake.receive(message)
    assert len({row.patient_key for row in await rows(database, report_version)}) == 2


async def test_identifiers_of_different_persons_are_refused(
    intake: IntakeService, database: Database
) -> None:
    known = a_lab_report("R1", patient=a_patient(local_number("L1"), resident(1)))
    await intake.receive(a_submission(known))
    mixed = a_lab_report("R2", patient=a_patient(local_number("L1"), resident(2)))
    receipt = await intake.receive(a_submission(mixed, control_id="C2"))
    assert (receipt.reason, receipt.location) == ("patient_identifiers_conflict", "PID-3")
    assert len(await rows(database, patient_identifier)) == 2
    assert len(await rows(database, quarantine)) == 1


async def test_patient_without_identifier_matches_nobody(
    intake: IntakeService, database: Database
) -> None:
    nobody = Patient(())
    for message in submissions([a_lab_report(f"R{i}", patient=nobody) for i in range(2)]):
        await intake.receive(message)
    assert len({row.patient_key for row in await rows(database, report_version)}) == 2


async def test_test_traffic_is_kept_apart(intake: IntakeService, database: Database) -> None:
    await intake.receive(a_submission(is_test=True))
    assert len(await rows(database, submission)) == 1
    assert await rows(database, report_version) == []


async def test_whoever_relied_on_a_version_is_told_of_the_next(
    intake: IntakeService, database: Database, sealer: Sealer
) -> None:
    await intake.receive(a_submission())
    (stored,) = await rows(database, report_version)
    relied = {
        "patient_key": stored.patient_key,
        "report_id": stored.report_id,
        "decision_id": "d1",
        "version": 1,
        "institution": "330100B",
        "practitioner": "dr",
    }
    await database.write(lambda conn: conn.run(reliance.insert(), relied))
    cancelled = a_lab_report(status=ReportStatus.CANCELLED, issued_at=LATER)
    await intake.receive(a_submission(cancelled, control_id="C2"))
    (notice,) = await rows(database, outbox)
    content = sealer.open_record("outbox", notice.outbox_id, dict[str, Any], notice.content_sealed)
    assert (notice.institution, content["status"], content["relied_version"]) == (
        "330100B",
        "cancelled",
        1,
    )


async def test_many_connections_share_commits_and_lose_nothing(
    intake: IntakeService, database: Database
) -> None:
    messages = submissions(
        [a_lab_report(f"R{i}", patient=a_patient(resident(i % 7))) for i in range(120)]
    )
    receipts = await asyncio.gather(*(intake.receive(message) for message in messages))
    assert {receipt.status for receipt in receipts} == {ReceiptStatus.STORED}
    assert len(await rows(database, report_version)) == 120
    assert len(await rows(database, patient)) == 7


async def test_one_impossible_submission_does_not_fail_the_others(
    intake: IntakeService, database: Database
) -> None:
    poison: Submission = replace(a_submission(a_lab_report("R2"), control_id="C2"), charset=None)  # type: ignore[arg-type]
    receipts = await asyncio.gather(intake.receive(a_submission()), intake.receive(poison))
    assert [receipt.status for receipt in receipts] == ["stored", "failed"]
    assert len(await rows(database, report_version)) == 1


async def test_local_codes_are_counted(database: Database, sealer: Sealer) -> None:
    codes = ReceivedCodes()
    intake = IntakeService(database, sealer, codes, following_nothing(sealer), batch_size=50)
    for number in range(3):
        await intake.receive(a_submission(a_lab_report(f"R{number}"), control_id=f"C{number}"))
        await codes.flush(database)
    (row,) = await rows(database, received_code)
    assert (row.local_code, row.count) == ("ALB", 3)


def stored(number: int, **changes: Any) -> StoredInstance:
    return StoredInstance(an_instance(number, **changes), f"aa/{number}.dcm", NOON)


async def test_instances_become_one_study_of_the_patient(
    intake: IntakeService, database: Database, sealer: Sealer
) -> None:
    assembly = StudyAssembly(database, sealer)
    await assembly.receive((stored(1), stored(2)))
    await assembly.receive((stored(2), stored(3)))
    await intake.receive(a_submission(an_imaging_report()))
    (study,) = await rows(database, imaging_study)
    assert len(await rows(database, imaging_instance)) == 3
    (report,) = await rows(database, report_version)
    assert study.patient_key == report.patient_key
    assert study.is_linked


@pytest.mark.parametrize("report_first", [True, False])
async def test_study_without_patient_gets_the_patient_of_its_report(
    intake: IntakeService, database: Database, sealer: Sealer, report_first: bool
) -> None:
    nobody = stored(1, patient=Patient(()))
    assembly = StudyAssembly(database, sealer)
    if report_first:
        await intake.receive(a_submission(an_imaging_report()))
        await assembly.receive((nobody,))
    else:
        await assembly.receive((nobody,))
        await intake.receive(a_submission(an_imaging_report()))
        await assembly.receive((stored(2, patient=Patient(())),))
    (study,) = await rows(database, imaging_study)
    (report,) = await rows(database, report_version)
    assert study.patient_key == report.patient_key
    assert study.is_linked
