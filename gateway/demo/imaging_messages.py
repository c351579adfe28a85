"""Imaging ORU^R01 messages of the fake radiology systems."""

from datetime import timedelta

from gateway.demo.hl7_text import (
    Envelope,
    encoded,
    escaped,
    patient_segment,
    segment,
    timestamp,
    visit_segment,
)
from gateway.demo.imaging_plans import StudyPlan

_REPORTING_TIME = timedelta(hours=2)


def imaging_message(plan: StudyPlan, study_instance_uid: str) -> bytes:
    """The final report of a study as the institution's RIS sends it."""
    issued = plan.acquired_at + _REPORTING_TIME
    envelope = Envelope(plan.institution, "RIS", f"{plan.accession}R1", issued)
    lines = [
        envelope.header(),
        patient_segment(plan.person, plan.institution),
        visit_segment(plan.person),
        segment("ORC", {1: "RE", 2: f"P{plan.accession}", 3: f"R{plan.accession}"}),
        _request(plan),
        _text(1, "59776-5^影像所见^LN", plan.procedure.findings),
        _text(2, "19005-8^诊断意见^LN", plan.procedure.impression),
    ]
    if plan.scenario.states_study_uid:
        uid_code = "113014^Study Instance UID^DCM"
        lines.append(segment("OBX", {1: "3", 2: "ST", 3: uid_code, 5: study_instance_uid, 11: "F"}))
    return encoded(lines, plan.institution)


def _request(plan: StudyPlan) -> str:
    procedure = plan.procedure
    code = escaped(plan.institution.local_code(procedure.code))
    return segment(
        "OBR",
        {
            1: "1",
            2: f"P{plan.accession}",
            3: f"R{plan.accession}",
            4: f"{code}^{procedure.name}^L",
            7: timestamp(plan.acquired_at),
            18: plan.accession,
            22: timestamp(plan.acquired_at + _REPORTING_TIME),
            24: procedure.modality,
            25: "F",
        },
    )


def _text(number: int, code: str, text: str) -> str:
    return segment("OBX", {1: str(number), 2: "TX", 3: code, 5: escaped(text), 11: "F"})
