"""Hands what the spool holds to the index, in batches, at once, and for as long as it takes."""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable
from dataclasses import dataclass

from adapters.dicom.header_file import read_header
from adapters.dicom.instance_header import WANTED_TAGS, instance_of
from adapters.dicom.pending import PendingObject, Refusal
from adapters.dicom.pydicom_habits import silence_pydicom
from adapters.dicom.report import Report
from adapters.dicom.spool import Spool
from adapters.errors import AdapterError
from gateway.canonical.imaging import ImagingInstance
from gateway.canonical.intake import Quarantine, Quarantined, ReceiveInstances, StoredInstance

_PROTOCOL = "dicom"


@dataclass(frozen=True, slots=True)
class DrainLimits:
    """batch_size: instances of one hand-over at the most; retry_seconds: pause after a failure."""

    batch_size: int = 200
    retry_seconds: float = 1.0


async def drain_pending(
    spool: Spool,
    receive: ReceiveInstances,
    quarantine: Quarantine,
    report: Report,
    limits: DrainLimits | None = None,
) -> None:
    """Index what waits and whatever arrives, until cancelled.

    First comes what an earlier process left marked. A marker goes only after `receive` or
    `quarantine` has returned, so an object is handed over at least once; both must be idempotent,
    by SOP Instance UID and by `Quarantined.raw`. A failing hand-over is repeated for ever, one
    object at a time, so that one bad object never holds up the others.

    The raw of a quarantined DICOM object is its name in the spool, not its bytes: an object may
    have gigabytes, and the file already is where it can be replayed from.
    """
    limits = limits or DrainLimits()
    hand_over = _HandOver(spool, receive, quarantine, report)
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop closed; the marker will be found again
            loop.call_soon_threadsafe(arrived.set)

    spool.on_arrival(wake)
    while True:
        arrived.clear()
        failed = False
        while batch := spool.take(limits.batch_size):
            failed = not await hand_over.of(batch)
            if failed:
                break
        if failed:
            await asyncio.sleep(limits.retry_seconds)
        else:
            await arrived.wait()


@dataclass(frozen=True, slots=True)
class _HandOver:
    spool: Spool
    receive: ReceiveInstances
    quarantine: Quarantine
    report: Report

    async def of(self, batch: tuple[PendingObject, ...]) -> bool:
        """Hand a batch over; whether all of it was taken. What was not taken waits again."""
        waiting = {pending.marker: pending for pending in batch}
        try:
            items = {marker: await self._item(pending) for marker, pending in waiting.items()}
            taken = await self._receive(
                {marker: item for marker, item in items.items() if isinstance(item, StoredInstance)}
            )
            for marker, item in items.items():
                if isinstance(item, Quarantined) and await self._works(self.quarantine(item)):
                    taken.append(marker)
            await asyncio.to_thread(self.spool.done, [waiting.pop(marker) for marker in taken])
        finally:
            for pending in waiting.values():
                self.spool.put_back(pending)
        return not waiting

    async def _receive(self, instances: dict[str, StoredInstance]) -> list[str]:
        """The markers of the instances that were taken: together, else those that can be alone."""
        if not instances or await self._works(self.receive(tuple(instances.values()))):
            return list(instances)
        if len(instances) == 1:
            return []
        return [
            marker for marker, item in instances.items() if await self._works(self.receive((item,)))
        ]

    async def _works(self, hand_over: Awaitable[None]) -> bool:
        try:
            await hand_over
        except Exception as error:  # whatever ails the index, the object waits and is tried again
            self.report("dicom_index_failed", {"error_type": type(error).__name__})
            return False
        return True

    async def _item(self, pending: PendingObject) -> StoredInstance | Quarantined:
        if pending.refusal is not None:
            return _quarantined(pending, pending.refusal)
        try:
            instance = pending.instance
            if instance is None:
                instance = await asyncio.to_thread(reread, self.spool, pending)
        except (AdapterError, OSError) as error:
            reason = error.reason if isinstance(error, AdapterError) else "file_unreadable"
            self.report("dicom_pending_unreadable", {"reason": reason})
            return _quarantined(pending, Refusal(reason, hint="the archived file is damaged"))
        return StoredInstance(instance, pending.object_name, pending.received_at)


def reread(spool: Spool, pending: PendingObject) -> ImagingInstance:
    """The instance of an object that a former process received. Raises AdapterError, OSError."""
    path = spool.path_of(pending.object_name)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    silence_pydicom()
    header = read_header(path, WANTED_TAGS)
    return instance_of(header, pending.sender, digest, path.stat().st_size).instance


def _quarantined(pending: PendingObject, refusal: Refusal) -> Quarantined:
    return Quarantined(
        protocol=_PROTOCOL,
        raw=pending.object_name.encode(),
        received_at=pending.received_at,
        reason=refusal.reason,
        location=refusal.location,
        hint=refusal.hint,
        institution=pending.sender.institution,
        control_id=pending.uid,
    )
