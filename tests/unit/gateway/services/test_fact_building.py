"""Canonical records against a register in memory: what the rules are given to look at."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.institution import (
    Institution,
    InstitutionKind,
    InstitutionTier,
    QualityAssessment,
    Validity,
)
from gateway.canonical.lab import LocalCode, ReportStatus, ResultStatus
from gateway.canonical.order import (
    ClinicalContext,
    DeclaredException,
    OrderLine,
    ReminderRequest,
    Trigger,
    Visit,
    VisitClass,
    VisitPurpose,
)
from gateway.canonical.patient import Patient
from gateway.canonical.study import summarize
from gateway.canonical.times import Precision
from gateway.services.fact_building import build_candidates
from gateway.services.held import HeldImagingReport, HeldLabReport, HeldStudy
from gateway.services.situation import Situation, ordered_codes, request_facts
from item_catalog.catalog import Edition
from item_catalog.items import LabElement
from item_catalog.loader import load_catalog
from item_catalog.mapping import MappedTo
from rules.facts import Declared
from rules.line import determine_line
from rules.outcome import Outcome
from rules.zhejiang_2021 import load_policy
from tests.factories import (
    HOSPITAL_A,
    HOSPITAL_B,
    NOON,
    a_lab_report,
    a_patient,
    a_result,
    an_imaging_report,
    an_instance,
    event_time,
)

EDITION = load_catalog().edition_on(date(2026, 11, 20))
POLICY = load_policy()
LABORATORY = InstitutionCode("LAB")
ALBUMIN, GLUCOSE, BLOOD_COUNT, URINALYSIS = (
    "25030100200",
    "25030200100",
    "25010101500",
    "25010200100",
)
STOOL, LIVER, CEA = "25010300100", "25030590100", "25040400100"
HEAD_CT = next(
    item.code for item in EDITION.imaging_items if (item.modality, item.name) == ("CT", "头颅平扫")
)
OPEN = Validity(date(2021, 1, 1))


@dataclass
class Register:
    """The register port over plain dictionaries; days are ignored unless a test sets them."""

    institutions: dict[str, Institution] = field(default_factory=dict)
    mappings: dict[tuple[str, str, str], tuple[MappedTo, ...]] = field(default_factory=dict)
    assessments: list[QualityAssessment] = field(default_factory=list)
    alliances: dict[str, frozenset[str]] = field(default_factory=dict)
    systems: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: list[tuple[str, date]] = field(default_factory=list)

    def institution(self, code, on):
        self.asked.append((code, on))
        return self.institutions.get(code)

    def alliances_of(self, code, on):
        return self.alliances.get(code, frozenset())

    def assessments_of(self, code, on):
        return tuple(a for a in self.assessments if a.institution == code and a.validity.covers(on))

    def own_system(self, code, item_code, on):
        return self.systems.get((code, item_code))

    def canonical_system(self, text):
        return text.strip().casefold()

    def map_code(self, institution, kind, local_code, on):
        if local_code.coding_system == "ZJHR":
            known = EDITION.find(local_code.code)
            return (MappedTo(known.code),) if known else ()
        return self.mappings.get((institution, kind, local_code.code), ())


def _institution(code: str, tier: InstitutionTier, kind=InstitutionKind.HOSPITAL) -> Institution:
    return Institution(
        InstitutionCode(code), code, tier, kind, "", "", (), (), "Asia/Shanghai", "UTF-8", OPEN
    )


def _register() -> Register:
    laboratory = InstitutionKind.INDEPENDENT_LABORATORY
    return Register(
        institutions={
            HOSPITAL_A: _institution(HOSPITAL_A, InstitutionTier.GRADE_3A),
            HOSPITAL_B: _institution(HOSPITAL_B, InstitutionTier.GRADE_2A),
            LABORATORY: _institution(LABORATORY, InstitutionTier.UNGRADED, laboratory),
        },
        mappings={
            (HOSPITAL_A, "lab", "ALB"): (MappedTo(ALBUMIN),),
            (HOSPITAL_A, "lab", "GLU"): (MappedTo(GLUCOSE),),
            (HOSPITAL_A, "lab", "U-GLU"): (MappedTo(URINALYSIS, "葡萄糖"),),
            (HOSPITAL_A, "lab", "WBC"): (MappedTo(BLOOD_COUNT, "白细胞计数"),),
            (HOSPITAL_A, "lab", "STOOL"): (MappedTo(STOOL),),
            (HOSPITAL_A, "lab", "CEA"): (MappedTo(CEA),),
            (HOSPITAL_A, "imaging", "CT-HEAD"): (MappedTo(HEAD_CT),),
            (HOSPITAL_B, "lab", "own-alb"): (MappedTo(LIVER, "白蛋白"),),
            (HOSPITAL_B, "lab", "own-wbc"): (MappedTo(BLOOD_COUNT, "白细胞计数"),),
            (HOSPITAL_B, "imaging", "own-ct"): (MappedTo(HEAD_CT),),
        },
        assessments=[
            QualityAssessment(HOSPITAL_A, ALBUMIN, "national", "pass", OPEN),
            QualityAssessment(LABORATORY, ALBUMIN, "provincial", "fail", OPEN),
        ],
    )


def _situation(
    register: Register | None = None, edition: Edition = EDITION, **changes
) -> Situation:
    request = ReminderRequest(HOSPITAL_B, Visit("v1"), a_patient(), Trigger.ORDER)
    situation = Situation(
        request, NOON + timedelta(days=1), register or _register(), edition, POLICY
    )
    return replace(situation, **changes)


def _lab(report, situation=None, **held):
    (built,) = build_candidates(situation or _situation(), [HeldLabReport("r1", 2, report, **held)])
    return built


def _report_of(*results, **changes):
    return a_lab_report(results=results, **changes)


def _element(code, component=None):
    return LabElement(EDITION.item(code).code, component)


def test_mapped_result_becomes_an_element_with_its_facts():
    built = _lab(a_lab_report())
    facts = built.candidate.lab[_element(ALBUMIN)]
    assert (facts.results, facts.result_statuses, facts.assessed) == (1, ("final",), True)
    assert [(a.scheme, a.result) for a in facts.assessments] == [("national", "pass")]
    assert facts.performer.tier == "三级甲等"
    assert built.results[_element(ALBUMIN)] == a_lab_report().results


def test_candidate_is_determined_as_recognizable():
    situation = _situation()
    built = _lab(a_lab_report(), situation)
    line = determine_line(ALBUMIN, [built.candidate], request_facts(situation), EDITION, POLICY)
    assert line.outcome is Outcome.RECOGNIZABLE
    assert line.parts[0].report_key == ("r1", 2)


def test_unmapped_result_is_silent():
    assert _lab(_report_of(a_result("XYZ"))).candidate.lab == {}


def test_urine_glucose_stays_apart_from_blood_glucose():
    held = _lab(_report_of(a_result("U-GLU"), a_result("GLU"))).candidate.lab
    assert set(held) == {_element(URINALYSIS, "葡萄糖"), _element(GLUCOSE)}


def test_results_without_own_mapping_stand_for_their_order():
    order = LocalCode("STOOL", "粪便常规", "L")
    built = _lab(_report_of(a_result("color", order=order), a_result("form", order=order)))
    assert built.candidate.lab[_element(STOOL)].results == 2
    assert built.candidate.ordered_under == (STOOL,)


def test_mapped_result_does_not_stand_for_its_order():
    order = LocalCode("GLU", "葡萄糖", "L")
    assert set(_lab(_report_of(a_result("U-GLU", order=order))).candidate.lab) == {
        _element(URINALYSIS, "葡萄糖")
    }


def test_result_of_the_very_item_stands_before_its_order():
    order = LocalCode("ALB", "白蛋白", "L")
    built = _lab(_report_of(a_result("ALB", order=order), a_result("remark", order=order)))
    assert [r.code.code for r in built.results[_element(ALBUMIN)]] == ["ALB"]


def test_catalogue_code_needs_no_mapping():
    result = a_result(code="x")
    result = replace(result, code=LocalCode(ALBUMIN, "", "ZJHR"))
    assert set(_lab(_report_of(result)).candidate.lab) == {_element(ALBUMIN)}


def test_unlisted_catalogue_code_is_kept_and_out_of_scope():
    result = replace(a_result(), code=LocalCode("25999999900", "", "ZJHR"))
    situation = _situation()
    built = _lab(_report_of(result), situation)
    line = determine_line(
        "25999999900", [built.candidate], request_facts(situation), EDITION, POLICY
    )
    assert "SCOPE" in {f.code for f in line.findings if f.verdict == "violated"}


def test_text_that_is_no_catalogue_code_is_silent():
    result = replace(a_result(), code=LocalCode("ALB?", "", "ZJHR"))
    assert _lab(_report_of(result)).candidate.lab == {}


def test_withdrawn_result_gives_way_to_the_one_in_its_place():
    deleted = a_result(status=ResultStatus.DELETED)
    both = _lab(_report_of(deleted, a_result(value="43")))
    alone = _lab(_report_of(deleted))
    assert both.candidate.lab[_element(ALBUMIN)].result_statuses == ("final",)
    assert alone.candidate.lab[_element(ALBUMIN)].result_statuses == ("deleted",)


def test_blank_value_is_no_result():
    assert _lab(_report_of(a_result(value=" "))).candidate.lab[_element(ALBUMIN)].results == 0


def test_performing_laboratory_is_the_one_stated():
    built = _lab(_report_of(a_result(performing_institution=LABORATORY)))
    facts = built.candidate.lab[_element(ALBUMIN)]
    assert (facts.performer.code, facts.performer.kind) == (LABORATORY, "independent_laboratory")
    assert [(a.scheme, a.result) for a in facts.assessments] == [("provincial", "fail")]


def test_unregistered_source_has_neither_tier_nor_kind():
    register = _register()
    register.institutions.clear()
    source = _lab(a_lab_report(), _situation(register)).candidate.report.source
    assert (source.tier, source.kind) == (None, None)


def test_sides_are_read_on_the_day_of_the_request_and_laboratory_on_collection():
    register = _register()
    situation = _situation(register, at=NOON + timedelta(days=9))
    _lab(a_lab_report(), situation)
    assert register.asked == [(HOSPITAL_A, date(2026, 11, 29)), (HOSPITAL_A, date(2026, 11, 20))]


def test_detection_systems_are_compared_by_canonical_name():
    register = _register()
    register.systems[HOSPITAL_B, CEA] = " Roche"
    built = _lab(
        _report_of(a_result("CEA", detection_system="ROCHE "), a_result("CEA")),
        _situation(register),
    )
    facts = built.candidate.lab[_element(CEA)]
    assert (facts.systems, facts.receiver_system) == (("roche", None), "roche")


def test_anchors_are_known_times_in_order_of_preference():
    first = NOON - timedelta(days=20)
    built = _lab(a_lab_report(), first_issued_at=first)
    assert [a.kind for a in built.candidate.report.anchors] == [
        "collected",
        "received",
        "first_issued",
    ]
    assert built.candidate.report.anchors[2].at == first
    assert built.candidate.eqa_day == date(2026, 11, 20)


def test_time_without_day_is_no_anchor():
    vague = replace(event_time(), precision=Precision.MONTH)
    report = a_lab_report(collected_at=vague, received_at=None, issued_at=None)
    candidate = _lab(report).candidate
    assert (candidate.report.anchors, candidate.eqa_day) == ((), None)


def test_report_without_name_and_number_has_no_patient():
    assert not _lab(a_lab_report(patient=Patient(()))).candidate.report.patient_present
    assert _lab(a_lab_report(patient=Patient((), name="王"))).candidate.report.patient_present


@pytest.mark.parametrize(
    ("viewed", "expected"), [(None, None), (frozenset(), False), (frozenset({"r1"}), True)]
)
def test_viewed_reports_are_marked(viewed, expected):
    assert _lab(a_lab_report(), _situation(viewed=viewed)).candidate.report.viewed is expected


# ------------------------------------------------------------------------------------ imaging


def _study(id_="s1", received=NOON, **changes):
    return HeldStudy(id_, summarize([an_instance(1, **changes)], False), received)


def test_report_and_study_join_by_accession_number():
    report = HeldImagingReport("x1", 3, an_imaging_report())
    (built,) = build_candidates(_situation(), [_study(), report])
    candidate = built.candidate
    assert (candidate.report.id, candidate.report.version, candidate.report.status) == (
        "x1",
        3,
        "final",
    )
    assert candidate.imaging_items == (HEAD_CT,)
    assert (candidate.imaging.report_present, candidate.imaging.received_count) == (True, 1)
    assert candidate.imaging.closed
    assert (built.source.report, built.source.study) == (report, _study())


def test_study_instance_uid_joins_before_accession_number():
    report = HeldImagingReport("x1", 1, an_imaging_report(study_instance_uid="9.9"))
    other = _study("s2", study_instance_uid="9.9", accession_number="other")
    built = build_candidates(_situation(), [_study(), other, report])
    assert [b.source.study and b.source.study.id for b in built] == ["s2", "s1"]


def test_accession_number_of_another_institution_does_not_join():
    report = HeldImagingReport("x1", 1, an_imaging_report())
    built = build_candidates(_situation(), [_study(institution=HOSPITAL_B), report])
    assert [b.candidate.report.id for b in built] == ["x1", "s1"]


def test_report_without_accession_number_stands_alone():
    report = HeldImagingReport("x1", 1, an_imaging_report(accession_number=""))
    first, second = build_candidates(_situation(), [report, _study(accession_number="")])
    assert (first.source.study, second.source.report) == (None, None)


def test_study_alone_has_no_status_and_no_report():
    (built,) = build_candidates(_situation(), [_study()])
    candidate = built.candidate
    assert (candidate.report.id, candidate.report.status) == ("s1", None)
    assert not candidate.imaging.report_present
    assert candidate.imaging_items == (HEAD_CT,)


def test_report_alone_has_no_images():
    (built,) = build_candidates(_situation(), [HeldImagingReport("x1", 1, an_imaging_report())])
    assert built.candidate.imaging.received_count == 0
    assert [a.kind for a in built.candidate.report.anchors] == ["examined"]


def test_unmapped_examination_offers_no_item():
    report = an_imaging_report(procedure=LocalCode("?"), examined_at=None)
    (built,) = build_candidates(_situation(), [HeldImagingReport("x1", 1, report)])
    assert built.candidate.imaging_items == ()


@pytest.mark.parametrize(("seconds", "closed"), [(119, False), (120, True)])
def test_study_closes_after_the_quiet_time(seconds, closed):
    situation = _situation(at=NOON + timedelta(seconds=seconds))
    (built,) = build_candidates(situation, [_study()])
    assert built.candidate.imaging.closed is closed


def test_view_that_is_no_defined_term_counts_as_unstated():
    instances = [an_instance(1, view_position="PA"), an_instance(2, view_position="LATERAL")]
    held = HeldStudy("s1", summarize(instances, False), NOON)
    (built,) = build_candidates(_situation(), [held])
    assert built.candidate.imaging.views == ("", "PA")


@pytest.mark.parametrize(
    ("header", "expected"),
    [({"slice_thickness": 1.25, "dose": 2.5}, (1250, 2500)), ({}, (None, None))],
)
def test_technique_of_the_header_is_in_whole_thousandths(header, expected):
    (built,) = build_candidates(_situation(), [_study(**header)])
    found = built.candidate.imaging
    assert (found.slice_micrometers, found.dose_micrograys) == expected


def test_cancelled_imaging_report_keeps_its_status():
    report = an_imaging_report(status=ReportStatus.CANCELLED, patient=Patient(()))
    (built,) = build_candidates(_situation(), [HeldImagingReport("x1", 1, report)])
    assert built.candidate.report.status == "cancelled"
    assert not built.candidate.report.patient_present


# ------------------------------------------------------------------------------------- request


def test_request_carries_visit_and_declarations():
    visit = Visit("v1", VisitClass.EMERGENCY, VisitPurpose.FORENSIC, rescue=True, triage=1)
    request = ReminderRequest(
        HOSPITAL_B,
        visit,
        a_patient(),
        Trigger.ORDER,
        practitioner="D1",
        context=ClinicalContext(blood_request=True),
    )
    register = _register()
    register.alliances[HOSPITAL_B] = frozenset({"Z", "Y"})
    line = OrderLine("1", ALBUMIN, declared=(DeclaredException("E08"),))
    facts = request_facts(_situation(register, request=request), line)
    assert (facts.visit_class, facts.purpose) == ("emergency", "forensic")
    assert (facts.rescue, facts.triage, facts.blood_request) == (True, 1, True)
    assert facts.receiver.alliances == ("Y", "Z")
    assert facts.declared == (Declared("E08", None, "D1"),)


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (OrderLine("1", ALBUMIN), (ALBUMIN,)),
        (OrderLine("1", local_code="own-alb"), (ALBUMIN,)),
        (OrderLine("1", local_code="own-ct"), (HEAD_CT,)),
        (OrderLine("1", local_code="own-wbc"), ()),
        (OrderLine("1", local_code="nobody"), ()),
        (OrderLine("1"), ()),
    ],
)
def test_order_line_asks_for_catalogue_items(line, codes):
    assert ordered_codes(_situation(), line) == codes
