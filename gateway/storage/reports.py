"""Queries for reading single reports, studies and their instances."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import false, func, select, tuple_

from gateway.storage.session import Connection
from gateway.storage.tables import imaging_instance, imaging_study, report_version


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version of a report as the store holds it, still sealed."""

    patient_key: str
    report_id: str
    version: int
    kind: str
    institution: str
    status: str
    arrived_at: datetime
    first_issued_at: datetime | None
    is_stale: bool
    sealed: bytes


@dataclass(frozen=True, slots=True)
class StoredStudy:
    """A study as the store holds it, still sealed."""

    patient_key: str
    study_id: str
    institution: str
    study_instance_uid: str
    last_received_at: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True)
class StoredSlice:
    """One instance of a study, in the order in which it is looked at."""

    sop_instance_uid: str
    series_number: int | None
    instance_number: int | None
    object_name: str
    sealed: bytes


async def versions_of(conn: Connection, report_id: str) -> list[StoredVersion]:
    """Every version of a report, oldest first; under the old and the new patient if it moved."""
    table = report_version.c
    query = select(
        table.patient_key, table.report_id, table.version, table.kind, table.institution,
        table.status, table.arrived_at, table.first_issued_at, table.is_stale,
        table.content_sealed,
    ).where(table.report_id == report_id)  # fmt: skip
    rows = await conn.all(query.order_by(table.version))
    return [StoredVersion(*tuple(row)) for row in rows]


async def current_versions(
    conn: Connection, patient_keys: Collection[str], report_ids: Collection[str]
) -> dict[str, tuple[int, str]]:
    """(version, status) of the newest current version of each report, as these patients hold it."""
    if not report_ids:
        return {}
    table = report_version.c
    newest = (
        select(table.patient_key, table.report_id, func.max(table.version))
        .where(
            table.patient_key.in_(patient_keys),
            table.report_id.in_(report_ids),
            table.is_stale == false(),
        )
        .group_by(table.patient_key, table.report_id)
    )
    query = select(table.report_id, table.version, table.status).where(
        tuple_(table.patient_key, table.report_id, table.version).in_(newest)
    )
    return {row[0]: (row[1], row[2]) for row in await conn.all(query)}


async def find_study(conn: Connection, study_id: str) -> StoredStudy | None:
    """The study of that id."""
    table = imaging_study.c
    query = select(
        table.patient_key, table.study_id, table.institution, table.study_instance_uid,
        table.last_received_at, table.summary_sealed,
    ).where(table.study_id == study_id)  # fmt: skip
    rows = await conn.all(query)
    return StoredStudy(*tuple(rows[0])) if rows else None


async def studies_of_patient(
    conn: Connection, patient_keys: Collection[str], institution: str
) -> list[StoredStudy]:
    """The studies that an institution sent of a patient."""
    table = imaging_study.c
    query = select(
        table.patient_key, table.study_id, table.institution, table.study_instance_uid,
        table.last_received_at, table.summary_sealed,
    ).where(table.patient_key.in_(patient_keys), table.institution == institution)  # fmt: skip
    return [StoredStudy(*tuple(row)) for row in await conn.all(query)]


async def slices_of(conn: Connection, institution: str, study_uid: str) -> list[StoredSlice]:
    """The instances of a study by series and instance number."""
    table = imaging_instance.c
    query = select(
        table.sop_instance_uid, table.series_number, table.instance_number, table.object_name,
        table.header_sealed,
    ).where(table.institution == institution, table.study_instance_uid == study_uid)  # fmt: skip
    ordered = query.order_by(table.series_number, table.instance_number, table.sop_instance_uid)
    return [StoredSlice(*tuple(row)) for row in await conn.all(ordered)]
