"""C-STORE of 512 KB CT slices by DCMTK's storescu, against DCMTK's own `storescp +B`.

Both sides run without Nagle's algorithm and with the same maximum PDU. Ours makes every object
durable (synced file, synced marker) before it answers and indexes it; storescp only writes.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import perf_counter

from tests.services.network import free_port, is_open, wait_until
from tests.services.tools import dcmtk
from tests.unit.adapters.dicom.dicom_files import ct_slice, written

IMAGES = 200
_SIDE = 512
_ENVIRONMENT = {**os.environ, "TCP_NODELAY": "1"}
_PDU = "131072"
#: Runs a receiver that stores in a folder, and gives its port.
Receiver = Callable[[Path], AbstractContextManager[int]]


def run() -> list[tuple[str, float, str]]:
    """Images a second of both receivers at 1 and 4 associations, and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rows = []
        for associations in (1, 4):
            shares = [_slices(root, associations, share) for share in range(associations)]
            theirs = max(_rate_of(_storescp, shares) for _ in range(2))
            ours = max(_rate_of(_gateway, shares) for _ in range(2))
            rows += [
                (f"gateway, {associations} association(s), durable", ours, "images/s"),
                (f"storescp +B, {associations} association(s)", theirs, "images/s"),
                (f"ratio at {associations}", ours / theirs, "x"),
            ]
        return rows


def _slices(root: Path, associations: int, share: int) -> Path:
    folder = root / f"{associations}-{share}"
    folder.mkdir()
    pixels = bytes(2 * _SIDE * _SIDE)
    for number in range(IMAGES // associations):
        dataset = ct_slice(Rows=_SIDE, Columns=_SIDE, PixelData=pixels, InstanceNumber=number)
        written(folder, dataset)
    return folder


def _rate_of(receiver: Receiver, shares: list[Path]) -> float:
    with tempfile.TemporaryDirectory() as folder, receiver(Path(folder)) as port:
        begin = perf_counter()
        with ThreadPoolExecutor(len(shares)) as pool:
            list(pool.map(lambda share: _send(share, port), shares))
        return IMAGES / (perf_counter() - begin)


def _send(folder: Path, port: int) -> None:
    arguments = ["-xe", "--max-send-pdu", _PDU, "-aet", "CT_H1", "-aec", "RECOGNITION"]
    subprocess.run(
        [dcmtk("storescu"), *arguments, "+sd", "127.0.0.1", str(port), folder],
        env=_ENVIRONMENT,
        check=True,
        capture_output=True,
    )


@contextmanager
def _gateway(folder: Path) -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.dicom_listener", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.write("\n")
        process.stdin.flush()
        assert int(process.stdout.readline()) == IMAGES


@contextmanager
def _storescp(folder: Path) -> Iterator[int]:
    port = free_port()
    arguments = ["+B", "--fork", "--max-pdu", _PDU, "-od", str(folder), str(port)]
    with subprocess.Popen([dcmtk("storescp"), *arguments], env=_ENVIRONMENT) as process:
        wait_until(lambda: is_open(port), "storescp")
        yield port
        process.terminate()


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name:44s} {value:10.2f} {unit}")
