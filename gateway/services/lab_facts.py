"""A laboratory report as a candidate: what it holds, by element, and who did the tests. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.lab import (
    CATALOGUE_CODING_SYSTEM,
    LabReport,
    LabResult,
    LocalCode,
    ResultStatus,
)
from gateway.canonical.times import EventTime, Precision, local_date
from gateway.services.held import HeldLabReport
from gateway.services.situation import Situation
from item_catalog.codes import InvalidItemCode, LabItemCode
from item_catalog.items import LabElement
from item_catalog.mapping import MappedTo, MappingKind
from rules.candidates import Candidate
from rules.facts import Anchor, Assessment, LabFacts, ReportFacts
from rules.zhejiang_2021.validity_period import anchor_of

ResultsOf: TypeAlias = Mapping[LabElement, tuple[LabResult, ...]]

_DAY_KNOWN = frozenset({Precision.DAY, Precision.MINUTE, Precision.SECOND})
_GONE = frozenset({ResultStatus.DELETED, ResultStatus.CANCELLED, ResultStatus.WRONG_PATIENT})


@dataclass(frozen=True, slots=True)
class LabCandidate:
    """The candidate, and the results behind each element it holds."""

    candidate: Candidate
    results: ResultsOf


def lab_candidate(situation: Situation, held: HeldLabReport) -> LabCandidate:
    """What the report holds, read with the mappings and assessments of the day of collection."""
    report = held.report
    anchors = _anchors(report, held.first_issued_at)
    parameters = situation.policy.parameters.on(situation.day)
    anchor = anchor_of(anchors, MappingKind.LAB, parameters)
    anchor_day = local_date(anchor.at) if anchor else None
    day = min(anchor_day or situation.day, situation.day)
    results, ordered_under = _results(situation, report, day)
    candidate = Candidate(
        report=ReportFacts(
            id=held.id,
            version=held.version,
            code="",
            source=situation.party(report.institution, situation.day),
            status=report.status.value,
            anchors=anchors,
            patient_present=bool(report.patient.name or report.patient.identifiers),
            viewed=situation.has_viewed(held.id),
        ),
        lab={
            element: _lab_facts(situation, report, element, found, day)
            for element, found in results.items()
        },
        ordered_under=ordered_under,
        eqa_day=anchor_day,
    )
    return LabCandidate(candidate, results)


def _anchors(report: LabReport, first_issued_at: datetime | None) -> tuple[Anchor, ...]:
    """The times that are known to the day, in the order of preference."""
    issued = first_issued_at or day_known(report.issued_at)
    times = {
        "collected": day_known(report.collected_at),
        "received": day_known(report.received_at),
        "first_issued": issued,
    }
    return tuple(Anchor(kind, at) for kind, at in times.items() if at is not None)


def day_known(time: EventTime | None) -> datetime | None:
    """The instant, unless the sender stated less than the day."""
    return time.instant if time is not None and time.precision in _DAY_KNOWN else None


def _results(
    situation: Situation, report: LabReport, day: date
) -> tuple[ResultsOf, tuple[str, ...]]:
    """The results by element, and the items that the orders were mapped to.

    A result is what its own code says. Results without a mapping of their own stand together for
    the single item that their order is mapped to (cultures, stool routine), unless a result of that
    very item is there.
    """
    found: defaultdict[LabElement, list[LabResult]] = defaultdict(list)
    under_order: defaultdict[LabElement, list[LabResult]] = defaultdict(list)
    ordered: dict[str, None] = {}
    for result in report.results:
        of_order = _mapped(situation, report.institution, result.order, day)
        ordered.update((target.item_code, None) for target in of_order)
        own = _mapped(situation, report.institution, result.code, day)
        place, targets = (found, own) if own else (under_order, of_order)
        for element in _elements(situation, targets):
            place[element].append(result)
    for element, results in under_order.items():
        if element not in found:
            found[element] = results
    return {element: _standing(results) for element, results in found.items()}, tuple(ordered)


def _mapped(
    situation: Situation, institution: InstitutionCode, code: LocalCode, day: date
) -> tuple[MappedTo, ...]:
    """What the code means; a catalogue code that the edition lacks still stands for itself."""
    targets = situation.registry.map_code(institution, MappingKind.LAB, code, day)
    if not targets and code.coding_system == CATALOGUE_CODING_SYSTEM:
        try:
            return (MappedTo(LabItemCode(code.code)),)
        except InvalidItemCode:
            return ()
    return targets


def _elements(situation: Situation, targets: tuple[MappedTo, ...]) -> Iterator[LabElement]:
    for item_code, component in targets:
        yield from situation.edition.elements_from(item_code, component)
        if situation.edition.find(item_code) is None and isinstance(item_code, LabItemCode):
            yield LabElement(item_code)


def _standing(results: list[LabResult]) -> tuple[LabResult, ...]:
    """Without results that were taken back, as long as others stand in their place."""
    standing = tuple(result for result in results if result.status not in _GONE)
    return standing or tuple(results)


def _lab_facts(
    situation: Situation,
    report: LabReport,
    element: LabElement,
    results: tuple[LabResult, ...],
    day: date,
) -> LabFacts:
    registry = situation.registry
    performer = results[0].performing_institution or report.institution
    rows = registry.assessments_of(performer, day)
    own = registry.own_system(situation.request.institution, element.code, situation.day)
    return LabFacts(
        results=sum(bool(result.value.strip()) for result in results),
        result_statuses=tuple(sorted({result.status.value for result in results})),
        systems=tuple(dict.fromkeys(_system(situation, result) for result in results)),
        receiver_system=registry.canonical_system(own) if own else None,
        performer=situation.party(performer, day),
        assessments=tuple(
            Assessment(row.scheme, row.result) for row in rows if row.item_code == element.code
        ),
        assessed=bool(rows),
    )


def _system(situation: Situation, result: LabResult) -> str | None:
    stated = (result.detection_system or "").strip()
    return situation.registry.canonical_system(stated) if stated else None
