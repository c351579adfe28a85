"""DCMTK's own tools send to the listener (conformance C2, basis)."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from adapters.dicom.store_scu import send
from tests.integration.dicom.receiving import NOW, TITLE, Index, eventually, receiver, run
from tests.unit.adapters.dicom.dicom_files import ct_slice, data_set_bytes, written

pytestmark = pytest.mark.integration

Dcmtk = Callable[[str], Path]


def to(port: int, calling: str = "CT_H1", called: str = TITLE) -> tuple[object, ...]:
    return ("-aet", calling, "-aec", called, "127.0.0.1", port)


async def test_echo_of_a_registered_title_is_answered(tmp_path: Path, dcmtk: Dcmtk) -> None:
    async with receiver(tmp_path / "spool") as gateway:
        answer = await run(dcmtk("echoscu"), "-v", *to(gateway.scp.port))
        assert answer.returncode == 0
        assert "Received Echo Response (Success)" in answer.stderr


@pytest.mark.parametrize(
    ("calling", "called", "told"),
    [
        ("STRANGER", TITLE, "Calling AE Title Not Recognized"),
        ("CT_H1", "OTHER", "Called AE Title Not Recognized"),
    ],
)
async def test_unknown_titles_are_refused_with_their_reason(
    tmp_path: Path, dcmtk: Dcmtk, calling: str, called: str, told: str
) -> None:
    async with receiver(tmp_path / "spool") as gateway:
        answer = await run(dcmtk("echoscu"), *to(gateway.scp.port, calling, called))
        assert answer.returncode != 0
        assert told in answer.stderr
        assert "dicom_association_refused" in [event for event, _ in gateway.events]


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
async def test_data_set_is_stored_byte_for_byte(tmp_path: Path, dcmtk: Dcmtk, syntax: str) -> None:
    dataset = ct_slice()
    sent = written(tmp_path, dataset, syntax)
    options = ("-xi",) if syntax == ImplicitVRLittleEndian else ("-xe",)
    async with receiver(tmp_path / "spool") as gateway:
        answer = await run(dcmtk("storescu"), *options, *to(gateway.scp.port), sent)
        assert answer.returncode == 0, answer.stderr
        await eventually(lambda: gateway.index.stored)
        (stored,) = gateway.index.stored
        kept = gateway.spool.path_of(stored.object_name).read_bytes()
        assert data_set_bytes(kept) == data_set_bytes(sent.read_bytes())
        assert stored.instance.sop_instance_uid == dataset.SOPInstanceUID
        assert stored.instance.transfer_syntax_uid == syntax
        assert stored.instance.institution == "H1"
        assert stored.instance.patient.name == "王小东"
        assert stored.received_at == NOW
        await eventually(lambda: not gateway.files("pending"))
        assert gateway.files("incoming") == []


async def test_dcmsend_sends_a_folder_in_one_go(tmp_path: Path, dcmtk: Dcmtk) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    uids = set()
    for _ in range(10):
        dataset = ct_slice()
        uids.add(dataset.SOPInstanceUID)
        written(folder, dataset)
    async with receiver(tmp_path / "spool") as gateway:
        answer = await run(dcmtk("dcmsend"), "+sd", *to(gateway.scp.port), folder)
        assert answer.returncode == 0, answer.stderr
        await eventually(lambda: gateway.index.uids == uids)


async def test_parallel_associations_of_two_hospitals_keep_apart(
    tmp_path: Path, dcmtk: Dcmtk
) -> None:
    expected: dict[str, str] = {}
    batches = []
    for number in range(4):
        folder = tmp_path / f"sent{number}"
        folder.mkdir()
        calling = f"CT_H{number % 2 + 1}"
        for _ in range(8):
            dataset = ct_slice()
            expected[dataset.SOPInstanceUID] = calling.removeprefix("CT_")
            written(folder, dataset)
        batches.append((calling, folder))
    async with receiver(tmp_path / "spool") as gateway:
        answers = await asyncio.gather(
            *(
                run(dcmtk("storescu"), "+sd", *to(gateway.scp.port, calling), folder)
                for calling, folder in batches
            )
        )
        assert [answer.returncode for answer in answers] == [0, 0, 0, 0]
        await eventually(lambda: len(gateway.index.uids) == len(expected))
        received = {
            one.instance.sop_instance_uid: one.instance.institution for one in gateway.index.stored
        }
        assert received == expected


async def test_same_object_again_is_success_and_kept_once(tmp_path: Path) -> None:
    sent = written(tmp_path, ct_slice())
    async with receiver(tmp_path / "spool") as gateway:
        for _ in range(2):
            assert await sending(gateway.scp.port, sent) == [0x0000]
        await eventually(lambda: not gateway.files("pending"))
        assert len(gateway.files("archive")) == 1
        assert gateway.files("quarantine") == []


async def test_reused_uid_keeps_the_first_content(tmp_path: Path) -> None:
    first = ct_slice()
    second = ct_slice(SOPInstanceUID=first.SOPInstanceUID, PatientName="张^三")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = written(tmp_path / "a", first), written(tmp_path / "b", second)
    async with receiver(tmp_path / "spool") as gateway:
        assert await sending(gateway.scp.port, one, other) == [0x0000, 0xB000]
        await eventually(lambda: gateway.index.quarantined and gateway.index.stored)
        (kept,) = gateway.files("archive")
        assert data_set_bytes(kept.read_bytes()) == data_set_bytes(one.read_bytes())
        (refused,) = gateway.index.quarantined
        assert refused.reason == "sop_instance_uid_reused"
        assert refused.control_id == first.SOPInstanceUID
        second_kept = gateway.spool.path_of(refused.raw.decode())
        assert data_set_bytes(second_kept.read_bytes()) == data_set_bytes(other.read_bytes())


async def test_study_without_patient_is_taken(tmp_path: Path) -> None:
    sent = written(tmp_path, ct_slice(PatientID=None, PatientName=None))
    async with receiver(tmp_path / "spool") as gateway:
        assert await sending(gateway.scp.port, sent) == [0x0000]
        await eventually(lambda: gateway.index.stored)
        assert gateway.index.stored[0].instance.patient.identifiers == ()


async def sending(port: int, *files: Path) -> list[int]:
    return await asyncio.to_thread(send, files, "127.0.0.1", port, "CT_H1", TITLE)


async def test_index_that_fails_gets_everything_later(tmp_path: Path) -> None:
    sent = [written(tmp_path, ct_slice()) for _ in range(3)]
    async with receiver(tmp_path / "spool", Index(failures=2)) as gateway:
        assert await sending(gateway.scp.port, *sent) == [0, 0, 0]
        await eventually(lambda: len(gateway.index.uids) == len(sent))
        assert ("dicom_index_failed", {"error_type": "RuntimeError"}) in gateway.events
