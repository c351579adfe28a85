"""Searching studies and listing their instances, for DICOMweb and DIMSE alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from gateway.services.metadata_index import (
    MetadataIndex,
    accession_hash,
    opened_metadata,
    patient_hash,
)
from gateway.services.study_access import StudyAccess, Viewer, VisibleStudy
from gateway.storage import dicomweb as store
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database

Json = Mapping[str, Any]
_PAGE = 500


@dataclass(frozen=True, slots=True)
class StudySearch:
    """A search of studies: what the index can decide, and what must be looked at.

    accession and patient_id are exact values ("" = not asked); dates are YYYYMMDD. `keep` decides
    on the attributes of a study, `keep_modalities` on its modalities.
    """

    study_uids: tuple[str, ...]
    accession: str
    patient_id: str
    first_date: str
    last_date: str
    keep: Callable[[Json], bool]
    keep_modalities: Callable[[Sequence[str]], bool]
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class FoundStudy:
    """A study of a search with what is held of it."""

    institution: str
    study_uid: str
    attributes: Json
    modalities: tuple[str, ...]
    series: int
    instances: int


@dataclass(frozen=True, slots=True)
class HeldImage:
    """One instance of a study that its viewer may see: where its file is, and its metadata."""

    series_uid: str
    sop_uid: str
    object_name: str
    metadata: bytes


class ImageSearch:
    """Answers from the store; no file is read unless its metadata are missing."""

    def __init__(
        self, database: Database, sealer: Sealer, access: StudyAccess, index: MetadataIndex
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._access = access
        self._index = index

    async def studies(self, viewer: Viewer, search: StudySearch, at: datetime) -> list[FoundStudy]:
        """The studies that the viewer may see and that match, newest first, one page of them."""
        offered = await self._access.offered(viewer, at)
        needed = search.offset + search.limit
        found = await self._matching(await self._offered_attributes(offered), search)
        if viewer.sees_own:
            own = await self._own(viewer, search, needed)
            found = sorted((*found, *own), key=_newest_first, reverse=True)
        page = found[search.offset : needed]
        await self._audit(viewer, page, at)
        return page

    async def instances(
        self, viewer: Viewer, study_uid: str, at: datetime, series_uid: str = "", sop_uid: str = ""
    ) -> list[HeldImage]:
        """The instances of a study, a series, or one, by number; raises as `StudyAccess.require`.

        The list is empty where the study holds no such series or instance.
        """
        visible = await self._access.require(viewer, study_uid, at)
        held = await self._database.read(
            lambda conn: store.instances(conn, visible.key, series_uid, sop_uid)
        )
        unread = [each for each in held if each.sealed is None]
        read = await self._index.take(unread) if unread else {}
        return [
            HeldImage(
                each.series_instance_uid, each.sop_instance_uid, each.object_name,
                opened_metadata(self._sealer, each) or read[each.sop_instance_uid],
            )
            for each in held
        ]  # fmt: skip

    async def _own(self, viewer: Viewer, search: StudySearch, needed: int) -> list[FoundStudy]:
        """The first studies of the institution's own archive that match, as many as are needed."""
        institution = str(viewer.caller.institution)
        narrowing = self._narrowing(institution, search)
        found: list[FoundStudy] = []
        offset = 0
        while len(found) < needed:
            size = min(_PAGE, max(needed, 1)) if offset == 0 else _PAGE
            window = (offset, size)
            page = await self._database.read(
                lambda conn, window=window: store.study_page(conn, institution, narrowing, window)  # type: ignore[misc]
            )
            found += await self._matching(page, search)
            offset += size
            if len(page) < size:
                break
        return found

    def _narrowing(self, institution: str, search: StudySearch) -> store.Narrowing:
        accession, patient = search.accession, search.patient_id
        return store.Narrowing(
            search.study_uids,
            accession_hash(self._sealer, institution, accession) if accession else None,
            patient_hash(self._sealer, institution, patient) if patient else None,
            search.first_date,
            search.last_date,
        )

    async def _offered_attributes(
        self, offered: Sequence[VisibleStudy]
    ) -> list[store.StudyAttributes]:
        keys = [visible.key for visible in offered]
        return await self._database.read(lambda conn: store.attributes_of(conn, keys))

    async def _matching(
        self, rows: Sequence[store.StudyAttributes], search: StudySearch
    ) -> list[FoundStudy]:
        opened = {(row.institution, row.study_instance_uid): self._opened(row) for row in rows}
        kept = {key: each for key, each in opened.items() if search.keep(each)}
        counts = await self._database.read(lambda conn: store.counts_of(conn, list(kept)))
        return [
            FoundStudy(key[0], key[1], attributes, *counts[key])
            for key, attributes in kept.items()
            if key in counts and search.keep_modalities(counts[key][0])
        ]

    def _opened(self, row: store.StudyAttributes) -> Json:
        place = f"{row.institution}/{row.study_instance_uid}"
        found: Json = orjson.loads(self._sealer.open("study_attributes", place, row.sealed))
        return found

    async def _audit(self, viewer: Viewer, page: Sequence[FoundStudy], at: datetime) -> None:
        uids = [found.study_uid for found in page]
        keys = {(found.institution, found.study_uid) for found in page}

        async def unit(conn: Connection) -> list[store.StudyPlace]:
            return await store.places_of(conn, uids) if uids else []

        places = await self._database.read(unit)
        given = [place for place in places if (place.institution, place.study_instance_uid) in keys]
        await self._access.searched(viewer, given, at)


def _newest_first(found: FoundStudy) -> tuple[str, str]:
    values = found.attributes.get("00080020", {}).get("Value") or [""]
    return (str(values[0]), found.study_uid)
