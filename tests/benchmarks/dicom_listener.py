"""A listener in a process of its own: `python -m tests.benchmarks.dicom_listener DIR`.

Prints its port, and at the end of its input how many instances the index was given.
"""

import asyncio
import sys
from pathlib import Path

from tests.integration.dicom.receiving import Index, receiver


async def main() -> None:
    index = Index()
    async with receiver(Path(sys.argv[1]), index, max_pending=100_000) as gateway:
        print(gateway.scp.port, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        while gateway.files("pending"):
            await asyncio.sleep(0.01)
    print(len(index.uids), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
