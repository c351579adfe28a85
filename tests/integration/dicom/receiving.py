"""A real listener on loopback with a register of two hospitals, and an index that remembers."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from adapters.dicom.indexer import drain_pending
from adapters.dicom.spool import Spool
from adapters.dicom.storage_scp import ScpPorts, ScpSettings, StorageScp, start
from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.intake import Quarantined, StoredInstance

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TITLE = "RECOGNITION"


class Register:
    """Two hospitals that may send; nothing else is known."""

    def __init__(self) -> None:
        self.titles = {"CT_H1": "H1", "CT_H2": "H2"}

    def sender_of_facility(self, facility: str, on: date) -> Sender | None:
        return None

    def sender_of_ae_title(self, ae_title: str, on: date) -> Sender | None:
        code = self.titles.get(ae_title)
        return Sender(InstitutionCode(code), "GB18030", "Asia/Shanghai") if code else None

    def is_imaging_code(self, institution: InstitutionCode, code: str, on: date) -> bool:
        return False


@dataclass
class Index:
    """Remembers what was handed over; fails as long as `failures` are left."""

    stored: list[StoredInstance] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    failures: int = 0
    poison: str = ""

    async def receive(self, instances: tuple[StoredInstance, ...]) -> None:
        self.batches.append(len(instances))
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is away")
        if any(one.instance.sop_instance_uid == self.poison for one in instances):
            raise ValueError("this one cannot be indexed")
        self.stored.extend(instances)

    async def quarantine(self, one: Quarantined) -> None:
        self.quarantined.append(one)

    @property
    def uids(self) -> set[str]:
        return {one.instance.sop_instance_uid for one in self.stored}


@dataclass
class Receiver:
    """Everything of one listener that a test looks at."""

    scp: StorageScp
    spool: Spool
    root: Path
    index: Index
    register: Register
    events: list[tuple[str, dict[str, object]]]

    def files(self, folder: str) -> list[Path]:
        return [path for path in (self.root / folder).rglob("*") if path.is_file()]


@asynccontextmanager
async def receiver(
    root: Path,
    index: Index | None = None,
    *,
    accept_private: bool = True,
    max_pending: int = 1000,
    max_associations: int = 64,
) -> AsyncIterator[Receiver]:
    """A listener with its indexer running."""
    events: list[tuple[str, dict[str, object]]] = []
    register, spool = Register(), Spool(root, max_pending)
    index = index or Index()

    def report(event: str, keys: dict[str, object]) -> None:
        events.append((event, keys))

    settings = ScpSettings("127.0.0.1", 0, TITLE, accept_private, max_associations)
    scp = start(settings, ScpPorts(register, spool, lambda: NOW, report))
    task = asyncio.create_task(drain_pending(spool, index.receive, index.quarantine, report))
    try:
        yield Receiver(scp, spool, root, index, register, events)
    finally:
        await asyncio.to_thread(scp.stop)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def eventually(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def run(command: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without blocking the loop."""
    return await asyncio.to_thread(
        subprocess.run,
        [str(command), *(str(argument) for argument in arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
