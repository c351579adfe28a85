"""Reads all of a file's header and finds its pixel data, without reading them."""

import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from adapters.dicom.pydicom_habits import UNREADABLE, silence_pydicom
from adapters.errors import MappingFailure

_PREFIX_END = 132  # preamble and "DICM" (PS3.10 section 7.1)
_META_GROUP = 0x0002
_PIXEL_DATA_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_UNDEFINED_LENGTH = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class WholeHeader:
    """Every element before the pixel data, and where the value of the pixel data begins.

    pixel_tag is 0 where there are none; pixel_length is None for encapsulated pixel data, whose
    items begin at pixel_offset. offsets count in `stream`, which is the file or, where the data set
    is deflated, what it inflates to.
    """

    dataset: Dataset
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    pixel_tag: int
    pixel_offset: int
    pixel_length: int | None
    data_set_offset: int


def read_whole_header(stream: BinaryIO) -> tuple[WholeHeader, BinaryIO]:
    """The header of an open DICOM file, and the stream in which its offsets count.

    Raises MappingFailure when the bytes are no DICOM file.
    """
    silence_pydicom()
    try:
        return _read(stream)
    except UNREADABLE as error:
        raise MappingFailure("data_set_unreadable", hint="the file is no DICOM file") from error


def read_header_of(path: Path) -> WholeHeader:
    """The header of a file; raises MappingFailure, OSError."""
    with path.open("rb") as file:
        return read_whole_header(file)[0]


def _read(stream: BinaryIO) -> tuple[WholeHeader, BinaryIO]:
    stream.seek(0)
    if stream.read(_PREFIX_END)[-4:] != b"DICM":
        raise ValueError("no DICOM prefix")
    meta = read_dataset(
        stream, False, True, stop_when=lambda tag, _vr, _length: tag >> 16 != _META_GROUP
    )
    syntax = str(meta.TransferSyntaxUID)
    begins = stream.tell()
    if syntax == DeflatedExplicitVRLittleEndian:
        stream = BytesIO(zlib.decompress(stream.read(), -zlib.MAX_WBITS))
    found = (0, 0, 0)

    def at_pixels(tag: int, _vr: str | None, length: int) -> bool:
        nonlocal found
        if tag in _PIXEL_DATA_TAGS:
            found = (int(tag), stream.tell(), length)
        return tag in _PIXEL_DATA_TAGS

    dataset = read_dataset(
        stream, syntax == ImplicitVRLittleEndian, syntax != ExplicitVRBigEndian,
        stop_when=at_pixels,
    )  # fmt: skip
    tag, offset, length = found
    uids = (str(meta.MediaStorageSOPClassUID), str(meta.MediaStorageSOPInstanceUID))
    known_length = None if length == _UNDEFINED_LENGTH else length
    header = WholeHeader(dataset, *uids, syntax, tag, offset, known_length, begins)
    return header, stream
