"""Stored DICOM files as the HTTP rim asks for them: the adapters behind its port."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from adapters.dicom.c_store import Store
from adapters.dicom.frames import (
    NoSuchFrame,
    bulk_value,
    decoded_frames,
    require_decodable,
    stored_frames,
    stored_media_type,
)
from adapters.dicom.metadata import metadata_of
from adapters.dicom.part_ten import take_file
from adapters.dicom.pixel_location import read_header_of
from adapters.dicom.rendering import UndecodableImage, render_slice
from adapters.dicom.spool import Spool
from adapters.dicom.transcoding import TARGETS, uncompressed_file
from adapters.errors import AdapterError
from gateway.api.image_files import Drawing, FrameParts, StoredFile
from gateway.canonical.directory import Sender
from gateway.errors import NotAcceptable, NotFound, Unavailable
from gateway.listeners import report


class DicomFiles:
    """The archive folder; spool is None where this process receives no objects."""

    def __init__(self, root: Path, spool: Spool | None, *, accept_private: bool) -> None:
        self._root = root
        self._store = Store(spool, report) if spool else None
        self._accept_private = accept_private

    def media_type(self, transfer_syntax_uid: str) -> str:
        """The media type of a frame as stored."""
        return stored_media_type(transfer_syntax_uid)

    def metadata(self, name: str) -> bytes:
        """The header as DICOM JSON; raises OSError, or ValueError for a file that is none."""
        try:
            return metadata_of(read_header_of(self._root / name))
        except AdapterError as error:
            raise ValueError(error.reason) from None

    def frames(self, name: str, numbers: Sequence[int], *, as_stored: bool) -> FrameParts:
        """Frames counted from 1, as stored or decoded; none named means all."""
        with _refusals():
            read = stored_frames if as_stored else decoded_frames
            found = read(self._root / name, numbers)
        return FrameParts(found.media_type, found.transfer_syntax_uid, found.parts)

    def bulk(self, name: str, place: str) -> bytes:
        """The value that a BulkDataURI names."""
        with _refusals():
            return bulk_value(self._root / name, place)

    def picture(self, name: str, drawing: Drawing) -> bytes:
        """A frame as JPEG or PNG."""
        path = self._root / name
        with _refusals():
            require_decodable(read_header_of(path))
            return render_slice(
                path, drawing.frame - 1, drawing.window, drawing.max_size, drawing.picture_format
            )

    def whole(self, name: str, transfer_syntax_uid: str) -> bytes:
        """The file as stored (`*`), or in this transfer syntax."""
        path = self._root / name
        with _refusals():
            if transfer_syntax_uid in ("*", read_header_of(path).transfer_syntax_uid):
                return path.read_bytes()
            if transfer_syntax_uid not in TARGETS:
                raise NotAcceptable("files are given as stored or uncompressed")
            return uncompressed_file(path, transfer_syntax_uid)

    def store(self, content: bytes, sender: Sender, at: datetime) -> StoredFile:
        """Keep a file as C-STORE would."""
        if self._store is None:
            raise Unavailable("this process receives no images; send to the DICOM process")
        try:
            taken = take_file(self._store, content, sender, at, accept_private=self._accept_private)
        except OSError as error:
            report("dicom_store_unavailable", {"error_type": type(error).__name__})
            raise Unavailable("the store is unavailable; send again later") from None
        return StoredFile(
            taken.sop_class_uid, taken.sop_instance_uid, taken.study_instance_uid,
            taken.series_instance_uid, taken.status,
        )  # fmt: skip


@contextmanager
def _refusals() -> Iterator[None]:
    """What the adapters raise, in the house's own words."""
    try:
        yield
    except (NoSuchFrame, KeyError, ValueError):
        raise NotFound("the instance holds no such frame or value") from None
    except FileNotFoundError:
        raise NotFound("the image is not in the archive") from None
    except UndecodableImage:
        raise NotAcceptable(
            "the pixel data cannot be given like this; ask for them as stored"
        ) from None
    except AdapterError:
        raise NotAcceptable("the stored file cannot be read") from None
