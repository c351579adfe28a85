"""A DICOM file received whole (PS3.10), such as a part of STOW-RS, taken as C-STORE takes one."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from pydicom.filereader import read_dataset

from adapters.dicom.c_store import Store
from adapters.dicom.pydicom_habits import UNREADABLE
from adapters.dicom.sop_classes import is_storage_class
from adapters.dicom.status import StoreStatus
from gateway.canonical.directory import Sender

_PREFIX_END, _PREFIX = 132, b"DICM"
_META_GROUP = 0x0002
#: Data set does not match SOP class, and SOP class not supported (PS3.18 table 10.5.3-3).
_CLASS_NOT_SUPPORTED = 0x0122


@dataclass(frozen=True, slots=True)
class TakenFile:
    """What became of a file: its UIDs as far as they could be read, and the C-STORE status."""

    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    status: int


def take_file(
    store: Store, content: bytes, sender: Sender, at: datetime, *, accept_private: bool
) -> TakenFile:
    """Keep a file like an object received by C-STORE. Raises OSError when the disk refuses.

    Some libraries leave out preamble and prefix, which is forgiven. Bytes that are no file at all
    are answered as not understood and not kept.
    """
    stream = BytesIO(content)
    try:
        stream.seek(_PREFIX_END if content[:_PREFIX_END].endswith(_PREFIX) else 0)
        meta = read_dataset(
            stream, False, True, stop_when=lambda tag, _vr, _length: tag >> 16 != _META_GROUP
        )
        uids = (str(meta.MediaStorageSOPClassUID), str(meta.MediaStorageSOPInstanceUID))
        syntax = str(meta.TransferSyntaxUID)
    except UNREADABLE:
        return TakenFile("", "", "", "", StoreStatus.CANNOT_UNDERSTAND)
    if not is_storage_class(uids[0], accept_private=accept_private):
        return TakenFile(*uids, "", "", _CLASS_NOT_SUPPORTED)
    status, instance = store.take(stream, uids, syntax, sender, at)
    study = instance.study_instance_uid if instance else ""
    series = instance.series_instance_uid if instance else ""
    return TakenFile(*uids, study, series, int(status.Status))
