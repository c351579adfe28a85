"""An examination as a candidate: its items, its times, what its images show. Pure."""

from datetime import date, timedelta

from gateway.canonical.lab import LocalCode
from gateway.canonical.times import local_date
from gateway.services.held import Examination
from gateway.services.lab_facts import day_known
from gateway.services.situation import Situation
from item_catalog.mapping import MappingKind
from rules.candidates import Candidate
from rules.facts import Anchor, ImagingFacts, ReportFacts

#: Defined terms of (0018,5101) View Position, DICOM PS3.3 C.8.1.2 and C.8.11.7; any other text says
#: nothing that could be compared.
_VIEW_TERMS = frozenset(
    {"AP", "PA", "LL", "RL", "RLD", "LLD", "RLO", "LLO", "CC", "MLO", "ML", "LM", "LMO", "XCCL"}
)


def imaging_candidate(situation: Situation, examination: Examination) -> Candidate:
    """What the examination shows, read with the mappings of the day it was made."""
    report = examination.report.report if examination.report else None
    anchors = _anchors(examination)
    day = min(local_date(anchors[0].at) if anchors else situation.day, situation.day)
    return Candidate(
        report=ReportFacts(
            id=examination.id,
            version=examination.version,
            code="",
            source=situation.party(examination.institution, situation.day),
            status=report.status.value if report else None,
            anchors=anchors,
            patient_present=not report or bool(report.patient.name or report.patient.identifiers),
            viewed=situation.has_viewed(examination.id),
        ),
        imaging=_imaging_facts(situation, examination),
        imaging_items=_items(situation, examination, day),
    )


def _anchors(examination: Examination) -> tuple[Anchor, ...]:
    """The times of images and report, in the order of preference."""
    study, report = examination.study, examination.report
    times = {
        "acquired": day_known(study.summary.acquired_at) if study else None,
        "examined": day_known(report.report.examined_at) if report else None,
    }
    return tuple(Anchor(kind, at) for kind, at in times.items() if at is not None)


def _items(situation: Situation, examination: Examination, day: date) -> tuple[str, ...]:
    """The items of the report's procedure code, else of the codes in the images."""
    reported = (examination.report.report.procedure,) if examination.report else ()
    imaged = examination.study.summary.procedures if examination.study else ()
    return _mapped(situation, examination, reported, day) or _mapped(
        situation, examination, imaged, day
    )


def _mapped(
    situation: Situation, examination: Examination, codes: tuple[LocalCode, ...], day: date
) -> tuple[str, ...]:
    targets = [
        target.item_code
        for code in codes
        for target in situation.registry.map_code(
            examination.institution, MappingKind.IMAGING, code, day
        )
    ]
    return tuple(dict.fromkeys(targets))


def _imaging_facts(situation: Situation, examination: Examination) -> ImagingFacts:
    held = examination.study
    reported = examination.report is not None
    if held is None:
        return ImagingFacts(report_present=reported, received_count=0)
    parameters = situation.policy.parameters.on(situation.day)
    quiet_time = timedelta(seconds=parameters.integer("study_quiet_seconds"))
    summary = held.summary
    return ImagingFacts(
        report_present=reported,
        received_count=summary.received_count,
        declared_count=summary.declared_count,
        closed=summary.closed or situation.at - held.last_received_at >= quiet_time,
        available=summary.images_available,
        modalities=summary.modalities,
        body_parts=summary.body_parts,
        lateralities=summary.lateralities,
        views=tuple(view if view in _VIEW_TERMS else "" for view in summary.views),
        plain_series=summary.plain_series,
        contrast_series=summary.contrast_series,
        slice_micrometers=_thousandths(summary.slice_thickness),
        dose_micrograys=_thousandths(summary.dose),
    )


def _thousandths(value: float | None) -> int | None:
    return None if value is None else round(value * 1000)
