"""Frames of a stored instance, as stored or decoded, and its bulk values (PS3.18 section 10.4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

import numpy as np
from pydicom import uid as uids
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.utils import pixel_array

from adapters.dicom.metadata import bulk_of
from adapters.dicom.pixel_location import WholeHeader, read_header_of, read_whole_header
from adapters.dicom.rendering import UndecodableImage
from adapters.errors import MappingFailure

OCTET_STREAM = "application/octet-stream"
#: Media type of a frame as stored, by transfer syntax (PS3.18 table 8.7.3-5).
_MEDIA_TYPES = MappingProxyType(
    {
        uids.JPEGBaseline8Bit: "image/jpeg",
        uids.JPEGExtended12Bit: "image/jpeg",
        uids.JPEGLossless: "image/jpeg",
        uids.JPEGLosslessSV1: "image/jpeg",
        uids.JPEGLSLossless: "image/jls",
        uids.JPEGLSNearLossless: "image/jls",
        uids.JPEG2000Lossless: "image/jp2",
        uids.JPEG2000: "image/jp2",
        uids.HTJ2KLossless: "image/jphc",
        uids.HTJ2KLosslessRPCL: "image/jphc",
        uids.HTJ2K: "image/jphc",
        uids.RLELossless: "image/dicom-rle",
        uids.MPEG2MPML: "video/mpeg",
        uids.MPEG2MPHL: "video/mpeg",
        uids.MPEG4HP41: "video/mp4",
        uids.MPEG4HP41BD: "video/mp4",
        uids.MPEG4HP422D: "video/mp4",
        uids.MPEG4HP423D: "video/mp4",
        uids.MPEG4HP42STEREO: "video/mp4",
    }
)
#: A frame larger than this when decoded is taken for an attack, not for an image.
MAX_DECODED_BYTES = 1 << 29
#: What the decoders raise for broken, absurd or unsupported pixel data.
_UNDECODABLE = (
    AttributeError, EOFError, IndexError, KeyError, MemoryError, NotImplementedError,
    RuntimeError, TypeError, ValueError,
)  # fmt: skip


class NoSuchFrame(MappingFailure):
    """A frame number beyond those that the instance has."""


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames of one instance with what is needed to decode them."""

    media_type: str
    transfer_syntax_uid: str
    parts: tuple[bytes, ...]


def stored_media_type(transfer_syntax_uid: str) -> str:
    """The media type that frames of this transfer syntax have as stored."""
    return _MEDIA_TYPES.get(uids.UID(transfer_syntax_uid), OCTET_STREAM)


def stored_frames(path: Path, numbers: Sequence[int]) -> Frames:
    """Frames as they stand in the file, counted from 1; none named means all.

    Raises NoSuchFrame; UndecodableImage where there are no whole frames; OSError.
    """
    with path.open("rb") as file:
        header, stream = read_whole_header(file)
        wanted = _checked(header, numbers)
        syntax = header.transfer_syntax_uid
        try:
            if header.pixel_length is None:
                parts = _encapsulated(header, stream, wanted)
            else:
                parts = _native(header, stream, wanted)
                syntax = str(uids.ExplicitVRLittleEndian)
        except _UNDECODABLE as error:
            raise _undecodable() from error
    return Frames(stored_media_type(syntax), syntax, parts)


def decoded_frames(path: Path, numbers: Sequence[int]) -> Frames:
    """Frames as plain samples, color by pixel, little endian; raises as `stored_frames`."""
    header = read_header_of(path)
    wanted = _checked(header, numbers)
    require_decodable(header)
    if header.pixel_length is not None:
        return stored_frames(path, numbers)
    try:
        parts = tuple(
            np.ascontiguousarray(pixel_array(path, index=number - 1, raw=True)).tobytes()
            for number in wanted
        )
    except _UNDECODABLE as error:
        raise _undecodable() from error
    return Frames(OCTET_STREAM, str(uids.ExplicitVRLittleEndian), parts)


def bulk_value(path: Path, place: str) -> bytes:
    """The value under a bulk path of the metadata; raises KeyError, MappingFailure, OSError."""
    with path.open("rb") as file:
        header, stream = read_whole_header(file)
        if place != f"{header.pixel_tag:08X}":
            return bulk_of(header.dataset, place)
        if header.pixel_length is None:
            raise KeyError(place)
        stream.seek(header.pixel_offset)
        return _little_endian(header, stream.read(header.pixel_length))


def require_decodable(header: WholeHeader) -> None:
    """Refuse dimensions that no image has; raises UndecodableImage."""
    if _frame_bits(header.dataset) > MAX_DECODED_BYTES * 8:
        raise _undecodable()


def frame_count(dataset: Dataset) -> int:
    """(0028,0008), at least one."""
    value = dataset.get("NumberOfFrames")
    try:
        return max(int(value or 1), 1)
    except (TypeError, ValueError):
        return 1


def _checked(header: WholeHeader, numbers: Sequence[int]) -> Sequence[int]:
    count = frame_count(header.dataset)
    if not header.pixel_tag:
        raise _undecodable()
    if any(not 1 <= number <= count for number in numbers):
        raise NoSuchFrame("no_such_frame", "(0028,0008)", "frames are counted from 1")
    return numbers or range(1, count + 1)


def _encapsulated(
    header: WholeHeader, stream: BinaryIO, numbers: Sequence[int]
) -> tuple[bytes, ...]:
    count = frame_count(header.dataset)
    offsets = None
    if "ExtendedOffsetTable" in header.dataset:
        offsets = (header.dataset.ExtendedOffsetTable, header.dataset.ExtendedOffsetTableLengths)

    def one(number: int) -> bytes:
        stream.seek(header.pixel_offset)
        return get_frame(stream, number - 1, number_of_frames=count, extended_offsets=offsets)

    return tuple(one(number) for number in numbers)


def _native(header: WholeHeader, stream: BinaryIO, numbers: Sequence[int]) -> tuple[bytes, ...]:
    bits = _frame_bits(header.dataset)
    size = bits // 8
    length = header.pixel_length or 0
    if not size or bits % 8 or size * frame_count(header.dataset) > length:
        raise ValueError("pixel data do not hold the frames that the header states")

    def one(number: int) -> bytes:
        stream.seek(header.pixel_offset + (number - 1) * size)
        return _little_endian(header, stream.read(size))

    return tuple(one(number) for number in numbers)


def _frame_bits(dataset: Dataset) -> int:
    samples: int = dataset.get("SamplesPerPixel", 1) or 1
    if dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
        samples = 2
    allocated = dataset.get("BitsAllocated") or 0
    dimensions = (dataset.get("Rows") or 0, dataset.get("Columns") or 0)
    return int(dimensions[0]) * int(dimensions[1]) * int(samples) * int(allocated)


def _little_endian(header: WholeHeader, value: bytes) -> bytes:
    swap: dict[int, Callable[[bytes], bytes]] = {
        16: lambda v: np.frombuffer(v, ">u2").astype("<u2").tobytes(),
        32: lambda v: np.frombuffer(v, ">u4").astype("<u4").tobytes(),
    }
    if header.transfer_syntax_uid != uids.ExplicitVRBigEndian:
        return value
    return swap.get(header.dataset.get("BitsAllocated") or 8, bytes)(value)


def _undecodable() -> UndecodableImage:
    return UndecodableImage(
        "pixel_data_undecodable", "(7FE0,0010)", "fetch the instance as it is stored"
    )
