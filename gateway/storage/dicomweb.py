"""Queries behind searches, metadata and retrieval of images."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_

from gateway.storage.dicomweb_tables import instance_metadata, study_attributes
from gateway.storage.session import Connection
from gateway.storage.tables import imaging_instance, imaging_study, offer, patient

#: Institution and Study Instance UID.
StudyKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class StudyPlace:
    """A study as it stands under a patient."""

    institution: str
    study_instance_uid: str
    study_id: str
    patient_key: str


@dataclass(frozen=True, slots=True)
class HeldInstance:
    """An instance with its metadata, sealed; None where they were not read yet."""

    institution: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    object_name: str
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class StudyAttributes:
    """The searchable attributes of a study, sealed."""

    institution: str
    study_instance_uid: str
    study_date: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What an index can decide of a search: exact keys, or a range of dates YYYYMMDD."""

    study_uids: tuple[str, ...] = ()
    accession_hash: bytes | None = None
    patient_hash: bytes | None = None
    first_date: str = ""
    last_date: str = ""


_WITH_METADATA = imaging_instance.outerjoin(
    instance_metadata,
    and_(
        instance_metadata.c.institution == imaging_instance.c.institution,
        instance_metadata.c.study_instance_uid == imaging_instance.c.study_instance_uid,
        instance_metadata.c.sop_instance_uid == imaging_instance.c.sop_instance_uid,
    ),
)
_HELD = select(
    imaging_instance.c.institution,
    imaging_instance.c.study_instance_uid,
    imaging_instance.c.series_instance_uid,
    imaging_instance.c.sop_instance_uid,
    imaging_instance.c.object_name,
    instance_metadata.c.metadata_sealed,
).select_from(_WITH_METADATA)


async def places_of(conn: Connection, study_uids: Collection[str]) -> list[StudyPlace]:
    """Every study of these UIDs, whoever sent it."""
    table = imaging_study.c
    query = select(table.institution, table.study_instance_uid, table.study_id, table.patient_key)
    rows = await conn.all(query.where(table.study_instance_uid.in_(study_uids)))
    return [StudyPlace(*tuple(row)) for row in rows]


async def offers_since(
    conn: Connection, institution: str, since: datetime, limit: int
) -> list[tuple[str, str]]:
    """(patient key, report id) of the newest offers to an institution."""
    table = offer.c
    query = select(table.patient_key, table.report_id).where(
        table.institution == institution, table.offered_at >= since
    )
    rows = await conn.all(query.order_by(table.offered_at.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


async def offers_of_person(conn: Connection, institution: str, patient_key: str) -> list[str]:
    """What was offered to an institution of the person under any of their keys: report ids."""
    root = select(func.coalesce(patient.c.merged_into, patient.c.patient_key)).where(
        patient.c.patient_key == patient_key
    )
    person = root.scalar_subquery()
    keys = select(patient.c.patient_key).where(
        or_(patient.c.patient_key == person, patient.c.merged_into == person)
    )
    query = select(offer.c.report_id).where(
        offer.c.patient_key.in_(keys), offer.c.institution == institution
    )
    return [row[0] for row in await conn.all(query.order_by(offer.c.offered_at.desc()))]


async def instances(
    conn: Connection, study: StudyKey, series_uid: str = "", sop_uid: str = ""
) -> list[HeldInstance]:
    """The instances of a study, a series, or one; by series and instance number."""
    held = imaging_instance.c
    query = _HELD.where(held.institution == study[0], held.study_instance_uid == study[1])
    if series_uid:
        query = query.where(held.series_instance_uid == series_uid)
    if sop_uid:
        query = query.where(held.sop_instance_uid == sop_uid)
    order = (held.series_number, held.instance_number, held.sop_instance_uid)
    return [HeldInstance(*tuple(row)) for row in await conn.all(query.order_by(*order))]


async def instances_without_metadata(conn: Connection, limit: int) -> list[HeldInstance]:
    """Instances that a process received and did not live to read."""
    query = _HELD.where(instance_metadata.c.sop_instance_uid.is_(None)).limit(limit)
    return [HeldInstance(*tuple(row)) for row in await conn.all(query)]


async def counts_of(
    conn: Connection, studies: Collection[StudyKey]
) -> Mapping[StudyKey, tuple[tuple[str, ...], int, int]]:
    """(modalities as far as read, series, instances) of each study."""
    if not studies:
        return {}
    held = imaging_instance.c
    key = (held.institution, held.study_instance_uid)
    modality = func.coalesce(instance_metadata.c.modality, "")
    query = (
        select(*key, modality, held.series_instance_uid, func.count())
        .select_from(_WITH_METADATA)
        .where(_among(studies))
        .group_by(*key, modality, held.series_instance_uid)
    )
    found: dict[StudyKey, tuple[tuple[str, ...], int, int]] = {}
    seen: dict[StudyKey, set[str]] = {}
    for institution, study, modality, series, count in await conn.all(query):
        known, _, total = found.get((institution, study), ((), 0, 0))
        in_study = seen.setdefault((institution, study), set())
        in_study.add(series)
        modalities = tuple(sorted({*known, modality} - {""}))
        found[institution, study] = (modalities, len(in_study), total + count)
    return found


async def study_page(
    conn: Connection,
    institution: str,
    narrowing: Narrowing,
    window: tuple[int, int],
) -> list[StudyAttributes]:
    """The studies of an institution, newest first; window is (offset, limit)."""
    table = study_attributes.c
    query = select(
        table.institution, table.study_instance_uid, table.study_date, table.attributes_sealed
    ).where(table.institution == institution)
    exact = {
        table.accession_hash: narrowing.accession_hash,
        table.patient_hash: narrowing.patient_hash,
    }
    for column, value in exact.items():
        if value is not None:
            query = query.where(column == value)
    if narrowing.study_uids:
        query = query.where(table.study_instance_uid.in_(narrowing.study_uids))
    if narrowing.first_date:
        query = query.where(table.study_date >= narrowing.first_date)
    if narrowing.last_date:
        query = query.where(table.study_date <= narrowing.last_date, table.study_date != "")
    order = (table.study_date.desc(), table.study_instance_uid.desc())
    rows = await conn.all(query.order_by(*order).offset(window[0]).limit(window[1]))
    return [StudyAttributes(*tuple(row)) for row in rows]


async def attributes_of(conn: Connection, studies: Sequence[StudyKey]) -> list[StudyAttributes]:
    """The attributes of these studies, newest first."""
    if not studies:
        return []
    table = study_attributes.c
    query = select(
        table.institution, table.study_instance_uid, table.study_date, table.attributes_sealed
    ).where(tuple_(table.institution, table.study_instance_uid).in_(studies))
    order = (table.study_date.desc(), table.study_instance_uid.desc())
    return [StudyAttributes(*tuple(row)) for row in await conn.all(query.order_by(*order))]


def _among(studies: Collection[StudyKey]) -> ColumnElement[bool]:
    """Whether a row belongs to one of the studies, in a form that SQLite answers by index."""
    table = imaging_instance.c
    by_institution: dict[str, list[str]] = {}
    for institution, study in studies:
        by_institution.setdefault(institution, []).append(study)
    return or_(
        *(
            and_(table.institution == institution, table.study_instance_uid.in_(found))
            for institution, found in by_institution.items()
        )
    )
