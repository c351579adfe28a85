"""Laboratory ORU^R01 messages of the fake laboratories (HL7 v2.5.1 chapter 7)."""

from gateway.demo.hl7_text import (
    Envelope,
    encoded,
    escaped,
    patient_segment,
    segment,
    timestamp,
    visit_segment,
)
from gateway.demo.institutions import DemoInstitution
from gateway.demo.lab_plans import LabReportPlan, LabVersion, PlannedResult

_SPECIMENS = {"BLD": "全血", "SER": "血清", "PLAS": "血浆", "UR": "尿液", "SWAB": "咽拭子"}
_FIRST_VERSION_WITH_SPECIMEN = "2.5"


def lab_message(plan: LabReportPlan, version: LabVersion, control_id: str | None = None) -> bytes:
    """One issue of a report as the institution's LIS sends it.

    The control id is derived from the report and the issue unless given.
    """
    institution = plan.institution
    number = plan.versions.index(version) + 1
    envelope = Envelope(
        institution, "LIS", control_id or f"{plan.filler}V{number}", version.issued_at
    )
    lines = [
        envelope.header(),
        patient_segment(plan.person, institution),
        visit_segment(plan.person),
        segment("ORC", {1: "RE", 2: f"P{plan.filler}", 3: plan.filler}),
        _request(plan, version),
        *(_result(i, r, plan, version) for i, r in enumerate(version.results, 1)),
    ]
    if institution.hl7_version >= _FIRST_VERSION_WITH_SPECIMEN:
        lines.append(_specimen(plan))
    return encoded(lines, institution)


def _request(plan: LabReportPlan, version: LabVersion) -> str:
    order = plan.order
    return segment(
        "OBR",
        {
            1: "1",
            2: f"P{plan.filler}",
            3: plan.filler,
            4: _coded(plan.institution, order.code, order.name),
            7: timestamp(plan.collected_at),
            14: timestamp(plan.received_at),
            22: timestamp(version.issued_at),
            24: "LAB",
            25: version.status,
        },
    )


def _result(number: int, result: PlannedResult, plan: LabReportPlan, version: LabVersion) -> str:
    analyte = result.analyte
    is_number = analyte.kind in {"number", "marker"}
    fields = {
        1: str(number),
        2: "NM" if is_number else "ST",
        3: _coded(plan.institution, analyte.abbreviation, analyte.name),
        5: escaped(result.value),
        6: escaped(analyte.unit),
        7: escaped(analyte.reference_range),
        8: result.flag,
        11: version.status,
        14: timestamp(plan.collected_at),
    }
    return segment("OBX", fields | _where_and_how(result, plan.institution))


def _where_and_how(result: PlannedResult, institution: DemoInstitution) -> dict[int, str]:
    """OBX-15 or OBX-23 for another laboratory, OBX-17 and OBX-18 for a stated system."""
    fields = {}
    if result.detection_system is not None:
        fields[17] = "ECLIA^电化学发光法"
        fields[18] = "^".join(escaped(part) for part in result.detection_system)
    if result.performed_by is not None:
        laboratory = result.performed_by
        if institution.hl7_version >= _FIRST_VERSION_WITH_SPECIMEN:
            fields[23] = f"{laboratory.name}^^^^^^^^^{laboratory.code}"
        else:
            fields[15] = f"{laboratory.code}^{laboratory.name}"
    return fields


def _specimen(plan: LabReportPlan) -> str:
    kind = plan.order.specimen
    return segment(
        "SPM",
        {
            1: "1",
            2: f"S{plan.filler}",
            4: f"{kind}^{_SPECIMENS[kind]}",
            17: timestamp(plan.collected_at),
            18: timestamp(plan.received_at),
        },
    )


def _coded(institution: DemoInstitution, abbreviation: str, name: str) -> str:
    return f"{escaped(institution.local_code(abbreviation))}^{escaped(name)}^L"
