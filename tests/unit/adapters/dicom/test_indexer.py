"""What is left by a former process is read again from its files."""

import asyncio
import contextlib
from datetime import UTC, datetime
from pathlib import Path

from adapters.dicom.file_meta import file_meta
from adapters.dicom.indexer import DrainLimits, drain_pending, reread
from adapters.dicom.pending import PendingObject
from adapters.dicom.spool import Spool
from gateway.canonical.intake import Quarantined, StoredInstance
from tests.unit.adapters.dicom.dicom_files import SENDER, ct_slice, data_set_bytes, encoded

AT = datetime(2026, 11, 22, tzinfo=UTC)


def keep(spool: Spool) -> str:
    dataset = ct_slice()
    file = encoded(dataset)
    meta = file_meta(dataset.SOPClassUID, dataset.SOPInstanceUID, "1.2.840.10008.1.2.1")
    with spool.arriving([meta, data_set_bytes(file)]) as arrival:
        spool.keep(arrival, PendingObject("", dataset.SOPInstanceUID, SENDER, AT))
    return str(dataset.SOPInstanceUID)


class Index:
    """Collects hand-overs; the first ones can be made to hang."""

    def __init__(self, hang: bool = False) -> None:
        self.stored: list[StoredInstance] = []
        self.quarantined: list[Quarantined] = []
        self.batches: list[int] = []
        self.entered = asyncio.Event()
        self._hang = hang

    async def receive(self, instances: tuple[StoredInstance, ...]) -> None:
        self.entered.set()
        if self._hang:
            await asyncio.Event().wait()
        self.batches.append(len(instances))
        self.stored.extend(instances)

    async def quarantine(self, one: Quarantined) -> None:
        self.quarantined.append(one)


async def drained(spool: Spool, index: Index, count: int, batch_size: int = 200) -> None:
    limits = DrainLimits(batch_size, retry_seconds=0.01)
    task = asyncio.create_task(
        drain_pending(spool, index.receive, index.quarantine, lambda *_: None, limits)
    )
    async with asyncio.timeout(10):
        while len(index.stored) + len(index.quarantined) < count or _marked(spool):
            await asyncio.sleep(0.01)
    await stopped(task)


def _marked(spool: Spool) -> bool:
    """Whether a marker is left: they go after the hand-over."""
    return any(spool.path_of("pending").iterdir())


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_objects_of_a_former_process_are_indexed(tmp_path: Path) -> None:
    uid = keep(Spool(tmp_path))
    spool, index = Spool(tmp_path), Index()
    await drained(spool, index, 1)
    (stored,) = index.stored
    assert stored.instance.sop_instance_uid == uid
    assert stored.received_at == AT
    assert stored.instance.size == spool.path_of(stored.object_name).stat().st_size
    assert len(stored.instance.digest) == 64
    assert list((tmp_path / "pending").iterdir()) == []


async def test_instances_are_handed_over_in_batches(tmp_path: Path) -> None:
    spool, index = Spool(tmp_path), Index()
    for _ in range(5):
        keep(spool)
    await drained(spool, index, 5, batch_size=2)
    assert index.batches == [2, 2, 1]


async def test_damaged_file_is_reported_and_stops_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    keep(spool)
    good = keep(spool)
    first, _ = (waiting := spool.take(2))
    for pending in waiting:
        spool.put_back(pending)
    path = spool.path_of(first.object_name)
    path.write_bytes(path.read_bytes()[:-10])
    index = Index()
    await drained(spool, index, 2)
    assert [one.instance.sop_instance_uid for one in index.stored] == [good]
    (refused,) = index.quarantined
    assert (refused.reason, refused.control_id) == ("data_set_truncated", first.uid)


async def test_missing_file_is_reported(tmp_path: Path) -> None:
    spool, index = Spool(tmp_path), Index()
    keep(spool)
    (pending,) = spool.take(1)
    spool.put_back(pending)
    spool.path_of(pending.object_name).unlink()
    await drained(spool, index, 1)
    assert index.quarantined[0].reason == "file_unreadable"


async def test_interrupted_hand_over_waits_again(tmp_path: Path) -> None:
    spool, index = Spool(tmp_path), Index(hang=True)
    keep(spool)
    task = asyncio.create_task(
        drain_pending(spool, index.receive, index.quarantine, lambda *_: None)
    )
    await asyncio.wait_for(index.entered.wait(), 10)
    await stopped(task)
    assert len(spool.take(5)) == 1
    assert len(list((tmp_path / "pending").iterdir())) == 1


def test_reread_gives_what_was_read_at_arrival(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    uid = keep(spool)
    (pending,) = spool.take(1)
    assert reread(spool, pending).sop_instance_uid == uid


async def test_arrival_after_the_loop_ended_is_harmless(tmp_path: Path) -> None:
    spool, index = Spool(tmp_path), Index()
    keep(spool)
    await asyncio.to_thread(asyncio.run, drained(spool, Index(), 1))
    keep(spool)
    await drained(spool, index, 1)
