"""What a patient holds, ready to be set against what was ordered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from item_catalog.catalog import Edition
from item_catalog.items import LabElement
from rules.facts import Facts, ImagingFacts, ItemFacts, LabFacts, ReportFacts, RequestFacts


@dataclass(frozen=True, slots=True)
class Candidate:
    """One report version or one study of the patient, of another institution.

    report: its facts, anchors in the order of preference, code left empty. lab: what it holds, by
    laboratory element. imaging, imaging_items: its images and the items they are mapped to.
    ordered_under: items its orders were mapped to, which names a panel on arrival. eqa_day: the day
    on which its laboratory's assessments were read.
    """

    report: ReportFacts
    lab: Mapping[LabElement, LabFacts] = field(default_factory=dict)
    imaging: ImagingFacts | None = None
    imaging_items: tuple[str, ...] = ()
    ordered_under: tuple[str, ...] = ()
    eqa_day: date | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to fill: an ordered item, or one component of an ordered panel.

    names and elements run in parallel; both are those of one element, except for blood count and
    urinalysis, whose elements must come from one report. An imaging item has no element.
    """

    item: ItemFacts
    names: tuple[str, ...]
    elements: tuple[LabElement, ...]

    def facts(self, candidate: Candidate, request: RequestFacts) -> Facts | None:
        """The facts of the candidate filling this slot; None if it holds nothing of it."""
        if self.item.kind == "imaging":
            if self.item.code not in candidate.imaging_items:
                return None
            return Facts(request, self.item, self._of(candidate), imaging=candidate.imaging)
        lab = self._lab(candidate.lab)
        if lab is None:
            return None
        report = self._of(candidate)
        return Facts(request, self.item, report, lab=lab, eqa_day=candidate.eqa_day)

    def _of(self, candidate: Candidate) -> ReportFacts:
        """The facts of the report, with the item that it is looked at for."""
        return replace(candidate.report, code=self.item.code)

    def _lab(self, held: Mapping[LabElement, LabFacts]) -> LabFacts | None:
        """What is held of the slot, as one; the laboratory is that of its first element held."""
        found = {
            name: held[element]
            for name, element in zip(self.names, self.elements, strict=True)
            if element in held
        }
        if not found:
            return None
        parts = tuple(found.values())
        if not self.item.components:
            return parts[0]
        return replace(
            parts[0],
            results=min(part.results for part in parts),
            result_statuses=tuple(sorted({s for part in parts for s in part.result_statuses})),
            components=tuple(found),
        )


def held_codes(candidates: Iterable[Candidate], edition: Edition) -> tuple[str, ...]:
    """Items to list on arrival, in the order of the annexes.

    A report that was ordered as a panel is listed as that panel; what it holds beyond the panel,
    and all else, is listed item by item.
    """
    codes: set[str] = set()
    for candidate in candidates:
        elements = set(candidate.lab)
        for panel in candidate.ordered_under:
            needed = set(edition.elements_of(panel))
            if needed & set(candidate.lab):
                codes.add(panel)
                elements -= needed
        codes.update(element.code for element in elements)
        codes.update(candidate.imaging_items)
    return tuple(item.code for item in edition.items() if item.code in codes)
