"""Reads the header of a DICOM file: everything before the pixel data, which are only measured.

A file that ends inside an element, or whose pixel data stop before their declared end, is refused
as truncated; such a file must never become visible.
"""

import struct
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

from adapters.dicom.pydicom_habits import UNREADABLE
from adapters.errors import MappingFailure

_PREFIX_END = 132  # preamble and "DICM" (PS3.10 section 7.1)
_META_GROUP = 0x0002
_PIXEL_DATA_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_UNDEFINED_LENGTH = 0xFFFFFFFF
_ITEM = (0xFFFE, 0xE000)
_SEQUENCE_DELIMITER = (0xFFFE, 0xE0DD)
_ITEM_HEADER_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Header:
    """The wanted elements before the pixel data, and what was announced beside the data set."""

    dataset: Dataset
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str


def read_header(path: Path, wanted: tuple[int, ...]) -> Header:
    """The header of a DICOM file, announced by its file meta information.

    Raises MappingFailure as `read_data_set` does; OSError when there is no such file.
    """
    with path.open("rb") as file:
        file.seek(_PREFIX_END)
        meta = read_dataset(
            file, False, True, stop_when=lambda tag, _vr, _length: tag >> 16 != _META_GROUP
        )
        syntax = str(meta.TransferSyntaxUID)
        dataset = read_data_set(file, syntax, wanted)
    uids = (meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID)
    return Header(dataset, str(uids[0]), str(uids[1]), syntax)


def read_data_set(stream: BinaryIO, transfer_syntax_uid: str, wanted: tuple[int, ...]) -> Dataset:
    """The `wanted` top-level elements of the data set that begins here and ends with the stream.

    Raises MappingFailure when the bytes are no data set, or end too early.
    """
    try:
        return _read(stream, transfer_syntax_uid, wanted)
    except UNREADABLE as error:
        raise MappingFailure(
            "data_set_unreadable", hint="the data set does not follow its transfer syntax"
        ) from error


def _read(stream: BinaryIO, syntax: str, wanted: tuple[int, ...]) -> Dataset:
    if syntax == DeflatedExplicitVRLittleEndian:
        stream = BytesIO(zlib.decompress(stream.read(), -zlib.MAX_WBITS))
    is_little_endian = syntax != ExplicitVRBigEndian
    guard = _EndGuard(stream, is_little_endian)
    dataset = read_dataset(
        stream,
        syntax == ImplicitVRLittleEndian,
        is_little_endian,
        stop_when=guard,
        specific_tags=list(wanted),
    )
    guard.check_end()
    return dataset


class _EndGuard:
    """Is told of each top-level element, compares it with the end, and stops at the pixel data."""

    def __init__(self, stream: BinaryIO, is_little_endian: bool) -> None:
        self._stream = stream
        here = stream.tell()
        self._size = stream.seek(0, 2)
        stream.seek(here)
        self._item_header = struct.Struct("<HHL" if is_little_endian else ">HHL")
        self._last = (0, here, 0)  # tag, where its value begins, its length

    def __call__(self, tag: int, _vr: str | None, length: int) -> bool:
        self._last = (tag, self._stream.tell(), length)
        if length != _UNDEFINED_LENGTH and self._stream.tell() + length > self._size:
            raise _truncated(tag)
        return tag in _PIXEL_DATA_TAGS

    def check_end(self) -> None:
        """Raise unless the data set ends where its last element says."""
        tag, value_at, length = self._last
        if tag in _PIXEL_DATA_TAGS:
            whole = length != _UNDEFINED_LENGTH or self._fragments_end(value_at)
        elif length == _UNDEFINED_LENGTH:
            self._stream.seek(-_ITEM_HEADER_LENGTH, 2)
            whole = self._tag_here()[0] == _SEQUENCE_DELIMITER
        else:
            whole = value_at + length == self._size
        if not whole:
            raise _truncated(tag)

    def _fragments_end(self, position: int) -> bool:
        """Whether the items of encapsulated pixel data reach their delimiter (PS3.5 A.4)."""
        while position + _ITEM_HEADER_LENGTH <= self._size:
            self._stream.seek(position)
            tag, length = self._tag_here()
            if tag == _SEQUENCE_DELIMITER:
                return True
            if tag != _ITEM:
                return False
            position += _ITEM_HEADER_LENGTH + length
        return False

    def _tag_here(self) -> tuple[tuple[int, int], int]:
        group, element, length = self._item_header.unpack(self._stream.read(_ITEM_HEADER_LENGTH))
        return (group, element), length


def _truncated(tag: int) -> MappingFailure:
    location = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    return MappingFailure("data_set_truncated", location, "send the whole object again")
