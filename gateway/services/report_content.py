"""A stored report as the API answers it: values as sent, critical ones first."""

from typing import Any

from gateway.canonical.imaging import ImagingReport
from gateway.canonical.lab import LabReport, LabResult, ReportStatus, ResultStatus
from gateway.canonical.study import StudySummary
from gateway.canonical.times import EventTime
from gateway.storage.reports import StoredStudy, StoredVersion

#: Results whose value must not be seen any more (HL7 table 0085 D, W).
_HIDDEN = frozenset({ResultStatus.DELETED, ResultStatus.WRONG_PATIENT})


def report_content(version: StoredVersion, report: LabReport | ImagingReport) -> dict[str, Any]:
    """One version of a report with what it says; nothing of a report of the wrong patient."""
    head = {
        "id": version.report_id,
        "version": version.version,
        "kind": version.kind,
        "institution": version.institution,
        "status": version.status,
        "is_late_older": version.is_stale,
        "arrived_at": version.arrived_at,
        "first_issued_at": version.first_issued_at,
        "issued_at": time_text(report.issued_at),
        "file_number": report.file_number,
        "department": report.department,
        "patient": {"name": report.patient.name, "sex": report.patient.sex},
    }
    if version.status == ReportStatus.WRONG_PATIENT:
        return head | {"patient": None, "results": []}
    return head | (_lab(report) if isinstance(report, LabReport) else _imaging(report))


def _lab(report: LabReport) -> dict[str, Any]:
    shown = [result for result in report.results if result.status not in _HIDDEN]
    shown.sort(key=lambda result: not result.is_critical)
    return {
        "collected_at": time_text(report.collected_at),
        "received_at": time_text(report.received_at),
        "specimen": report.specimen,
        "notes": report.notes,
        "results": [_result(result) for result in shown],
    }


def _result(result: LabResult) -> dict[str, Any]:
    return result_content(result) | {
        "local_code": result.code.code,
        "order": result.order.name or result.order.code,
        "status": result.status,
        "method": result.method,
        "detection_system": result.detection_system,
        "performed_by": result.performing_institution,
        "notes": result.notes,
    }


def result_content(result: LabResult) -> dict[str, Any]:
    """Name, value, unit, range and flags of one result, as sent."""
    return {
        "name": result.code.name or result.code.code,
        "value": result.value,
        "unit": result.unit,
        "range": result.reference_range,
        "flags": result.abnormal_flags,
        "critical": result.is_critical,
    }


def _imaging(report: ImagingReport) -> dict[str, Any]:
    return {
        "examined_at": time_text(report.examined_at),
        "procedure": report.procedure.name or report.procedure.code,
        "modality": report.modality,
        "accession_number": report.accession_number,
        "findings_text": report.findings,
        "impression_text": report.impression,
        "results": [],
    }


def study_content(study: StoredStudy, summary: StudySummary) -> dict[str, Any]:
    """A study for which no report has come yet."""
    return {
        "id": study.study_id,
        "version": 1,
        "kind": "study",
        "institution": study.institution,
        "status": None,
        "examined_at": time_text(summary.acquired_at),
        "modality": ",".join(summary.modalities),
        "accession_number": summary.accession_number,
        "images": summary.received_count,
        "results": [],
    }


def time_text(time: EventTime | None) -> str | None:
    """An instant in ISO 8601 with its offset; None stays None."""
    return None if time is None else time.instant.isoformat()
