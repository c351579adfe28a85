"""Which lines a reminder has: the orders matched, or on arrival everything held. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.canonical.order import OrderLine, Trigger, VisitClass
from gateway.services.decision_rules import line_findings
from gateway.services.fact_building import BuiltCandidate
from gateway.services.situation import Situation, ordered_codes, request_facts
from item_catalog.catalog import Edition
from rules.candidates import held_codes
from rules.engine import outcome_without_exceptions
from rules.line import LineDetermination, Part, determine_line
from rules.outcome import Outcome, Verdict
from rules.zhejiang_2021.display import is_quiet


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """A determined line with the candidates behind its parts, by report id."""

    order_id: str | None
    line: LineDetermination
    sources: dict[str, BuiltCandidate]
    is_critical: bool
    is_quiet: bool

    @property
    def counted_outcome(self) -> Outcome:
        """The outcome with exceptions set aside, by which indicators count."""
        return outcome_without_exceptions(line_findings(self.line))

    @property
    def is_inferred(self) -> bool:
        """Whether an exception was inferred from the visit rather than declared."""
        established = (f for f in line_findings(self.line) if f.verdict is Verdict.ESTABLISHED)
        return any(finding.ground != "declared" for finding in established)


def reminder_lines(situation: Situation, built: Sequence[BuiltCandidate]) -> list[ReminderLine]:
    """The lines of a reminder, those with a critical value first, else in the order asked."""
    wanted = _arrival(situation, built) if _is_arrival(situation) else _ordered(situation)
    lines = [
        made for order, code in wanted if (made := _line(situation, built, order, code)) is not None
    ]
    return sorted(lines, key=lambda each: not each.is_critical)


def _is_arrival(situation: Situation) -> bool:
    return situation.request.trigger is Trigger.ARRIVAL


def _ordered(situation: Situation) -> Iterable[tuple[OrderLine | None, str]]:
    for order in situation.request.orders:
        for code in ordered_codes(situation, order):
            yield order, code


def _arrival(
    situation: Situation, built: Sequence[BuiltCandidate]
) -> Iterable[tuple[OrderLine | None, str]]:
    edition: Edition = situation.edition
    return ((None, code) for code in held_codes((b.candidate for b in built), edition))


def _line(
    situation: Situation, built: Sequence[BuiltCandidate], order: OrderLine | None, code: str
) -> ReminderLine | None:
    line = determine_line(
        code,
        (each.candidate for each in built),
        request_facts(situation, order),
        situation.edition,
        situation.policy,
    )
    if line is None:
        return None
    by_id = {each.candidate.report.id: each for each in built}
    parts = (*line.parts, *line.left_out)
    sources = {part.report_key[0]: by_id[part.report_key[0]] for part in parts}
    critical = any(_has_critical(part, sources) for part in parts)
    order_id = order.id if order else None
    return ReminderLine(order_id, line, sources, critical, _quiet(situation, line, critical))


def _quiet(situation: Situation, line: LineDetermination, critical: bool) -> bool:
    visit = situation.request.visit
    return is_quiet(
        line.outcome,
        line_findings(line),
        situation.policy.parameters.on(situation.day),
        critical=critical,
        emergency=visit.visit_class is VisitClass.EMERGENCY or visit.rescue,
    )


def _has_critical(part: Part, sources: dict[str, BuiltCandidate]) -> bool:
    results = sources[part.report_key[0]].results
    return any(
        result.is_critical for element in part.elements for result in results.get(element, ())
    )
