"""Reading a report, its versions and its images: legal basis first, audit record always."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.imaging import ImagingInstance, ImagingReport
from gateway.canonical.lab import LabReport, ReportStatus
from gateway.canonical.study import StudySummary
from gateway.errors import NotFound
from gateway.security.access import LegalBasis, Offer, basis_for_report
from gateway.security.field_encryption import FieldCipher
from gateway.security.tokens import Caller
from gateway.services.audit import AuditEntry, record
from gateway.services.report_content import report_content, study_content
from gateway.storage.reminders import StoredOffer, find_offer
from gateway.storage.reports import (
    StoredSlice,
    StoredStudy,
    StoredVersion,
    find_study,
    slices_of,
    studies_of_patient,
    versions_of,
)
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database


@dataclass(frozen=True, slots=True)
class _Found:
    """What an identifier stands for: versions of a report, or a study that has none."""

    patient_key: str
    institution: InstitutionCode
    versions: tuple[StoredVersion, ...]
    study: StoredStudy | None
    basis: LegalBasis

    @property
    def current(self) -> StoredVersion:
        """The newest version that is not a late older one."""
        return [version for version in self.versions if not version.is_stale][-1]


@dataclass(frozen=True, slots=True)
class GrantedStudy:
    """A study of a report that its caller may see, and why."""

    study: StoredStudy
    basis: LegalBasis


#: A report of these is no proof that anybody may see the images under it.
_WITHDRAWN = frozenset({ReportStatus.CANCELLED, ReportStatus.WRONG_PATIENT})


class ViewingService:
    """Serves stored content to whoever may see it."""

    def __init__(
        self, database: Database, sealer: Sealer, cipher: FieldCipher, offer_validity: timedelta
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._cipher = cipher
        self._offer_validity = offer_validity

    async def report(self, report_id: str, caller: Caller, at: datetime) -> dict[str, Any]:
        """The current version of a report, or a study that has no report yet.

        Raises:
            NotFound: there is no such report.
            AccessDenied: no reminder offered it to the caller's institution.
        """

        async def unit(conn: Connection) -> dict[str, Any]:
            found = await self._find(conn, report_id, caller, at)
            await self._audit(conn, "report:viewed", report_id, found, caller, at)
            if not found.versions and found.study is not None:
                return study_content(found.study, self._summary(found.study))
            content = self._content(found.current)
            studies = await self._studies(conn, found) if found.current.kind == "imaging" else []
            return content | {"images": sum(self._summary(s).received_count for s in studies)}

        return await self._database.write(unit)

    async def versions(self, report_id: str, caller: Caller, at: datetime) -> dict[str, Any]:
        """Every version of a report, oldest first; raises as `report`."""

        async def unit(conn: Connection) -> dict[str, Any]:
            found = await self._find(conn, report_id, caller, at)
            await self._audit(conn, "report:viewed", report_id, found, caller, at)
            return {"id": report_id, "versions": [self._content(v) for v in found.versions]}

        return await self._database.write(unit)

    async def images(self, report_id: str, caller: Caller, at: datetime) -> list[dict[str, Any]]:
        """The slices of the examination in the order in which they are looked at."""

        async def unit(conn: Connection) -> list[dict[str, Any]]:
            found = await self._find(conn, report_id, caller, at)
            await self._audit(conn, "images:viewed", report_id, found, caller, at)
            slices = await self._slices(conn, found)
            return [self._described(i, study, each) for i, (study, each) in enumerate(slices)]

        return await self._database.write(unit)

    async def granted_studies(
        self, conn: Connection, report_id: str, caller: Caller, at: datetime
    ) -> list[GrantedStudy]:
        """The studies of a report as the caller may see them now; none once it was withdrawn.

        The caller of this leaves the audit record. Raises as `report`.
        """
        found = await self._find(conn, report_id, caller, at)
        if found.versions and found.current.status in _WITHDRAWN:
            return []
        studies = [found.study] if found.study else await self._studies(conn, found)
        return [GrantedStudy(study, found.basis) for study in studies]

    async def slice(self, report_id: str, index: int, caller: Caller, at: datetime) -> str:
        """The object name of one slice; the listing before it left the audit record."""

        async def unit(conn: Connection) -> str:
            slices = await self._slices(conn, await self._find(conn, report_id, caller, at))
            if not 0 <= index < len(slices):
                raise NotFound("there is no such image")
            return slices[index][1].object_name

        return await self._database.read(unit)

    async def _find(self, conn: Connection, report_id: str, caller: Caller, at: datetime) -> _Found:
        """What the caller may read under this identifier."""
        offer = await find_offer(conn, report_id, caller.institution)
        if offer is not None and offer.offered_at + self._offer_validity < at:
            offer = None
        versions = await versions_of(conn, report_id)
        study = None if versions else await find_study(conn, report_id)
        if versions:
            source = InstitutionCode(versions[-1].institution)
        elif study is not None:
            source = InstitutionCode(study.institution)
        else:
            raise NotFound("there is no such report")
        basis = basis_for_report(caller, source, _proof(offer, caller))
        return _found(versions, study, offer, source, basis)

    async def _audit(
        self,
        conn: Connection,
        action: str,
        report_id: str,
        found: _Found,
        caller: Caller,
        at: datetime,
    ) -> None:
        entry = AuditEntry(caller, at, action, "report", report_id, found.patient_key, found.basis)
        await record(conn, self._cipher, entry)

    async def _slices(
        self, conn: Connection, found: _Found
    ) -> list[tuple[StoredStudy, StoredSlice]]:
        studies = [found.study] if found.study else await self._studies(conn, found)
        return [
            (study, each)
            for study in studies
            for each in await slices_of(conn, study.institution, study.study_instance_uid)
        ]

    async def _studies(self, conn: Connection, found: _Found) -> list[StoredStudy]:
        """The studies that belong to an imaging report: same accession number, or named by UID."""
        if found.current.kind != "imaging":
            return []
        report = self._open(found.current)
        assert isinstance(report, ImagingReport)  # noqa: S101 - the kind says so
        held = await studies_of_patient(conn, {found.patient_key}, found.institution)
        return [study for study in held if _belongs(self._summary(study), report)]

    def _content(self, version: StoredVersion) -> dict[str, Any]:
        return report_content(version, self._open(version))

    def _open(self, version: StoredVersion) -> LabReport | ImagingReport:
        kind: type[LabReport | ImagingReport]
        kind = LabReport if version.kind == "lab" else ImagingReport
        row_id = f"{version.report_id}/{version.version}"
        return self._sealer.open_record("report_version", row_id, kind, version.sealed)

    def _summary(self, study: StoredStudy) -> StudySummary:
        return self._sealer.open_record("imaging_study", study.study_id, StudySummary, study.sealed)

    def _described(self, index: int, study: StoredStudy, stored: StoredSlice) -> dict[str, Any]:
        row_id = f"{study.institution}/{study.study_instance_uid}/{stored.sop_instance_uid}"
        header = self._sealer.open_record(
            "imaging_instance", row_id, ImagingInstance, stored.sealed
        )
        return {
            "index": index,
            "modality": header.modality,
            "series": stored.series_number,
            "instance_number": stored.instance_number,
            "frames": header.number_of_frames,
            "description": header.series_description,
            "view_position": header.view_position,
            "laterality": header.laterality,
        }


def _proof(offer: StoredOffer | None, caller: Caller) -> Offer | None:
    if offer is None:
        return None
    return Offer(offer.reminder_id, caller.institution, offer.visit_hash.hex())


def _found(
    versions: Sequence[StoredVersion],
    study: StoredStudy | None,
    offer: StoredOffer | None,
    source: InstitutionCode,
    basis: LegalBasis,
) -> _Found:
    """Only what stands under the patient whom the offer concerned, if there was one."""
    if study is not None:
        return _Found(study.patient_key, source, (), study, basis)
    patient_key = offer.patient_key if offer else versions[-1].patient_key
    own = tuple(version for version in versions if version.patient_key == patient_key)
    return _Found(patient_key, source, own or tuple(versions), None, basis)


def _belongs(summary: StudySummary, report: ImagingReport) -> bool:
    if report.study_instance_uid:
        return summary.study_uid == report.study_instance_uid
    return bool(report.accession_number) and summary.accession_number == report.accession_number
