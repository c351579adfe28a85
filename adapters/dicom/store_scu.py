"""Sends DICOM files to a storage service, byte for byte: what the emulated modalities use."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydicom.filereader import read_file_meta_info
from pynetdicom import AE, _config, evt
from pynetdicom.association import Association

from adapters.dicom.peer_socket import take_over

_MAXIMUM_PDU_LENGTH = 131_072
_MAXIMUM_CONTEXTS = 128  # PS3.8 section 7.1.1.13: odd numbers up to 255
#: SOP Class UID and Transfer Syntax UID.
_Kind = tuple[str, str]


def send(files: Sequence[Path], host: str, port: int, calling: str, called: str) -> list[int]:
    """The C-STORE status of each file, in order, over as many associations as the classes need.

    Data sets go out as they stand in the files, never decoded. Raises ConnectionError when the
    association is refused or lost, ValueError when a file's class or syntax is not accepted.
    """
    _config.STORE_SEND_CHUNKED_DATASET = True
    statuses: list[int] = []
    for batch in _batches(files):
        statuses.extend(_send_batch(batch, (host, port), calling, called))
    return statuses


def _batches(files: Sequence[Path]) -> Iterator[list[tuple[Path, _Kind]]]:
    """The files in order, in runs of at most as many SOP class and syntax pairs as fit."""
    batch: list[tuple[Path, _Kind]] = []
    kinds: set[_Kind] = set()
    for path in files:
        meta = read_file_meta_info(path)
        kind = (str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID))
        if len(kinds | {kind}) > _MAXIMUM_CONTEXTS:
            yield batch
            batch, kinds = [], set()
        batch.append((path, kind))
        kinds.add(kind)
    if batch:
        yield batch


def _send_batch(
    batch: list[tuple[Path, _Kind]], address: tuple[str, int], calling: str, called: str
) -> list[int]:
    entity = AE(ae_title=calling)
    for sop_class, syntax in dict.fromkeys(kind for _, kind in batch):
        entity.add_requested_context(sop_class, syntax)
    association = entity.associate(
        *address,
        ae_title=called,
        max_pdu=_MAXIMUM_PDU_LENGTH,
        evt_handlers=[(evt.EVT_CONN_OPEN, take_over)],
    )
    if not association.is_established:
        raise ConnectionError("association refused or not reachable")
    try:
        return [_store(association, path) for path, _ in batch]
    finally:
        association.release()


def _store(association: Association, path: Path) -> int:
    answer = association.send_c_store(path)
    if "Status" not in answer:
        raise ConnectionError("the association was lost before an answer came")
    return int(answer.Status)
