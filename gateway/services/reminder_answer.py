"""A reminder line as the workstation gets it (interfaces, POST /api/v1/reminders)."""

from typing import Any

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.lab import LabResult
from gateway.canonical.times import EventTime
from gateway.services.explanations import determination_id
from gateway.services.fact_building import BuiltCandidate
from gateway.services.held import Examination, HeldLabReport
from gateway.services.reminder_lines import ReminderLine
from gateway.services.reminder_record import OfferedReport, RecordedItem
from gateway.services.report_content import result_content, time_text
from gateway.services.situation import Situation
from rules.codec import line_to_json
from rules.line import LineDetermination, Part
from rules.outcome import Finding
from rules.wording import OUTCOMES, sentence


def recorded_item(situation: Situation, made: ReminderLine, key: str) -> RecordedItem:
    """The line as it is kept."""
    return RecordedItem(
        key=key,
        order_id=made.order_id,
        item_code=made.line.ordered.code,
        outcome=made.line.outcome,
        counted_outcome=made.counted_outcome,
        is_inferred=made.is_inferred,
        line=line_to_json(made.line),
        reports=tuple(offered_report(situation, made.sources[id_]) for id_ in _used_reports(made)),
    )


def answer_item(
    situation: Situation, made: ReminderLine, kept: RecordedItem, reminder_id: str
) -> dict[str, Any]:
    """The line as it is answered, results as sent and critical ones first."""
    line = made.line
    marks = marks_of_reports(line)
    reports = [
        report_head(situation, made.sources[each.id]) | {"hr_marks": marks.get(each.id, [])}
        for each in kept.reports
    ]
    return {
        "key": kept.key,
        "order_id": made.order_id,
        "determination_id": determination_id(reminder_id, kept.key),
        "item": {"code": line.ordered.code, "name": line.ordered.name},
        "outcome": line.outcome,
        "outcome_text": OUTCOMES[line.outcome],
        "coverage": line.coverage,
        "quiet": made.is_quiet,
        "critical": made.is_critical,
        "report": reports[0],
        "reports": reports,
        "results": _results(situation, made),
        "findings": [_finding(each) for each in line.findings],
        "view_url": f"/workstation#report={kept.reports[0].id}",
    }


def offered_report(situation: Situation, built: BuiltCandidate) -> OfferedReport:
    """The report version, or the study without report, as a citation will name it."""
    source, code = built.source, built.candidate.report.source.code
    head = report_head(situation, built)
    examined = _examined(source)
    return OfferedReport(
        source.id,
        source.version,
        head["kind"],
        code,
        head["institution_name"],
        head["file_number"],
        examined.local_date.isoformat() if examined else "",
    )


def report_head(situation: Situation, built: BuiltCandidate) -> dict[str, Any]:
    """Which report it is, from where and of when; for images also how many there are."""
    source = built.source
    details = _lab_head(source) if isinstance(source, HeldLabReport) else _imaging_head(source)
    code = built.candidate.report.source.code
    return {
        "id": source.id,
        "version": source.version,
        "institution": code,
        "institution_name": _name(situation, code),
        "status": built.candidate.report.status,
        **details,
    }


def _lab_head(source: HeldLabReport) -> dict[str, Any]:
    report = source.report
    performers = {r.performing_institution or report.institution for r in report.results}
    return {
        "kind": "lab",
        "performed_by": sorted(performers),
        "collected_at": time_text(report.collected_at),
        "issued_at": time_text(report.issued_at),
        "file_number": report.file_number,
        "detection_systems": sorted({r.detection_system or "" for r in report.results} - {""}),
    }


def _imaging_head(source: Examination) -> dict[str, Any]:
    report = source.report.report if source.report else None
    study = source.study.summary if source.study else None
    return {
        "kind": "imaging" if report else "study",
        "performed_by": [source.institution],
        "collected_at": time_text(_examined(source)),
        "issued_at": time_text(report.issued_at) if report else None,
        "file_number": report.file_number if report else (study.accession_number if study else ""),
        "images": study.received_count if study else 0,
        "images_declared": study.declared_count if study else None,
    }


def marks_of_reports(line: LineDetermination) -> dict[str, list[str]]:
    """The HR marks that each report's laboratory holds for what the line uses of it."""
    found: dict[str, list[str]] = {}
    for part in line.parts:
        marks = found.setdefault(part.report_key[0], [])
        marks.extend(mark for mark in marks_of(part) if mark not in marks)
    return found


def marks_of(part: Part) -> list[str]:
    """The HR marks of one part, by the assessments valid on the day of collection (二（一）)."""
    marks = (f.facts.get("marks") for f in part.determination.findings if f.code == "EQA")
    return [str(mark) for each in marks if isinstance(each, list) for mark in each]


def _results(situation: Situation, made: ReminderLine) -> list[dict[str, Any]]:
    used = [row for part in made.line.parts for row in _part_results(situation, made, part)]
    left = [
        row | {"used": False}
        for part in made.line.left_out
        for row in _part_results(situation, made, part)
    ]
    return sorted([*used, *left], key=lambda row: not row["critical"])


def _part_results(situation: Situation, made: ReminderLine, part: Part) -> list[dict[str, Any]]:
    report_id = part.report_key[0]
    results = made.sources[report_id].results
    marks = marks_of(part)
    return [
        _result(situation, each, element.code)
        | {"component": name, "report": report_id, "used": True, "hr_marks": marks}
        for name, element in zip(part.names, part.elements, strict=True)
        for each in results.get(element, ())
    ]


def _result(situation: Situation, result: LabResult, code: str) -> dict[str, Any]:
    """A result as sent, with the detection systems of both sides."""
    receiver = situation.request.institution
    return {
        "code": code,
        **result_content(result),
        "detection_system": result.detection_system,
        "own_detection_system": situation.registry.own_system(receiver, code, situation.day),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "clause": finding.clause,
        "verdict": finding.verdict,
        "text": sentence(finding),
        "facts": finding.facts,
    }


def _used_reports(made: ReminderLine) -> list[str]:
    return list(dict.fromkeys(part.report_key[0] for part in made.line.parts))


def _examined(source: HeldLabReport | Examination) -> EventTime | None:
    """When the specimen was taken or the patient examined, as well as it is known."""
    if isinstance(source, HeldLabReport):
        report = source.report
        return report.collected_at or report.received_at or report.issued_at
    acquired = source.study.summary.acquired_at if source.study else None
    return acquired or (source.report.report.examined_at if source.report else None)


def _name(situation: Situation, code: str) -> str:
    found = situation.registry.institution(InstitutionCode(code), situation.day)
    return found.name if found else code
