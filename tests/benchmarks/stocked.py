"""A store that holds many reports: each patient has ten, of four kinds, sent by two hospitals.

They are written by the intake itself, in large batches; only HL7 and its sockets are left out.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from gateway.bootstrap import Gateway
from gateway.canonical.identifiers import (
    IdentityType,
    InstitutionCode,
    PatientIdentifier,
    patient_identifier,
)
from gateway.canonical.intake import ReceiptStatus, Submission
from gateway.canonical.lab import LabReport, LabResult, LocalCode, ReportStatus
from gateway.canonical.patient import Patient, Sex
from gateway.canonical.times import EventTime, Precision, ZoneSource
from tests.end_to_end import city
from tests.factories import resident_number

REPORTS_OF_A_PATIENT = 10
ORDERED = (city.ALBUMIN, city.TOTAL_PROTEIN, city.POTASSIUM, city.BLOOD_COUNT, city.LIPIDS)
_LARGE_BATCH = 1000
_SERIALS = 999
_SOURCES = (InstitutionCode(city.UPPER), InstitutionCode(city.GB_UPPER))
_CATALOGUE, _OWN = "ZJHR", "L"


@dataclass(frozen=True, slots=True)
class _Panel:
    """What is ordered together, and what is measured for it."""

    order: LocalCode
    codes: tuple[LocalCode, ...]


def _panel(name: str, codes: Sequence[str], system: str) -> _Panel:
    return _Panel(LocalCode(name, name, _OWN), tuple(LocalCode(c, c, system) for c in codes))


_LIPIDS = (city.CHOLESTEROL, city.TRIGLYCERIDES, city.HDL, city.LDL)
_PANELS = (
    _panel("肝功能", ("ALB", "TP"), _OWN),
    _panel("电解质", (city.POTASSIUM, city.CALCIUM), _CATALOGUE),
    _panel("血常规", city.BLOOD_COUNT_CODES, _OWN),
    _panel("血脂", _LIPIDS, _CATALOGUE),
)


def resident_id(patient: int) -> str:
    """The resident ID number of a patient, counted from 0."""
    days, serial = divmod(patient, _SERIALS)
    return resident_number(serial + 1, f"{date(1930, 1, 1) + timedelta(days=days):%Y%m%d}")


async def stock(gateway: Gateway, start: int, end: int, now: datetime) -> None:
    """Store the reports numbered from `start` to `end`, and let the planner know of them."""
    for first in range(start, end, _LARGE_BATCH):
        numbers = range(first, min(first + _LARGE_BATCH, end))
        messages = [_submission(number, now) for number in numbers]
        receipts = await asyncio.gather(*map(gateway.intake.receive, messages))
        assert all(receipt.status is ReceiptStatus.STORED for receipt in receipts)
    await gateway.database.write(lambda conn: conn.run(text("ANALYZE")))


def _submission(number: int, now: datetime) -> Submission:
    institution = _SOURCES[number % len(_SOURCES)]
    raw = f"MSH|^~\\&|LIS|{institution}|{number}".encode()
    report = _report(number, institution, now)
    return Submission(institution, "LIS", f"B{number}", raw, now, (report,))


def _report(number: int, institution: InstitutionCode, now: datetime) -> LabReport:
    patient, nth = divmod(number, REPORTS_OF_A_PATIENT)
    panel = _PANELS[nth % len(_PANELS)]
    collected = now - timedelta(days=2 + 6 * nth, hours=patient % 24)
    return LabReport(
        institution=institution,
        filler_order_number=f"R{number}",
        file_number=f"R{number}",
        patient=Patient((_identifier(patient),), "王小明", "王小明", date(1950, 1, 1), Sex.MALE),
        status=ReportStatus.FINAL,
        results=tuple(_result(panel.order, code, number) for code in panel.codes),
        collected_at=_time(collected),
        received_at=_time(collected + timedelta(hours=1)),
        issued_at=_time(collected + timedelta(hours=3)),
        message_at=_time(collected + timedelta(hours=3)),
        department="内科门诊",
        specimen="血清",
    )


def _identifier(patient: int) -> PatientIdentifier:
    return patient_identifier(IdentityType.RESIDENT_ID, resident_id(patient))


def _result(order: LocalCode, code: LocalCode, number: int) -> LabResult:
    value = f"{40 + number % 15}.{number % 10}"
    return LabResult(
        order, code, value, "g/L", "40-55", ("N",), value_type="NM", detection_system="Cobas e801"
    )


def _time(instant: datetime) -> EventTime:
    whole = instant.astimezone(UTC).replace(microsecond=0)
    text_ = whole.strftime("%Y%m%d%H%M%S+0000")
    return EventTime(whole, text_, Precision.SECOND, ZoneSource.STATED)
