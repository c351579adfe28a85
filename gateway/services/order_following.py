"""What follows a reminder at the receiving hospital, as its own orders and results tell it.

A message about an order is an event of every line of the visit that it concerns; an own result of
an item that a line was about is `result:later` (policy, events S W O X). Telling it again changes
nothing: each line has each event once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Report
from gateway.canonical.lab import LabReport, LocalCode, ReportStatus
from gateway.canonical.messages import OrderAct, OrderMessage
from gateway.canonical.recognition import EventName
from gateway.canonical.times import local_date
from gateway.ids import new_id
from gateway.services.registry import RegistryHolder
from gateway.services.reminder_keys import order_hash, visit_hash
from gateway.storage.events import StoredEvent
from gateway.storage.sealing import Sealer
from item_catalog.catalog import Catalog, Edition
from item_catalog.items import LabElement
from item_catalog.mapping import MappingKind
from rules.policy import NoPolicyInForce, Policies

#: What a message says happened → the event of the log; other acts are no event.
ORDER_EVENTS = {
    OrderAct.SIGNED: EventName.ORDER_SIGNED,
    OrderAct.WITHDRAWN: EventName.ORDER_WITHDRAWN,
    OrderAct.EXECUTED: EventName.ORDER_REPEATED,
}
_RESULT = frozenset({ReportStatus.FINAL, ReportStatus.CORRECTED})

#: What somebody ordered or reported: imaging items, and elements of laboratory items.
Content = frozenset[str | LabElement]


@dataclass(frozen=True, slots=True)
class LaterReport:
    """An own report as it was stored: its name, its version, and when it was collected or made."""

    report: Report
    report_id: str
    version: int
    relevant_at: datetime


class OrderFollowing:
    """Finds the lines that an own order or an own result concerns."""

    def __init__(
        self, sealer: Sealer, registry: RegistryHolder, catalog: Catalog, policies: Policies
    ) -> None:
        self._sealer = sealer
        self._registry = registry
        self._catalog = catalog
        self._policies = policies

    def of_order(
        self, order: OrderMessage, known: Iterable[StoredEvent], received_at: datetime
    ) -> list[StoredEvent]:
        """The events that an order message adds to those known of its patient."""
        name = ORDER_EVENTS.get(order.act)
        if name is None:
            return []
        own = [each for each in known if each.institution == order.institution]
        at = order.acted_at.instant if order.acted_at else received_at
        return _new(self._lines_of(order, own, local_date(received_at)), own, name, at)

    def of_result(self, later: LaterReport, known: Iterable[StoredEvent]) -> list[StoredEvent]:
        """`result:later` of every line that was reminded before the specimen or the image."""
        report = later.report
        matched = [
            each
            for each in _matches(each for each in known if each.institution == report.institution)
            if each.at < later.relevant_at
        ]
        if not matched or report.status not in _RESULT:
            return []
        day = local_date(later.relevant_at)
        content, edition = self._reported(report, day), self._catalog.edition_on(day)
        lines = [
            each
            for each in matched
            if _asked(edition, each.item_code) <= content and self._in_window(each, day)
        ]
        found = _new(lines, known, EventName.RESULT_LATER, later.relevant_at)
        return [
            replace(each, report_id=later.report_id, report_version=later.version) for each in found
        ]

    def _lines_of(
        self, order: OrderMessage, own: list[StoredEvent], day: date
    ) -> list[StoredEvent]:
        """Those matched under the order's own number, else under its item."""
        lines = self._of_visit(order, own)
        number = order.placer_order_number
        named = [e for e in lines if number and e.detail == order_hash(self._sealer, number)]
        if named or not lines:
            return named
        edition = self._catalog.edition_on(day)
        content = self._ordered(order, edition, day)
        return [each for each in lines if _asked(edition, each.item_code) <= content]

    def _of_visit(self, order: OrderMessage, own: list[StoredEvent]) -> list[StoredEvent]:
        """The lines of the visit that the order names, else of every visit still open."""
        matched = _matches(own)
        if order.visit_id:
            visit = visit_hash(self._sealer, order.institution, order.visit_id)
            return [each for each in matched if each.visit_hash == visit]
        closed = {each.visit_hash for each in own if each.name == EventName.VISIT_CLOSED}
        return [each for each in matched if each.visit_hash not in closed]

    def _in_window(self, matched: StoredEvent, day: date) -> bool:
        """Whether a result of that day is near enough to be compared with what was shown."""
        try:
            policy = self._policies.policy_for(matched.institution, day)
        except NoPolicyInForce:
            return False
        limit = policy.parameters.on(day).integer("window_days", matched.item_code)
        return (day - local_date(matched.at)).days <= limit

    def _ordered(self, order: OrderMessage, edition: Edition, day: date) -> Content:
        kind = MappingKind.IMAGING if order.is_imaging else MappingKind.LAB
        targets = self._registry.current.map_code(order.institution, kind, order.code, day)
        if order.is_imaging:
            return frozenset(target.item_code for target in targets)
        return frozenset(
            element
            for code, component in targets
            for element in edition.elements_from(code, component)
            or (edition.elements_of(code) if component is None else ())
        )

    def _reported(self, report: Report, day: date) -> Content:
        if isinstance(report, ImagingReport):
            targets = self._registry.current.map_code(
                report.institution, MappingKind.IMAGING, report.procedure, day
            )
            return frozenset(target.item_code for target in targets)
        return frozenset(self._elements(report, day))

    def _elements(self, report: LabReport, day: date) -> Iterable[LabElement]:
        edition = self._catalog.edition_on(day)
        for result in report.results:
            own = self._mapped(report.institution, result.code, day)
            for code, component in own or self._mapped(report.institution, result.order, day):
                yield from edition.elements_from(code, component)

    def _mapped(
        self, institution: InstitutionCode, code: LocalCode, day: date
    ) -> Iterable[tuple[str, str | None]]:
        return self._registry.current.map_code(institution, MappingKind.LAB, code, day)


def _matches(events: Iterable[StoredEvent]) -> list[StoredEvent]:
    return [each for each in events if each.name == EventName.MATCH_FOUND]


def _asked(edition: Edition, item_code: str) -> Content:
    """What must be there for a line's item to have been done."""
    return frozenset(edition.elements_of(item_code)) or frozenset({item_code})


def _new(
    lines: Iterable[StoredEvent], known: Iterable[StoredEvent], name: EventName, at: datetime
) -> list[StoredEvent]:
    """The event for each line that does not have it."""
    told = {(each.visit_hash, each.line_key) for each in known if each.name == name}
    found = {(each.visit_hash, each.line_key): each for each in lines}
    return [
        replace(each, event_id=new_id(), name=name, at=at)
        for line, each in found.items()
        if line not in told
    ]
