"""What is written is read back equal, for every record that is stored."""

from datetime import UTC, date
from decimal import Decimal

import pytest

from gateway.canonical.imaging import ImagingInstance, ImagingReport
from gateway.canonical.institution import Price, Validity
from gateway.canonical.lab import LabReport
from gateway.canonical.patient import Patient
from gateway.canonical.study import StudySummary, summarize
from gateway.security.field_encryption import FieldCipher, UnreadableField
from gateway.security.key_ring import new_ring
from gateway.services.reminder_record import OfferedReport, RecordedItem, ReminderRecord
from gateway.storage.codec import decode, encode
from gateway.storage.sealing import Sealer
from tests.factories import (
    HOSPITAL_A,
    a_lab_report,
    a_patient,
    a_result,
    an_imaging_report,
    an_instance,
    local_number,
    resident,
)

REPORT = a_lab_report(
    patient=a_patient(resident(), local_number("L1")),
    results=(a_result(abnormal_flags=("HH",), performing_institution=HOSPITAL_A), a_result()),
    collected_at=None,
)
RECORD = ReminderRecord(
    "v1",
    "内科",
    "dr",
    (
        RecordedItem(
            "k", None, "25030100200", "RECOGNIZABLE", "RECOGNIZABLE", False, {"a": [1, {"b": 2}]},
            (OfferedReport("r", 1, "lab", "A", "甲院", "F", ""),),
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        (LabReport, REPORT),
        (ImagingReport, an_imaging_report()),
        (ImagingInstance, an_instance(slice_thickness=1.25, image_type=("ORIGINAL", "PRIMARY"))),
        (StudySummary, summarize([an_instance(1), an_instance(2)], True)),
        (Patient, Patient(())),
        (ReminderRecord, RECORD),
        (Price, Price(HOSPITAL_A, "1", Decimal("12.50"), Validity(date(2026, 1, 1)))),
    ],
)
def test_record_is_read_back_equal(kind: type, record: object) -> None:
    assert decode(kind, encode(record)) == record


def test_times_are_read_back_in_utc() -> None:
    report = decode(LabReport, encode(REPORT))
    assert report.issued_at is not None
    assert report.issued_at.instant.tzinfo is UTC


def test_missing_field_is_an_error_and_unknown_one_is_not() -> None:
    with pytest.raises(TypeError, match="Patient lacks"):
        decode(Patient, b"{}")
    known = encode(Patient(()))[:-1] + b',"added_later":1}'
    assert decode(Patient, known) == Patient(())


def test_value_without_json_form_is_refused() -> None:
    with pytest.raises(TypeError):
        encode({"x": object()})


def test_sealed_value_opens_in_its_own_place_only() -> None:
    sealer = Sealer(FieldCipher(new_ring()))
    sealed = sealer.seal_record("report_version", "r/1", REPORT)
    assert sealer.open_record("report_version", "r/1", LabReport, sealed) == REPORT
    for table, row in (("report_version", "r/2"), ("patient", "r/1")):
        with pytest.raises(UnreadableField):
            sealer.open(table, row, sealed)
    assert "王小明".encode() not in sealed
