"""The fake city against the real listeners and the real store: all that it sends is taken."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.dicom import storage_scp
from adapters.dicom.indexer import drain_pending
from adapters.dicom.spool import Spool
from adapters.hl7v2.mllp_server import MllpLimits, start_mllp_server
from adapters.hl7v2.receiving import MessageReceiver, ReceivingPorts
from gateway.canonical.intake import Quarantined
from gateway.canonical.times import local_date
from gateway.clock import utc_now
from gateway.demo.city import City, make_city
from gateway.demo.dicom_files import StudyFiles, write_study
from gateway.demo.senders import Ports, send_imaging_reports, send_lab_reports, send_studies
from gateway.services.intake import IntakeService
from gateway.services.onboarding import ImportRequest, import_csv
from gateway.services.received_codes import ReceivedCodes
from gateway.services.registry import RegistrySnapshot, load_registry
from gateway.services.study_assembly import StudyAssembly
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database
from gateway.storage.tables import imaging_instance, report_version
from item_catalog.catalog import Catalog
from item_catalog.loader import load_catalog
from tests.integration.following import following_nothing

pytestmark = pytest.mark.integration
TITLE = "RECOGNITION"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def city(catalog: Catalog) -> City:
    today: date = local_date(utc_now())
    return make_city(today, catalog.edition_on(today))


@pytest.fixture(scope="module")
def studies(city: City, tmp_path_factory: pytest.TempPathFactory) -> list[StudyFiles]:
    folder = tmp_path_factory.mktemp("modality")
    return [write_study(plan, folder) for plan in city.studies]


async def registered(database: Database, catalog: Catalog, city: City) -> RegistrySnapshot:
    for kind, text in city.registers.items():
        request = ImportRequest(kind, f"{kind}.csv", text.encode(), "demo")
        await database.write(lambda conn, r=request: import_csv(conn, r, catalog, utc_now()))
    return await database.read(lambda conn: load_registry(conn, catalog))


@asynccontextmanager
async def listening(
    database: Database, sealer: Sealer, registry: RegistrySnapshot, folder: Path
) -> AsyncIterator[tuple[Ports, list[Quarantined]]]:
    """Both listeners and the indexer, composed as in the process."""
    refused: list[Quarantined] = []

    async def keep(entry: Quarantined) -> None:
        refused.append(entry)

    def quiet(_event: str, _values: object) -> None: ...

    following = following_nothing(sealer)
    intake = IntakeService(database, sealer, ReceivedCodes(), following, batch_size=100)
    ports = ReceivingPorts(registry, intake.receive, keep, utc_now, quiet)
    mllp = await start_mllp_server(MessageReceiver(ports), "127.0.0.1", 0, MllpLimits(), quiet)
    spool = Spool(folder)
    settings = storage_scp.ScpSettings("127.0.0.1", 0, TITLE)
    dicom = storage_scp.start(settings, storage_scp.ScpPorts(registry, spool, utc_now, quiet))
    studies = StudyAssembly(database, sealer)
    indexing = asyncio.create_task(drain_pending(spool, studies.receive, keep, quiet))
    try:
        yield Ports("127.0.0.1", mllp.port, dicom.port, TITLE), refused
    finally:
        await asyncio.to_thread(dicom.stop)
        await mllp.stop()
        await intake.close()
        indexing.cancel()
        with suppress(asyncio.CancelledError):
            await indexing


async def count(database: Database, column: object) -> int:
    statement = select(func.count(func.distinct(column)))
    rows = await database.read(lambda conn: conn.all(statement))
    return int(rows[0][0])


async def test_whole_city_is_imported_sent_and_stored(
    database: Database,
    sealer: Sealer,
    catalog: Catalog,
    city: City,
    studies: list[StudyFiles],
    tmp_path: Path,
) -> None:
    registry = await registered(database, catalog, city)
    answers: Counter[str] = Counter()
    images = sum(len(study.files) for study in studies)
    async with listening(database, sealer, registry, tmp_path / "spool") as (ports, refused):
        await send_studies(studies, ports, lambda: answers.update(["image"]))
        await send_imaging_reports(studies, ports, lambda: answers.update(["imaging"]))
        await send_lab_reports(city, ports, lambda: answers.update(["lab"]))
        async with asyncio.timeout(20):
            while await count(database, imaging_instance.c.sop_instance_uid) < images:
                await asyncio.sleep(0.05)
    assert not refused
    issues = sum(len(plan.versions) for plan in city.lab_reports)
    assert answers == {"image": images, "imaging": 12, "lab": issues}
    assert await count(database, report_version.c.report_id) == 212
    senders = {plan.person.resident_id for plan in city.lab_reports}
    senders |= {plan.person.resident_id for plan in city.studies}
    assert await count(database, report_version.c.patient_key) == len(senders)
