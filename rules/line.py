"""One order line against everything the patient holds: the best candidates, cover, outcome.

附件1 lets a panel be assembled component by component; every component keeps its own findings and
the line takes the worst of those used. A component whose only results are not recognizable is not
used when others are better: it belongs to the residual order, and its findings are kept apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from item_catalog.catalog import Edition
from item_catalog.codes import InvalidItemCode, LabItemCode
from item_catalog.items import LabElement
from rules.candidates import Candidate, Slot
from rules.engine import determine, fold
from rules.facts import RequestFacts
from rules.items import is_assembled, item_facts
from rules.outcome import (
    Coverage,
    Determination,
    Finding,
    Json,
    Outcome,
    Verdict,
    coverage,
    worst,
)
from rules.policy import Policies, Policy

_EARLIEST = datetime.min.replace(tzinfo=UTC)
#: Which of several findings of one clause speaks for a line, most telling first.
_TELLING = {
    verdict: rank
    for rank, verdict in enumerate(
        (
            Verdict.VIOLATED,
            Verdict.ESTABLISHED,
            Verdict.UNKNOWN,
            Verdict.DISCRETIONARY,
            Verdict.HINT,
            Verdict.SATISFIED,
            Verdict.NOT_APPLICABLE,
        )
    )
}


@dataclass(frozen=True, slots=True)
class OrderedItem:
    """The item of an order line; assembled: a panel that several reports may cover."""

    code: str
    name: str
    assembled: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What one report contributes: the named components (or the item) and their determination."""

    names: tuple[str, ...]
    elements: tuple[LabElement, ...]
    determination: Determination

    @property
    def report_key(self) -> tuple[str, int]:
        """Report id and version."""
        report = self.determination.facts.report
        return report.id, report.version


@dataclass(frozen=True, slots=True)
class LineDetermination:
    """The determination of one order line.

    parts are those used; left_out are components that are held but not recognizable, while others
    are; unheld names what nobody holds. cover judges an assembled panel as a whole.
    """

    ordered: OrderedItem
    outcome: Outcome
    coverage: Coverage
    parts: tuple[Part, ...]
    left_out: tuple[Part, ...]
    unheld: tuple[str, ...]
    cover: Finding | None
    policy: str
    edition: str

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One finding per clause, in text order: the most telling of the parts used."""
        return _merged(self.parts, self.cover)


def determine_line(
    code: str,
    candidates: Iterable[Candidate],
    request: RequestFacts,
    edition: Edition,
    policy: Policy,
) -> LineDetermination | None:
    """The determination of an ordered item, or None when the patient holds nothing of it.

    Args:
        code: the ordered item's code; a code that the edition does not list is determined as such.
        candidates: what the patient holds, in any order.
        request: who asks, when, in what situation, with the exceptions declared on this line.
        edition: the catalogue edition in force on the day of the request.
        policy: the policy in force on that day.
    """
    held = tuple(candidates)
    best: list[Part] = []
    unheld: list[str] = []
    for slot in slots_of(code, edition):
        part = _best(slot, held, request, policy)
        if part is None:
            unheld.extend(slot.names)
        else:
            best.append(part)
    if not best:
        return None
    item = item_facts(edition, code)
    ordered = OrderedItem(code, item.name, is_assembled(edition, code))
    return conclude(ordered, best, tuple(unheld), policy)


def slots_of(code: str, edition: Edition) -> tuple[Slot, ...]:
    """The places that must be filled for the ordered item."""
    elements = edition.elements_of(code)
    if is_assembled(edition, code):
        return tuple(
            Slot(
                item_facts(edition, element.code, panel=code),
                (edition.component_name(code, element),),
                (element,),
            )
            for element in elements
        )
    item = item_facts(edition, code)
    if elements:
        return (Slot(item, tuple(edition.component_name(code, e) for e in elements), elements),)
    return (Slot(item, *_unlisted(item.kind, code)),)


def _unlisted(kind: str, code: str) -> tuple[tuple[str, ...], tuple[LabElement, ...]]:
    """A laboratory code outside the edition stands for itself; an imaging item has no element."""
    if kind == "imaging":
        return (), ()
    try:
        return (code,), (LabElement(LabItemCode(code)),)
    except InvalidItemCode:
        return (), ()


def _best(
    slot: Slot, candidates: Sequence[Candidate], request: RequestFacts, policy: Policy
) -> Part | None:
    """The best candidate for the slot by outcome, cover, recency, and at last its number."""
    best: Part | None = None
    for candidate in candidates:
        facts = slot.facts(candidate, request)
        if facts is None:
            continue
        part = _part(slot, determine(facts, policy))
        if best is None or _quality(part) > _quality(best):
            best = part
    return best


def _part(slot: Slot, determination: Determination) -> Part:
    lab = determination.facts.lab
    if not slot.item.components or lab is None:
        return Part(slot.names, slot.elements, determination)
    held = [
        pair for pair in zip(slot.names, slot.elements, strict=True) if pair[0] in lab.components
    ]
    return Part(tuple(n for n, _ in held), tuple(e for _, e in held), determination)


def _quality(part: Part) -> tuple[int, int, datetime, str, int]:
    report = part.determination.facts.report
    anchored = report.anchors[0].at if report.anchors else _EARLIEST
    return part.determination.outcome.rank, len(part.names), anchored, report.id, report.version


def conclude(
    ordered: OrderedItem, parts: Sequence[Part], unheld: tuple[str, ...], policy: Policy
) -> LineDetermination:
    """What the determinations of the parts amount to for the whole line."""
    used, left_out = _split(parts)
    missing = (*unheld, *(name for part in left_out for name in part.names))
    held = tuple(name for part in used for name in part.names)
    cover = None
    if ordered.assembled:
        cover = policy.panel_clause(held, missing)
    else:
        missing = _missing_of_whole(used[0])
    outcomes = [part.determination.outcome for part in used]
    first = used[0].determination
    return LineDetermination(
        ordered=ordered,
        outcome=worst([*outcomes, fold([cover] if cover else [])]),
        coverage=coverage(held or (ordered.name,), missing),
        parts=used,
        left_out=left_out,
        unheld=unheld,
        cover=cover,
        policy=policy.id,
        edition=first.edition,
    )


def _split(parts: Sequence[Part]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    refused = [p for p in parts if p.determination.outcome is Outcome.NOT_RECOGNIZABLE]
    if len(refused) == len(parts):
        return tuple(parts), ()
    return tuple(p for p in parts if p not in refused), tuple(refused)


def _missing_of_whole(part: Part) -> tuple[str, ...]:
    needed = part.determination.facts.item.components
    return tuple(name for name in needed if name not in part.names)


def _merged(parts: Sequence[Part], cover: Finding | None) -> tuple[Finding, ...]:
    if cover is None:
        return parts[0].determination.findings
    chosen: dict[str, Finding] = {}
    for part in parts:
        for finding in part.determination.findings:
            other = chosen.get(finding.code)
            if other is None or _TELLING[finding.verdict] < _TELLING[other.verdict]:
                named: dict[str, Json] = {**finding.facts, "components": list(part.names)}
                chosen[finding.code] = replace(finding, facts=named)
    chosen["COVER"] = cover
    return tuple(chosen.values())


def replay(line: LineDetermination, policies: Policies) -> LineDetermination:
    """The same line determined again from its stored facts, by the policy it was determined with.

    Facts carry all that was read from catalogue and register, so the answer does not depend on
    what was installed since. Raises `NoPolicyInForce` when the policy is not installed any more.
    """
    policy = policies.policy(line.policy)
    parts = [
        replace(part, determination=determine(part.determination.facts, policy))
        for part in (*line.parts, *line.left_out)
    ]
    return conclude(line.ordered, parts, line.unheld, policy)
