"""SIGKILL in mid-stream loses nothing that was acknowledged and shows nothing that is not whole."""

import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from pynetdicom import AE, evt
from pynetdicom.association import Association

from adapters.dicom.header_file import read_header
from adapters.dicom.instance_header import WANTED_TAGS
from adapters.dicom.peer_socket import take_over
from tests.integration.dicom.receiving import TITLE, eventually, receiver
from tests.unit.adapters.dicom.dicom_files import ct_slice, data_set_bytes, written

pytestmark = pytest.mark.integration

ROUNDS = 3
ASSOCIATIONS = 3
BEFORE_KILL = 25


def start_listener(root: Path, indexed: Path) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.dicom.listener_process", root, indexed],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


class Modality(threading.Thread):
    """Sends one new slice after the other and remembers which were acknowledged."""

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(daemon=True)
        self.acknowledged: dict[str, bytes] = {}
        self._port, self._folder = port, folder

    def run(self) -> None:
        association = self._associate()
        while association.is_established:
            dataset = ct_slice()
            path = written(self._folder, dataset)
            try:
                answer = association.send_c_store(dataset)
            except (RuntimeError, ValueError):  # the association broke between two calls
                return
            if answer.get("Status") == 0:
                self.acknowledged[dataset.SOPInstanceUID] = data_set_bytes(path.read_bytes())

    def _associate(self) -> Association:
        entity = AE(ae_title="CT_H1")
        entity.dimse_timeout = 3  # a connection that breaks between two calls is only timed out
        entity.add_requested_context("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1")
        return entity.associate(
            "127.0.0.1",
            self._port,
            ae_title=TITLE,
            evt_handlers=[(evt.EVT_CONN_OPEN, take_over)],
        )


def enough(modalities: list[Modality]) -> bool:
    return sum(len(modality.acknowledged) for modality in modalities) > BEFORE_KILL


async def test_kill_in_mid_stream_loses_nothing_acknowledged(tmp_path: Path) -> None:
    root, indexed, sent = tmp_path / "spool", tmp_path / "indexed", tmp_path / "sent"
    sent.mkdir()
    acknowledged: dict[str, bytes] = {}
    for _ in range(ROUNDS):
        process, port = start_listener(root, indexed)
        modalities = [Modality(port, sent) for _ in range(ASSOCIATIONS)]
        for modality in modalities:
            modality.start()
        await eventually(partial(enough, modalities), 60)
        process.kill()
        process.communicate()
        for modality in modalities:
            modality.join(30)
            assert not modality.is_alive()
            acknowledged |= modality.acknowledged
    async with receiver(root) as gateway:
        already = set(indexed.read_text().split())
        await eventually(lambda: acknowledged.keys() <= already | gateway.index.uids)
        await eventually(lambda: not gateway.files("pending"))
        assert gateway.files("incoming") == []
        kept = {}
        for path in gateway.files("archive"):
            header = read_header(path, WANTED_TAGS)  # raises for a truncated file
            kept[header.sop_instance_uid] = data_set_bytes(path.read_bytes())
        assert acknowledged.items() <= kept.items()
        assert gateway.index.quarantined == []
