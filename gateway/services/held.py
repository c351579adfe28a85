"""What the store holds of a patient, opened: report versions and studies of other institutions."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.lab import LabReport
from gateway.canonical.study import StudySummary


@dataclass(frozen=True, slots=True)
class HeldLabReport:
    """A laboratory report version; first_issued_at is that of its first version."""

    id: str
    version: int
    report: LabReport
    first_issued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldImagingReport:
    """An imaging report version."""

    id: str
    version: int
    report: ImagingReport


@dataclass(frozen=True, slots=True)
class HeldStudy:
    """A study; last_received_at is when its newest instance arrived."""

    id: str
    summary: StudySummary
    last_received_at: datetime


Held: TypeAlias = HeldLabReport | HeldImagingReport | HeldStudy


@dataclass(frozen=True, slots=True)
class Examination:
    """An imaging report with its study, or one of them alone; id and version are the report's."""

    id: str
    version: int
    institution: InstitutionCode
    report: HeldImagingReport | None = None
    study: HeldStudy | None = None


def examinations(
    reports: list[HeldImagingReport], studies: list[HeldStudy]
) -> tuple[Examination, ...]:
    """Reports and studies joined by Study Instance UID, else by institution and accession number.

    Several reports may speak of one study (one accession, two orders). Of several studies with one
    accession number the report goes with the one that has most images.
    """
    joined: set[str] = set()
    found = []
    for report in reports:
        study = _study_of(report, studies)
        if study is not None:
            joined.add(study.id)
        institution = report.report.institution
        found.append(Examination(report.id, report.version, institution, report, study))
    alone = (study for study in studies if study.id not in joined)
    return (*found, *(_without_report(study) for study in alone))


def _without_report(study: HeldStudy) -> Examination:
    return Examination(study.id, 1, study.summary.institution, study=study)


def _study_of(held: HeldImagingReport, studies: list[HeldStudy]) -> HeldStudy | None:
    report = held.report
    own = [study for study in studies if study.summary.institution == report.institution]
    same = [s for s in own if s.summary.study_uid == report.study_instance_uid]
    if not same and report.accession_number:
        same = [s for s in own if s.summary.accession_number == report.accession_number]
    return max(same, key=lambda study: (study.summary.received_count, study.id), default=None)
