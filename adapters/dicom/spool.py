"""The folder that makes received objects durable before they are acknowledged.

    incoming/    objects being written; emptied at start and never shown to anybody
    archive/     <aa>/<hash of the SOP Instance UID>.dcm: whole, synced, never overwritten
    quarantine/  <aa>/<digest>.dcm: whole objects that could not be taken
    pending/     one small marker per object that the index does not know yet

One process owns a root. A crash leaves nothing, or a whole object that was never acknowledged (the
sender's resend heals it), or a whole object with its marker.
"""

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from pathlib import Path

from adapters.dicom.pending import PendingObject, Refusal, from_marker, to_marker

_DEFAULT_MAX_PENDING = 100_000
_NAME_LENGTH = 32
_GROUP_LENGTH_AT = (
    140  # value of (0002,0000) behind preamble, prefix and element header (PS3.10 7.1)
)
_META_AT = 144
_CHUNK = 1 << 20


class Kept(StrEnum):
    """How an object was kept."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


class SpoolFull(OSError):
    """More objects wait for the index than the limit allows; the sender should try again."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An object written and synced but not visible yet: its file, SHA-256 and size in bytes."""

    path: Path
    digest: str
    size: int


class Spool:
    """Keeps objects, for many threads at once. Methods raise OSError when the disk refuses."""

    def __init__(self, root: Path, max_pending: int = _DEFAULT_MAX_PENDING) -> None:
        self._root = root
        self._max_pending = max_pending
        self._waiting: deque[PendingObject] = deque()
        self._wake: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self._serial = count()
        _make_folders(root)
        for leftover in (root / "incoming").iterdir():
            leftover.unlink()
        self._waiting.extend(self._marked())

    def path_of(self, object_name: str) -> Path:
        """The file of an object, by the name the index keeps."""
        return self._root / object_name

    @contextmanager
    def arriving(self, parts: Iterable[bytes | memoryview]) -> Iterator[Arrival]:
        """An object written to `incoming` and synced, for as long as it is decided upon.

        Raises SpoolFull when the index has fallen too far behind.
        """
        if len(self._waiting) >= self._max_pending:
            raise SpoolFull("too many objects wait for the index")
        arrival = self._write(parts)
        try:
            yield arrival
        finally:
            arrival.path.unlink()

    def keep(self, arrival: Arrival, pending: PendingObject) -> Kept:
        """Make an arrival visible in the archive and mark it for the index; durable on return.

        The first content of a SOP Instance UID stays. The same data set again is a duplicate
        (marked again, because a crash may have come between file and marker); another one goes to
        quarantine. `pending.object_name` is filled in here.
        """
        name = archive_name(pending.uid)
        target = self._root / name
        kept = self._place(arrival.path, target)
        if kept is Kept.CONFLICT:
            refusal = Refusal(
                "sop_instance_uid_reused",
                "(0008,0018)",
                "an object with this UID and other content is already held; give a changed object "
                "a new UID",
            )
            self.quarantine(arrival, replace(pending, instance=None, refusal=refusal))
        else:
            self._mark(replace(pending, object_name=name))
        return kept

    def quarantine(self, arrival: Arrival, pending: PendingObject) -> None:
        """Keep an object that could not be taken, and mark it to be reported; durable on return."""
        name = f"quarantine/{arrival.digest[:2]}/{arrival.digest[:_NAME_LENGTH]}.dcm"
        self._place(arrival.path, self._root / name)
        self._mark(replace(pending, object_name=name))

    def on_arrival(self, wake: Callable[[], None]) -> None:
        """Have `wake` called, from any thread, whenever something was marked."""
        self._wake = wake

    def take(self, limit: int) -> tuple[PendingObject, ...]:
        """The next objects for the index, oldest first; they stay marked until `done`."""
        with self._lock:
            return tuple(self._waiting.popleft() for _ in range(min(limit, len(self._waiting))))

    def put_back(self, pending: PendingObject) -> None:
        """Let an object wait again, behind all others."""
        with self._lock:
            self._waiting.append(pending)

    def done(self, indexed: Iterable[PendingObject]) -> None:
        """Remove the markers of objects that the index holds durably."""
        for pending in indexed:
            (self._root / "pending" / pending.marker).unlink(missing_ok=True)

    def _write(self, parts: Iterable[bytes | memoryview]) -> Arrival:
        path = self._root / "incoming" / f"{next(self._serial)}.part"
        digest = hashlib.sha256()
        size = 0
        try:
            with path.open("xb", buffering=0) as file:
                for part in parts:
                    _write_all(file.fileno(), part)
                    digest.update(part)
                    size += len(part)
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return Arrival(path, digest.hexdigest(), size)

    def _place(self, source: Path, target: Path) -> Kept:
        """Link a synced file to its final name without ever replacing what stands there."""
        try:
            os.link(source, target)
            kept = Kept.STORED
        except FileExistsError:
            kept = Kept.DUPLICATE if _same_data_set(source, target) else Kept.CONFLICT
        _sync_folder(target.parent)
        return kept

    def _mark(self, pending: PendingObject) -> None:
        temporary = self._write((to_marker(pending),)).path
        marker = self._root / "pending" / pending.marker
        temporary.replace(marker)
        _sync_folder(marker.parent)
        with self._lock:
            self._waiting.append(pending)
        self._wake()

    def _marked(self) -> Iterator[PendingObject]:
        found = [from_marker(path.read_bytes()) for path in (self._root / "pending").iterdir()]
        return iter(sorted(found, key=lambda pending: pending.received_at))


def archive_name(sop_instance_uid: str) -> str:
    """Where the archive keeps an instance, relative to the root."""
    key = hashlib.sha256(sop_instance_uid.encode()).hexdigest()
    return f"archive/{key[:2]}/{key[:_NAME_LENGTH]}.dcm"


def _write_all(descriptor: int, part: bytes | memoryview) -> None:
    view = memoryview(part)
    while view:
        view = view[os.write(descriptor, view) :]


def _make_folders(root: Path) -> None:
    """All folders at once, so that receiving an object never has to make one durable."""
    for name in ("incoming", "pending"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ("archive", "quarantine"):
        for number in range(256):
            (root / name / f"{number:02x}").mkdir(parents=True, exist_ok=True)
        _sync_folder(root / name)
    _sync_folder(root)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _same_data_set(one: Path, other: Path) -> bool:
    """Whether two files hold the same data set; the file meta information is ours and may vary."""
    with one.open("rb") as first, other.open("rb") as second:
        for file in (first, second):
            file.seek(_GROUP_LENGTH_AT)
            file.seek(_META_AT + int.from_bytes(file.read(4), "little"))
        while True:
            chunk = first.read(_CHUNK)
            if chunk != second.read(_CHUNK):
                return False
            if not chunk:
                return True
