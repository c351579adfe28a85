"""Keeps the metadata of every instance in the store, so that they are answered from there.

Files are read once, beside the intake, soon after an instance is indexed. What a crash left unread
is found at the next start, and whatever a request misses is read for it.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from gateway.canonical.imaging import ImagingInstance
from gateway.canonical.intake import StoredInstance
from gateway.log import get_logger
from gateway.storage import dicomweb as store
from gateway.storage.dicomweb_tables import instance_metadata, study_attributes
from gateway.storage.intake import insert_new
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database

#: Reads a stored file, by its object name, as DICOM JSON; raises OSError, or ValueError for a file
#: that is none.
ReadMetadata = Callable[[str], bytes]
Json = Mapping[str, Any]
Extract = Callable[[Json], dict[str, Any]]
_log = get_logger("metadata")
_BATCH = 100
_MOST_WAITING = 100_000
_RETRY_SECONDS = 1.0
_FASTEST = 1
_STUDY_DATE, _ACCESSION, _PATIENT_ID, _MODALITY = "00080020", "00080050", "00100020", "00080060"


class MetadataIndex:
    """Reads headers in a thread and stores them, batch by batch."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        read: ReadMetadata,
        extract: Extract,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._read = read
        self._extract = extract
        self._arrived = asyncio.Event()
        self._waiting: deque[store.HeldInstance] = deque()
        self._must_sweep = True

    def arrived(self, batch: Sequence[StoredInstance]) -> None:
        """Instances were indexed; they are read soon."""
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.extend(_held(each.instance, each.object_name) for each in batch)
        else:
            self._must_sweep = True
        self._arrived.set()

    async def run(self) -> None:
        """Read what is unread and whatever arrives, until cancelled."""
        while True:
            self._arrived.clear()
            try:
                while unread := await self._unread():
                    await self.take(unread)
            except Exception as error:  # the store is away; what is unread is found by a sweep
                _log.warning("metadata not stored", error_type=type(error).__name__)
                self._must_sweep = True
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            await self._arrived.wait()

    async def take(self, instances: Sequence[store.HeldInstance]) -> dict[str, bytes]:
        """Read and store the metadata of these instances; JSON by SOP Instance UID."""
        read = await asyncio.to_thread(lambda: [self._read_one(each) for each in instances])
        rows = [self._row(each, *found) for each, found in zip(instances, read, strict=True)]
        studies = {
            (each.institution, each.study_instance_uid): self._study_row(each, parsed)
            for each, (_, parsed) in reversed(list(zip(instances, read, strict=True)))
        }

        async def unit(conn: Connection) -> None:
            await insert_new(conn, instance_metadata, rows)
            await insert_new(conn, study_attributes, list(studies.values()))

        await self._database.write(unit)
        return {
            each.sop_instance_uid: found[0] for each, found in zip(instances, read, strict=True)
        }

    async def _unread(self) -> list[store.HeldInstance]:
        """What arrived, else what a sweep over the store finds; the store is swept once."""
        if self._waiting:
            return [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
        if not self._must_sweep:
            return []
        found = await self._database.read(
            lambda conn: store.instances_without_metadata(conn, _BATCH)
        )
        self._must_sweep = bool(found)
        return found

    def _read_one(self, each: store.HeldInstance) -> tuple[bytes, Json]:
        try:
            found = self._read(each.object_name)
        except (OSError, ValueError) as error:
            _log.warning("metadata unreadable", error_type=type(error).__name__)
            found = _least(each)
        return found, orjson.loads(found)

    def _row(self, each: store.HeldInstance, found: bytes, parsed: Json) -> dict[str, Any]:
        packed = zlib.compress(found, _FASTEST)
        return {
            "institution": each.institution,
            "study_instance_uid": each.study_instance_uid,
            "sop_instance_uid": each.sop_instance_uid,
            "series_instance_uid": each.series_instance_uid,
            "modality": first_value(parsed, _MODALITY)[:16],
            "metadata_sealed": self._sealer.seal("instance_metadata", row_id(each), packed),
        }

    def _study_row(self, each: store.HeldInstance, parsed: Json) -> dict[str, Any]:
        institution, study = each.institution, each.study_instance_uid
        extract = orjson.dumps(self._extract(parsed))
        date = "".join(filter(str.isdigit, first_value(parsed, _STUDY_DATE)))[:8]
        return {
            "institution": institution,
            "study_instance_uid": study,
            "study_date": date,
            "accession_hash": accession_hash(
                self._sealer, institution, first_value(parsed, _ACCESSION)
            ),
            "patient_hash": patient_hash(
                self._sealer, institution, first_value(parsed, _PATIENT_ID)
            ),
            "attributes_sealed": self._sealer.seal(
                "study_attributes", f"{institution}/{study}", extract
            ),
        }


def _held(instance: ImagingInstance, object_name: str) -> store.HeldInstance:
    return store.HeldInstance(
        str(instance.institution),
        instance.study_instance_uid,
        instance.series_instance_uid,
        instance.sop_instance_uid,
        object_name,
        None,
    )


def opened_metadata(sealer: Sealer, each: store.HeldInstance) -> bytes | None:
    """The JSON of an instance; None where it was not read yet."""
    if each.sealed is None:
        return None
    return zlib.decompress(sealer.open("instance_metadata", row_id(each), each.sealed))


def row_id(each: store.HeldInstance) -> str:
    """The row that an instance's metadata are sealed for."""
    return f"{each.institution}/{each.study_instance_uid}/{each.sop_instance_uid}"


def accession_hash(sealer: Sealer, institution: str, number: str) -> bytes:
    """How a search finds an accession number."""
    return sealer.lookup_hash("qido accession", institution, number.strip())


def patient_hash(sealer: Sealer, institution: str, number: str) -> bytes:
    """How a search finds (0010,0020) as the institution sent it."""
    return sealer.lookup_hash("qido patient", institution, number.strip())


def first_value(attributes: Json, tag: str) -> str:
    """The first value of an attribute as text, "" when absent."""
    values: Iterable[object] = attributes.get(tag, {}).get("Value", ())
    return str(next(iter(values), ""))


def _least(each: store.HeldInstance) -> bytes:
    """What is known of an instance whose file cannot be read."""
    uids = {
        "00080018": each.sop_instance_uid,
        "0020000D": each.study_instance_uid,
        "0020000E": each.series_instance_uid,
    }
    return orjson.dumps({tag: {"vr": "UI", "Value": [uid]} for tag, uid in uids.items()})
