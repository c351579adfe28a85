"""What the HTTP rim asks of stored DICOM files, without knowing how they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from gateway.canonical.directory import Sender

PictureFormat = Literal["PNG", "JPEG"]


@dataclass(frozen=True, slots=True)
class FrameParts:
    """Frames of one instance, and what is needed to decode them."""

    media_type: str
    transfer_syntax_uid: str
    parts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How to draw a frame (from 1): window in units of the modality, largest side, format."""

    frame: int = 1
    window: tuple[float, float] | None = None
    max_size: int = 1024
    picture_format: PictureFormat = "JPEG"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What became of a file received over HTTP: UIDs as far as known, and the DIMSE status."""

    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    status: int


class ImageFiles(Protocol):
    """Stored files by object name. Everything blocks; it is called in a thread.

    Methods raise `gateway.errors.NotFound` for what is not there and `NotAcceptable` for pixel
    data that cannot be given in the form asked for.
    """

    def media_type(self, transfer_syntax_uid: str) -> str:
        """The media type of a frame as stored."""

    def frames(self, name: str, numbers: Sequence[int], *, as_stored: bool) -> FrameParts:
        """Frames counted from 1, as stored or decoded; none named means all."""

    def bulk(self, name: str, place: str) -> bytes:
        """The value that a BulkDataURI names."""

    def picture(self, name: str, drawing: Drawing) -> bytes:
        """A frame as JPEG or PNG."""

    def whole(self, name: str, transfer_syntax_uid: str) -> bytes:
        """The file as stored (`*`), or in this transfer syntax."""

    def store(self, content: bytes, sender: Sender, at: datetime) -> StoredFile:
        """Keep a file as C-STORE would; raises `Unavailable` where nothing can be kept now."""
