"""What is written is read back equal, for every record that is stored."""

from dataclasses import fields, replace
from datetime import UTC, date
from decimal import Decimal

import orjson
import pytest

from gateway.canonical.identifiers import PatientIdentifier
from gateway.canonical.imaging import ImagingInstance, ImagingReport
from gateway.canonical.institution import Price, Validity
from gateway.canonical.lab import LabReport, LabResult, LocalCode
from gateway.canonical.patient import Patient
from gateway.canonical.study import StudySummary, summarize
from gateway.canonical.times import EventTime
from gateway.security.field_encryption import FieldCipher, UnreadableField
from gateway.security.key_ring import new_ring
from gateway.services.reminder_record import OfferedReport, RecordedItem, ReminderRecord
from gateway.storage.codec import decode, encode, encode_with_and_without
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


def test_field_without_default_must_be_there() -> None:
    with pytest.raises(TypeError, match="identifiers"):
        decode(Patient, b"[]")


def test_fields_that_were_appended_since_have_their_defaults() -> None:
    whole = encode(a_lab_report(notes=("N",), department="D"))
    older = orjson.dumps(orjson.loads(whole)[:10])
    assert decode(LabReport, older) == a_lab_report()


def test_fields_of_a_newer_release_are_passed_over() -> None:
    newer = encode(Patient(()))[:-1] + b',"added later"]'
    assert decode(Patient, newer) == Patient(())


def test_record_without_a_field_differs_in_that_field_alone() -> None:
    whole, without = encode_with_and_without(REPORT, "message_at")
    assert (whole, without) == (encode(REPORT), encode(replace(REPORT, message_at=None)))


#: What the arrays in the databases of this and every later release begin with.
STORED = {
    LocalCode: "code name coding_system",
    EventTime: "instant text precision zone_source",
    PatientIdentifier: "type value assigner",
    Patient: "identifiers name name_as_sent birth_date sex invalid_identifiers",
    LabResult: "order code value unit reference_range abnormal_flags status value_type sub_id "
    "detection_system method performing_institution notes",
    LabReport: "institution filler_order_number file_number patient status results collected_at "
    "received_at issued_at message_at placer_order_number department specimen notes",
    ImagingReport: "institution filler_order_number file_number accession_number procedure patient "
    "status modality examined_at issued_at message_at findings impression study_instance_uid "
    "placer_order_number department",
    ImagingInstance: "institution study_instance_uid series_instance_uid sop_instance_uid "
    "sop_class_uid transfer_syntax_uid modality accession_number patient procedures acquired_at "
    "body_part laterality view_position contrast series_number instance_number number_of_frames "
    "rows columns slice_thickness image_type series_description study_description "
    "declared_series_count declared_study_count digest size dose",
    StudySummary: "study_id study_uid accession_number institution modalities acquired_at "
    "received_count declared_count closed body_parts lateralities views contrast_series "
    "plain_series images_available procedures slice_thickness dose",
    OfferedReport: "id version kind institution institution_name file_number examined_on",
    RecordedItem: "key order_id item_code outcome counted_outcome is_inferred line reports",
    ReminderRecord: "visit_id department practitioner items",
}


@pytest.mark.parametrize("kind", STORED)
def test_fields_of_stored_records_are_only_ever_appended(kind: type) -> None:
    known = STORED[kind].split()
    assert [field.name for field in fields(kind)][: len(known)] == known


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
