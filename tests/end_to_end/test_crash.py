"""SIGKILL at any moment loses no acknowledged message and doubles none, on either database.

Five rounds in `make test`, thirty in `make crash`.
"""

import asyncio
import os
import random
from collections import defaultdict
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.bootstrap import Gateway, open_gateway
from gateway.canonical.lab import LabReport
from gateway.storage.session import AnyRow
from gateway.storage.tables import (
    imaging_instance,
    patient,
    patient_identifier,
    quarantine,
    report_version,
    submission,
)
from tests.end_to_end.crash_load import CONNECTIONS, Sender, SentReport
from tests.integration.dicom.test_crash import Modality
from tests.services.gateway import GatewaySite

pytestmark = pytest.mark.end_to_end
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "5"))
LONGEST_LIFE = 0.8
REGISTER = {
    "institutions": (
        "code,name,tier,kind,city,county,hl7_facility,ae_title,time_zone,charset,"
        "valid_from,valid_to\n"
        "H001,市第一医院,三级甲等,hospital,杭州,,H001,CT_H1,Asia/Shanghai,UTF-8,2021-01-01,\n"
    )
}


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> GatewaySite:
    if request.param == "sqlite":
        return GatewaySite(tmp_path)
    return GatewaySite(tmp_path, request.getfixturevalue("fresh_postgres_database"))


async def test_killed_process_loses_and_doubles_nothing_acknowledged(
    site: GatewaySite, tmp_path: Path
) -> None:
    senders = [Sender(connection) for connection in range(CONNECTIONS)]
    images: set[str] = set()
    await site.register(REGISTER)
    for _ in range(ROUNDS):
        images |= await one_life(site, senders, tmp_path)
    with site.serving("serve"):
        await asyncio.gather(*(sender.finish(site.mllp) for sender in senders))
        await until_indexed(site, images)

    acknowledged = [each for sender in senders for each in sender.acknowledged]
    assert not [answer for sender in senders for answer in sender.refused]
    assert len(acknowledged) > ROUNDS * CONNECTIONS
    async with open_gateway(site.settings) as gateway:
        stored = await rows(gateway, select(submission))
        await check_messages(gateway, acknowledged, stored)
        await check_versions(gateway, acknowledged)
        await check_patients(gateway, acknowledged)
    resent = sum(sender.resent for sender in senders)
    print(
        f"\n{gateway.database.dialect}: {ROUNDS} kills, {len(acknowledged)} messages acknowledged, "
        f"{resent} sent again, {len(stored)} stored; {len(images)} images acknowledged and indexed"
    )


async def one_life(site: GatewaySite, senders: list[Sender], folder: Path) -> set[str]:
    """Start, load, kill at some moment; the SOP Instance UIDs acknowledged meanwhile."""
    process = await asyncio.to_thread(site.start, "serve")
    modality = Modality(site.dicom, folder)
    modality.start()
    load = [asyncio.create_task(sender.send(site.mllp)) for sender in senders]
    await asyncio.sleep(random.uniform(0, LONGEST_LIFE))
    process.kill()
    await asyncio.gather(*load)
    await asyncio.to_thread(process.wait)
    await asyncio.to_thread(modality.join, 30)
    assert not modality.is_alive()
    return set(modality.acknowledged)


async def until_indexed(site: GatewaySite, images: set[str]) -> None:
    """The spool outlives the process: what was acknowledged is indexed after the restart."""
    async with open_gateway(site.settings) as gateway, asyncio.timeout(30):
        query = select(imaging_instance.c.sop_instance_uid)
        while missing := images - {row[0] for row in await rows(gateway, query)}:
            await asyncio.sleep(0.1 if missing else 0)


async def rows(gateway: Gateway, query: object) -> list[AnyRow]:
    return list(await gateway.database.read(lambda conn: conn.all(query)))  # type: ignore[arg-type]


async def check_messages(
    gateway: Gateway, acknowledged: list[SentReport], stored: list[AnyRow]
) -> None:
    """Every acknowledged message is stored once, byte for byte, and nothing else is."""
    sent = {each.control_id: each.message for each in acknowledged}
    assert len(sent) == len(acknowledged)
    kept = {
        row.control_id: gateway.sealer.open(
            "submission", f"H001/LIS/{row.control_id}", row.raw_sealed
        )
        for row in stored
    }
    assert len(kept) == len(stored)
    assert kept == sent
    assert await rows(gateway, select(quarantine)) == []


async def check_versions(gateway: Gateway, acknowledged: list[SentReport]) -> None:
    """Every report has the versions that were sent, each once, in their order, newest current."""
    sent: defaultdict[str, list[str]] = defaultdict(list)
    for each in acknowledged:
        sent[each.filler].append(each.value)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in await rows(gateway, select(report_version).order_by(report_version.c.version)):
        report = gateway.sealer.open_record(
            "report_version", f"{row.report_id}/{row.version}", LabReport, row.content_sealed
        )
        (result,) = report.results
        found[report.filler_order_number].append(result.value)
        assert row.version == len(found[report.filler_order_number])
        assert not row.is_stale
    assert found == sent


async def check_patients(gateway: Gateway, acknowledged: list[SentReport]) -> None:
    """Every patient was made known once, although all connections sent reports of each at once."""
    people = {each.patient for each in acknowledged}
    held = select(func.count(func.distinct(report_version.c.patient_key)))
    known = (
        select(func.count())
        .select_from(
            patient_identifier.join(
                patient, patient.c.patient_key == patient_identifier.c.patient_key
            )
        )
        .where(patient_identifier.c.identifier_type == "01")
    )
    assert (await rows(gateway, held))[0][0] == len(people)
    assert (await rows(gateway, known))[0][0] == len(people)
