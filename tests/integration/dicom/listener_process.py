"""A listener to be killed, in its own process: prints its port, writes indexed UIDs to a file."""

import asyncio
import os
import sys
from pathlib import Path

from gateway.canonical.intake import Quarantined, StoredInstance
from tests.integration.dicom.receiving import Index, receiver


class DurableIndex(Index):
    """An index whose commit is a synced line per instance, and which takes its time."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("a")

    async def receive(self, instances: tuple[StoredInstance, ...]) -> None:
        await asyncio.sleep(0.05)
        for one in instances:
            self._file.write(f"{one.instance.sop_instance_uid}\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    async def quarantine(self, one: Quarantined) -> None:
        raise AssertionError(one.reason)


async def main() -> None:
    root, indexed = Path(sys.argv[1]), Path(sys.argv[2])
    async with receiver(root, DurableIndex(indexed)) as gateway:
        print(gateway.scp.port, flush=True)
        await asyncio.Event().wait()


asyncio.run(main())
