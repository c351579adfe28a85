"""The frame of one reminder: who asks, when, and what register, edition and values then hold."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.lab import LocalCode
from gateway.canonical.order import OrderLine, ReminderRequest
from gateway.canonical.times import local_date
from gateway.services.ports import Registry
from item_catalog.catalog import Edition
from item_catalog.mapping import MappedTo, MappingKind
from rules.clinical_facts import ClinicalFacts
from rules.facts import NO_CONTEXT, Declared, Party, RequestFacts
from rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Situation:
    """A request at its instant, with the register and the edition and policy in force that day.

    viewed: ids of the reports and studies opened in this visit, None when that is not known.
    clinical: diagnoses and procedures of the request, as the catalogues read them.
    """

    request: ReminderRequest
    at: datetime
    registry: Registry
    edition: Edition
    policy: Policy
    viewed: frozenset[str] | None = None
    clinical: ClinicalFacts = NO_CONTEXT

    @property
    def day(self) -> date:
        """The calendar day of the request in China."""
        return local_date(self.at)

    def party(self, code: InstitutionCode, on: date) -> Party:
        """An institution as it stands on a day; without tier and kind when not registered then."""
        institution = self.registry.institution(code, on)
        alliances = tuple(sorted(self.registry.alliances_of(code, on)))
        if institution is None:
            return Party(code, None, None, alliances)
        return Party(code, institution.tier.value, institution.kind.value, alliances)

    def has_viewed(self, id_: str) -> bool | None:
        """Whether the report or study was opened in this visit; None when that is not known."""
        return None if self.viewed is None else id_ in self.viewed


def request_facts(
    situation: Situation, line: OrderLine | None = None, *, recorded: RequestFacts | None = None
) -> RequestFacts:
    """What the rules look at of the request; the declarations are those of the order line.

    recorded: the facts of a request that is only known by its record; the receiver is read anew.
    """
    request = situation.request
    if recorded is not None:
        return replace(recorded, receiver=situation.party(request.institution, situation.day))
    visit = request.visit
    declared = line.declared if line else ()
    return RequestFacts(
        at=situation.at,
        receiver=situation.party(request.institution, situation.day),
        visit_class=visit.visit_class.value if visit.visit_class else None,
        purpose=visit.purpose.value if visit.purpose else None,
        rescue=visit.rescue,
        triage=visit.triage,
        blood_request=request.context.blood_request,
        declared=tuple(Declared(d.code, d.text, request.practitioner) for d in declared),
        clinical=situation.clinical,
    )


def ordered_codes(situation: Situation, line: OrderLine) -> tuple[str, ...]:
    """The catalogue items an order line asks for; empty when its local code is not mapped.

    A local code of the receiver may stand for several imaging items, each then a line of its own.
    """
    if line.item_code:
        return (line.item_code,)
    if not line.local_code:
        return ()
    local = LocalCode(line.local_code)
    targets = [
        target
        for kind in MappingKind
        for target in situation.registry.map_code(
            situation.request.institution, kind, local, situation.day
        )
    ]
    return tuple(dict.fromkeys(code for t in targets for code in _orderable(situation, t)))


def _orderable(situation: Situation, target: MappedTo) -> tuple[str, ...]:
    """The item itself, or the item that a component equals; other components are not ordered."""
    if target.component is None:
        return (target.item_code,)
    elements = situation.edition.elements_from(target.item_code, target.component)
    return tuple(element.code for element in elements if element.component is None)
