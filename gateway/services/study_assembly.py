"""Instances become studies: whose they are, and what they say together.

The files are durable before this runs. A study that names no patient waits under a patient of its
own until a report with its accession number, or its Study Instance UID, says whose it is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.canonical.imaging import ImagingInstance
from gateway.canonical.intake import StoredInstance
from gateway.canonical.study import StudySummary, summarize
from gateway.ids import new_id
from gateway.services.claims import claims_of
from gateway.services.intake_batch import route_row
from gateway.services.intake_state import (
    REPORT_OF_ACCESSION,
    STUDY,
    STUDY_OF_ACCESSION,
    BatchState,
    Row,
    load_persons,
    route_key,
)
from gateway.services.patient_linking import Link, Match, link
from gateway.services.settling import settle_person
from gateway.storage import intake as store
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database
from gateway.storage.tables import imaging_instance, imaging_study

Batch = Sequence[StoredInstance]
StudyKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A study of the batch with the patient it stands under."""

    study_id: str
    patient_key: str
    is_linked: bool


class StudyAssembly:
    """Takes instances whose files are durable; idempotent by SOP Instance UID."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def receive(self, batch: Batch) -> None:
        """Index the instances; returns after the commit."""
        await self._database.write(lambda conn: self._index(conn, batch))

    async def _index(self, conn: Connection, batch: Batch) -> None:
        rows = [_instance_row(self._sealer, each) for each in batch]
        await store.insert_new(conn, imaging_instance, rows)
        state = await self._load(conn, batch)
        newest = {_study_key(each.instance): each for each in batch}
        placed = {key: self._place(state, each) for key, each in newest.items()}
        await state.rows.write(conn)
        await self._summarize(conn, newest, placed)

    async def _load(self, conn: Connection, batch: Batch) -> BatchState:
        instances = [each.instance for each in batch]
        keys = {key for each in instances for key in _route_keys(self._sealer, each)}
        routes = await store.routes_of(conn, keys)
        persons = await load_persons(
            conn, self._sealer, (each.patient.identifiers for each in instances)
        )
        studies = await store.study_places(conn, {route.object_id for route in routes.values()})
        return BatchState({}, persons, routes, studies, {})

    def _place(self, state: BatchState, stored: StoredInstance) -> _Placed:
        """Where the study of an instance stands; found, or made now."""
        instance = stored.instance
        key = route_key(self._sealer, instance.institution, STUDY, instance.study_instance_uid)
        route = state.routes.get(key)
        study_id = route.object_id if route else new_id()
        place = state.studies.get(study_id)
        patient_key, is_linked = self._patient(state, stored, place)
        if place is not None and place.patient_key != patient_key:
            move = {"study": study_id, "old_key": place.patient_key, "new_key": patient_key}
            state.rows.study_moves.append(move)
        for each in self._own_keys(instance, key):
            state.rows.routes[each] = route_row(
                each, store.Route(patient_key, study_id, patient_key)
            )
        return _Placed(study_id, patient_key, is_linked)

    def _patient(
        self, state: BatchState, stored: StoredInstance, place: store.StudyPlace | None
    ) -> tuple[str, bool]:
        """The patient of the study: as before, by its own identifiers, by its report, or nobody."""
        if place is not None and place.is_linked:
            return place.patient_key, True
        patient, at = stored.instance.patient, stored.received_at
        found = link(claims_of(self._sealer, patient.identifiers), state.persons)
        if found.match in (Match.EXACT, Match.NEW):
            return settle_person(state, self._sealer, patient, found, at), True
        report = self._report_of(state, stored.instance)
        if report is not None:
            return report.person, True
        if place is not None:
            return place.patient_key, False
        return settle_person(state, self._sealer, patient, Link(Match.NONE), at), False

    def _report_of(self, state: BatchState, instance: ImagingInstance) -> store.Route | None:
        if not instance.accession_number:
            return None
        key = route_key(
            self._sealer, instance.institution, REPORT_OF_ACCESSION, instance.accession_number
        )
        return state.routes.get(key)

    def _own_keys(self, instance: ImagingInstance, key: store.RouteKey) -> list[store.RouteKey]:
        if not instance.accession_number:
            return [key]
        number = instance.accession_number
        return [key, route_key(self._sealer, instance.institution, STUDY_OF_ACCESSION, number)]

    async def _summarize(
        self,
        conn: Connection,
        newest: dict[StudyKey, StoredInstance],
        placed: dict[StudyKey, _Placed],
    ) -> None:
        """Write what each study says now, from all its instances."""
        held: dict[StudyKey, list[ImagingInstance]] = defaultdict(list)
        for institution, study, sop, sealed in await store.instances_of_studies(conn, newest):
            row_id = f"{institution}/{study}/{sop}"
            held[institution, study].append(
                self._sealer.open_record("imaging_instance", row_id, ImagingInstance, sealed)
            )
        rows = [
            self._study_row(placed[key], summarize(held[key], False), newest[key].received_at)
            for key in newest
        ]
        await store.upsert_rows(conn, imaging_study, rows)

    def _study_row(self, placed: _Placed, summary: StudySummary, at: datetime) -> Row:
        acquired = summary.acquired_at
        return {
            "patient_key": placed.patient_key,
            "study_id": placed.study_id,
            "institution": summary.institution,
            "study_instance_uid": summary.study_uid,
            "is_linked": placed.is_linked,
            "relevant_at": acquired.instant if acquired else at,
            "last_received_at": at,
            "summary_sealed": self._sealer.seal_record("imaging_study", placed.study_id, summary),
        }


def _study_key(instance: ImagingInstance) -> StudyKey:
    return (instance.institution, instance.study_instance_uid)


def _route_keys(sealer: Sealer, instance: ImagingInstance) -> list[store.RouteKey]:
    numbers = [(STUDY, instance.study_instance_uid)]
    if instance.accession_number:
        numbers.append((REPORT_OF_ACCESSION, instance.accession_number))
    return [route_key(sealer, instance.institution, kind, number) for kind, number in numbers]


def _instance_row(sealer: Sealer, stored: StoredInstance) -> Row:
    instance = stored.instance
    row_id = "/".join((*_study_key(instance), instance.sop_instance_uid))
    return {
        "institution": instance.institution,
        "study_instance_uid": instance.study_instance_uid,
        "sop_instance_uid": instance.sop_instance_uid,
        "series_instance_uid": instance.series_instance_uid,
        "series_number": instance.series_number,
        "instance_number": instance.instance_number,
        "received_at": stored.received_at,
        "object_name": stored.object_name,
        "header_sealed": sealer.seal_record("imaging_instance", row_id, instance),
    }
