"""What a decision leaves in the medical record (四（二）): citation block or repeat grounds."""

from datetime import date
from typing import Any

from gateway.errors import InvalidRequest
from gateway.services.reminder_record import OfferedReport, RecordedItem
from rules.zhejiang_2021.duties import (
    CitedReport,
    citation_text,
    rejection_defects,
    repeat_grounds,
)


def citation_block(item: RecordedItem) -> dict[str, Any]:
    """Institution, day, file number, item and report of everything relied on, and one text."""
    name = item.determination().ordered.name
    return {
        "item": {"code": item.item_code, "name": name},
        "reports": [_reference(each) for each in item.reports],
        "text": citation_text(name, [_cited(each) for each in item.reports]),
    }


def grounds_block(
    item: RecordedItem, code: str, text: str | None, informed: bool
) -> dict[str, Any]:
    """The repeat grounds of a rejection.

    Raises:
        InvalidRequest: the ground is none of E01–E10, is none of the document that the line was
            determined by, does not fit the item, or lacks its text.
    """
    line = item.determination()
    clauses = {finding.code: finding.clause for finding in line.findings}
    defects = rejection_defects(code, text, line.parts[0].determination.facts.item.kind)
    if not defects and code not in clauses:
        defects = ("not_in_document",)
    if defects:
        raise InvalidRequest("this ground cannot be recorded", field="code", reasons=list(defects))
    grounds = repeat_grounds(code, text, informed, clauses[code])
    return {"code": code, "informed": informed, "text": grounds}


def _reference(report: OfferedReport) -> dict[str, Any]:
    return {
        "id": report.id,
        "version": report.version,
        "institution": report.institution,
        "institution_name": report.institution_name,
        "date": report.examined_on or None,
        "file_number": report.file_number,
    }


def _cited(report: OfferedReport) -> CitedReport:
    day = date.fromisoformat(report.examined_on) if report.examined_on else None
    kind = "lab" if report.kind == "lab" else "imaging"
    return CitedReport(
        report.institution_name, kind, day, report.file_number, report.id, report.version
    )
