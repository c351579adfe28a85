"""What cannot be taken gets its status, is kept and is seen; what is merely unusual is taken."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    generate_uid,
)
from pynetdicom import AE
from pynetdicom.association import Association

from adapters.dicom.store_scu import send
from tests.integration.dicom.receiving import TITLE, Index, Receiver, eventually, receiver, run
from tests.unit.adapters.dicom.dicom_files import (
    ct_slice,
    data_set_bytes,
    encoded,
    written,
)

pytestmark = pytest.mark.integration

PRIVATE_CLASS = "1.2.246.352.70.1.70"


async def sending(port: int, *files: Path) -> list[int]:
    return await asyncio.to_thread(send, files, "127.0.0.1", port, "CT_H1", TITLE)


def associate(gateway: Receiver, *contexts: tuple[str, list[str]]) -> Association:
    entity = AE(ae_title="CT_H1")
    for sop_class, syntaxes in contexts:
        entity.add_requested_context(sop_class, syntaxes)
    return entity.associate("127.0.0.1", gateway.scp.port, ae_title=TITLE)


async def refused(gateway: Receiver, path: Path, status: int, reason: str, location: str) -> None:
    assert await sending(gateway.scp.port, path) == [status]
    await eventually(lambda: gateway.index.quarantined)
    (seen,) = gateway.index.quarantined
    assert (seen.reason, seen.location, seen.institution) == (reason, location, "H1")
    kept = gateway.spool.path_of(seen.raw.decode()).read_bytes()
    assert data_set_bytes(kept) == data_set_bytes(path.read_bytes())
    assert gateway.files("archive") == []
    assert gateway.index.stored == []


async def test_truncated_file_never_becomes_visible(tmp_path: Path) -> None:
    path = written(tmp_path, ct_slice())
    path.write_bytes(path.read_bytes()[:-100])
    async with receiver(tmp_path / "spool") as gateway:
        await refused(gateway, path, 0xC000, "data_set_truncated", "(7FE0,0010)")


async def test_bytes_that_are_no_data_set_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, ct_slice())
    file = path.read_bytes()
    end = len(file) - len(data_set_bytes(file))
    path.write_bytes(file[:end] + b"\x08\x00\x05\x00CS\xff\xff" + b"no data set" * 9)
    async with receiver(tmp_path / "spool") as gateway:
        await refused(gateway, path, 0xC000, "data_set_truncated", "(0008,0005)")


async def test_missing_study_uid_is_located(tmp_path: Path) -> None:
    path = written(tmp_path, ct_slice(StudyInstanceUID=None))
    async with receiver(tmp_path / "spool") as gateway:
        await refused(gateway, path, 0xC000, "uid_missing", "(0020,000D)")


async def test_class_contradicting_the_request_is_refused(tmp_path: Path) -> None:
    dataset = ct_slice()
    mr = encoded(dataset).replace(b"1.2.840.10008.5.1.4.1.1.2\0", b"1.2.840.10008.5.1.4.1.1.4\0", 1)
    path = tmp_path / "contradiction.dcm"
    path.write_bytes(mr)
    async with receiver(tmp_path / "spool") as gateway:
        await refused(gateway, path, 0xA900, "sop_class_mismatch", "(0008,0016)")


async def test_refusal_names_the_element_at_fault(tmp_path: Path) -> None:
    async with receiver(tmp_path / "spool") as gateway:
        association = await asyncio.to_thread(
            associate, gateway, (CTImageStorage, [ExplicitVRLittleEndian])
        )
        dataset = ct_slice(SeriesInstanceUID="")
        dataset.file_meta = None
        encoded(dataset)
        answer = await asyncio.to_thread(association.send_c_store, dataset)
        association.release()
        assert answer.Status == 0xC000
        assert answer.OffendingElement == 0x0020000E
        assert answer.ErrorComment == "uid_missing"


async def test_sender_struck_off_in_mid_association_is_not_authorized(tmp_path: Path) -> None:
    async with receiver(tmp_path / "spool") as gateway:
        association = await asyncio.to_thread(
            associate, gateway, (CTImageStorage, [ExplicitVRLittleEndian])
        )
        gateway.register.titles.clear()
        dataset = ct_slice()
        encoded(dataset)
        answer = await asyncio.to_thread(association.send_c_store, dataset)
        association.release()
        assert answer.Status == 0x0124
        assert gateway.files("archive") == []


async def test_full_spool_asks_to_try_again(tmp_path: Path) -> None:
    sent = [written(tmp_path, ct_slice()) for _ in range(2)]
    async with receiver(tmp_path / "spool", max_pending=0) as gateway:
        assert await sending(gateway.scp.port, *sent) == [0xA700, 0xA700]
        assert gateway.files("archive") == gateway.files("incoming") == []
        assert ("dicom_store_unavailable", {"error_type": "SpoolFull"}) in gateway.events


async def test_disk_trouble_asks_to_try_again(tmp_path: Path) -> None:
    path = written(tmp_path, ct_slice())
    async with receiver(tmp_path / "spool") as gateway:
        (tmp_path / "spool" / "incoming").rmdir()
        assert await sending(gateway.scp.port, path) == [0xA700]
        (tmp_path / "spool" / "incoming").mkdir()
        assert await sending(gateway.scp.port, path) == [0x0000]


async def test_one_bad_instance_holds_up_no_other(tmp_path: Path) -> None:
    bad, good = ct_slice(), ct_slice()
    files = [written(tmp_path, bad), written(tmp_path, good)]
    async with receiver(tmp_path / "spool", Index(poison=bad.SOPInstanceUID)) as gateway:
        assert await sending(gateway.scp.port, *files) == [0, 0]
        await eventually(lambda: good.SOPInstanceUID in gateway.index.uids)
        assert bad.SOPInstanceUID not in gateway.index.uids
        await eventually(lambda: len(gateway.files("pending")) == 1)


async def test_private_class_is_taken_by_default(tmp_path: Path) -> None:
    path = written(tmp_path, ct_slice(SOPClassUID=PRIVATE_CLASS))
    async with receiver(tmp_path / "spool") as gateway:
        assert await sending(gateway.scp.port, path) == [0x0000]
        await eventually(lambda: gateway.index.stored)
        assert gateway.index.stored[0].instance.sop_class_uid == PRIVATE_CLASS


async def test_private_class_is_refused_at_negotiation_when_switched_off(tmp_path: Path) -> None:
    contexts = (
        (PRIVATE_CLASS, [ExplicitVRLittleEndian]),
        (CTImageStorage, [ExplicitVRLittleEndian]),
    )
    async with receiver(tmp_path / "spool", accept_private=False) as gateway:
        association = await asyncio.to_thread(associate, gateway, *contexts)
        accepted = [context.abstract_syntax for context in association.accepted_contexts]
        association.release()
        assert accepted == [CTImageStorage]


async def test_query_class_is_refused_at_negotiation(tmp_path: Path) -> None:
    study_root_find = "1.2.840.10008.5.1.4.1.2.2.1"
    contexts = (
        (study_root_find, [ImplicitVRLittleEndian]),
        (CTImageStorage, [ImplicitVRLittleEndian]),
    )
    async with receiver(tmp_path / "spool") as gateway:
        association = await asyncio.to_thread(associate, gateway, *contexts)
        rejected = [context.abstract_syntax for context in association.rejected_contexts]
        association.release()
        assert rejected == [study_root_find]


async def test_repaired_character_set_is_reported_and_taken(tmp_path: Path) -> None:
    path = written(tmp_path, ct_slice())
    path.write_bytes(path.read_bytes().replace(b"GB18030 ", b"ISO_IR 6", 1))
    async with receiver(tmp_path / "spool") as gateway:
        assert await sending(gateway.scp.port, path) == [0x0000]
        repaired = {"institution": "H1", "reason": "read_as_gb18030"}
        assert ("dicom_charset_repaired", repaired) in gateway.events
        await eventually(lambda: gateway.index.stored)
        assert gateway.index.stored[0].instance.patient.name == "王小东"


async def test_more_classes_than_one_association_can_hold_are_sent(tmp_path: Path) -> None:
    files = [written(tmp_path, ct_slice(SOPClassUID=generate_uid())) for _ in range(130)]
    async with receiver(tmp_path / "spool") as gateway:
        assert await sending(gateway.scp.port, *files) == [0x0000] * 130
        assert await sending(gateway.scp.port) == []


async def test_sender_learns_that_it_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, ct_slice())
    async with receiver(tmp_path / "spool") as gateway:
        gateway.register.titles.clear()
        with pytest.raises(ConnectionError):
            await sending(gateway.scp.port, path)


async def test_stop_ends_associations_that_are_open(tmp_path: Path) -> None:
    async with receiver(tmp_path / "spool") as gateway:
        association = await asyncio.to_thread(
            associate, gateway, (CTImageStorage, [ExplicitVRLittleEndian])
        )
        assert gateway.scp.open_associations == 1
    await eventually(lambda: not association.is_established)


async def test_fifty_associations_are_served_at_once(tmp_path: Path) -> None:
    datasets = [ct_slice() for _ in range(50)]
    context = (CTImageStorage, [ExplicitVRLittleEndian])
    async with receiver(tmp_path / "spool") as gateway:
        opened = [await asyncio.to_thread(associate, gateway, context) for _ in datasets]
        assert gateway.scp.open_associations == len(datasets)
        for dataset in datasets:
            encoded(dataset)  # gives it its file meta information
        answers = await asyncio.gather(
            *(
                asyncio.to_thread(association.send_c_store, dataset)
                for association, dataset in zip(opened, datasets, strict=True)
            )
        )
        for association in opened:
            association.release()
        assert {answer.Status for answer in answers} == {0x0000}
        await eventually(lambda: len(gateway.index.uids) == len(datasets))


async def test_limit_of_associations_is_told(tmp_path: Path) -> None:
    async with receiver(tmp_path / "spool", max_associations=2) as gateway:
        context = (CTImageStorage, [ExplicitVRLittleEndian])
        opened = [await asyncio.to_thread(associate, gateway, context) for _ in range(2)]
        third = await asyncio.to_thread(associate, gateway, context)
        assert third.is_rejected
        assert third.acceptor.primitive.result == 2  # transient: try again
        for association in opened:
            association.release()


async def test_all_128_contexts_of_a_sender_are_answered(tmp_path: Path) -> None:
    classes = [generate_uid() for _ in range(128)]
    async with receiver(tmp_path / "spool") as gateway:
        association = await asyncio.to_thread(
            associate, gateway, *((uid, [ImplicitVRLittleEndian]) for uid in classes)
        )
        accepted = {str(context.abstract_syntax) for context in association.accepted_contexts}
        association.release()
        assert accepted == set(classes)


async def test_compressed_syntax_is_preferred_where_several_are_offered(tmp_path: Path) -> None:
    offered = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, JPEG2000Lossless]
    async with receiver(tmp_path / "spool") as gateway:
        association = await asyncio.to_thread(associate, gateway, (CTImageStorage, offered))
        (context,) = association.accepted_contexts
        association.release()
        assert context.transfer_syntax == [JPEG2000Lossless]


async def test_compressed_object_is_stored_as_sent(
    tmp_path: Path, dcmtk: Callable[[str], Path]
) -> None:
    plain, compressed = written(tmp_path, ct_slice()), tmp_path / "compressed.dcm"
    assert (await run(dcmtk("dcmcjpeg"), plain, compressed)).returncode == 0
    async with receiver(tmp_path / "spool") as gateway:
        answer = await run(
            dcmtk("storescu"), "-xs", "-aet", "CT_H1", "-aec", TITLE, "127.0.0.1",
            gateway.scp.port, compressed,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        await eventually(lambda: gateway.index.stored)
        (stored,) = gateway.index.stored
        kept = gateway.spool.path_of(stored.object_name).read_bytes()
        assert data_set_bytes(kept) == data_set_bytes(compressed.read_bytes())
        assert stored.instance.transfer_syntax_uid == "1.2.840.10008.1.2.4.70"


async def test_association_cut_in_mid_object_leaves_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, ct_slice(PixelData=bytes(1 << 20), Rows=1024, Columns=512))
    async with receiver(tmp_path / "spool") as gateway:
        cut = await asyncio.to_thread(CutConnection, gateway.scp.port, 1 << 19)
        with pytest.raises(ConnectionError):
            await sending(cut.port, path)
        cut.close()
        await eventually(lambda: not gateway.scp.open_associations)
        for folder in ("incoming", "archive", "quarantine", "pending"):
            assert gateway.files(folder) == []


class CutConnection:
    """A wire that breaks after so many bytes."""

    def __init__(self, target: int, limit: int) -> None:
        import threading

        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._forward, args=(target, limit), daemon=True)
        self._thread.start()

    def _forward(self, target: int, limit: int) -> None:
        import threading

        near, _ = self._listener.accept()
        far = socket.create_connection(("127.0.0.1", target))
        threading.Thread(target=_pump, args=(far, near, 1 << 40), daemon=True).start()
        _pump(near, far, limit)
        for side in (near, far):
            side.shutdown(socket.SHUT_RDWR)
            side.close()

    def close(self) -> None:
        self._thread.join(10)
        self._listener.close()


def _pump(source: socket.socket, target: socket.socket, limit: int) -> None:
    while limit > 0 and (data := source.recv(4096)):
        target.sendall(data)
        limit -= len(data)
