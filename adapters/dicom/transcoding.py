"""A stored file in another transfer syntax, for whoever asks for one (PS3.18 section 8.7.3.5)."""

from io import BytesIO
from pathlib import Path

from pydicom import dcmread, dcmwrite
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from adapters.dicom.frames import require_decodable
from adapters.dicom.pixel_location import read_header_of
from adapters.dicom.pydicom_habits import UNREADABLE, silence_pydicom
from adapters.dicom.rendering import UndecodableImage

#: What a file can be turned into.
TARGETS = (str(ExplicitVRLittleEndian), str(ImplicitVRLittleEndian))


def uncompressed_file(path: Path, transfer_syntax_uid: str) -> bytes:
    """The whole file in one of `TARGETS`. Raises UndecodableImage when that is impossible."""
    require_decodable(read_header_of(path))
    silence_pydicom()
    try:
        dataset = dcmread(path)
        if dataset.file_meta.TransferSyntaxUID.is_compressed and "PixelData" in dataset:
            dataset.decompress(generate_instance_uid=False)
        out = BytesIO()
        dataset.file_meta.TransferSyntaxUID = UID(transfer_syntax_uid)
        dcmwrite(
            out, dataset, enforce_file_format=True,
            implicit_vr=transfer_syntax_uid == ImplicitVRLittleEndian, little_endian=True,
        )  # fmt: skip
    except (*UNREADABLE, MemoryError, RuntimeError) as error:
        raise UndecodableImage(
            "not_transcodable", "(7FE0,0010)", "ask for it as stored: transfer-syntax=*"
        ) from error
    return out.getvalue()
