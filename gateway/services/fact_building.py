"""Canonical records become candidates for the rules: where both are known. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.canonical.lab import LabResult
from gateway.services.held import (
    Examination,
    Held,
    HeldImagingReport,
    HeldLabReport,
    HeldStudy,
    examinations,
)
from gateway.services.imaging_facts import imaging_candidate
from gateway.services.lab_facts import lab_candidate
from gateway.services.situation import Situation
from item_catalog.items import LabElement
from rules.candidates import Candidate


@dataclass(frozen=True, slots=True)
class BuiltCandidate:
    """A candidate with the record it was built from.

    source: the laboratory report, or the examination (imaging report with its study, or one of
    them). results: the laboratory results by the element they provide.
    """

    candidate: Candidate
    source: HeldLabReport | Examination
    results: Mapping[LabElement, tuple[LabResult, ...]] = field(default_factory=dict)


def build_candidates(situation: Situation, held: Iterable[Held]) -> tuple[BuiltCandidate, ...]:
    """Everything the patient holds as candidates, whether it can be recognised or not.

    Args:
        situation: the request, with register, edition and policy of its day.
        held: newest report versions and studies of other institutions, no test traffic.
    """
    built: list[BuiltCandidate] = []
    reports: list[HeldImagingReport] = []
    studies: list[HeldStudy] = []
    for record in held:
        if isinstance(record, HeldLabReport):
            made = lab_candidate(situation, record)
            built.append(BuiltCandidate(made.candidate, record, made.results))
        elif isinstance(record, HeldImagingReport):
            reports.append(record)
        else:
            studies.append(record)
    for examination in examinations(reports, studies):
        built.append(BuiltCandidate(imaging_candidate(situation, examination), examination))
    return tuple(built)
