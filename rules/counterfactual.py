"""反事实: the smallest change of facts that would change an outcome, and what it would then be.

The outcome is the worst effect of the findings, so every finding of that effect has to change and
no other; each clause says itself what the least change is. A recognizable result has nothing to
mend: for it the change is what would end it. Every answer was determined again before it is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rules.calendar import local_day
from rules.engine import determine, effect_of
from rules.facts import Facts
from rules.line import LineDetermination, Part, conclude
from rules.outcome import Determination, Finding, Outcome
from rules.policy import ChangedFacts, Policy
from rules.wording import OUTCOMES

#: More changes than clauses cannot be needed; a remedy that does not help must not go on for ever.
_MOST_CHANGES = 24


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Facts as they would have to be, and what they would then be determined as.

    changes: what is other, each in words that follow 若; text: the whole as one sentence.
    """

    facts: Facts
    outcome: Outcome
    changes: tuple[str, ...]

    @property
    def text(self) -> str:
        """As in `若晚2天采样，则判定为“可互认”。`"""
        return _sentence(self.changes, self.outcome)


@dataclass(frozen=True, slots=True)
class LineCounterfactual:
    """The same for an order line: the line as it would then be determined."""

    line: LineDetermination
    changes: tuple[str, ...]

    @property
    def text(self) -> str:
        """As in `若白蛋白：晚2天采样，则判定为“可互认”。`"""
        return _sentence(self.changes, self.line.outcome)


def _sentence(changes: Sequence[str], outcome: Outcome) -> str:
    return f"若{'，且'.join(changes)}，则判定为“{OUTCOMES[outcome]}”。"


def counterfactuals(determination: Determination, policy: Policy) -> tuple[Counterfactual, ...]:
    """The ways to another outcome, those with the fewest changes first.

    Args:
        determination: as it was determined.
        policy: the policy it was determined with.
    """
    if determination.outcome is Outcome.RECOGNIZABLE:
        found = list(_ends(determination, policy))
    else:
        found = [way for turn in range(2) if (way := _way(determination, policy, turn))]
    distinct = {each.text: each for each in found}
    return tuple(sorted(distinct.values(), key=lambda each: len(each.changes)))


def _ends(determination: Determination, policy: Policy) -> Iterator[Counterfactual]:
    """What would end a recognizable result; the first that does."""
    for finding in determination.findings:
        for change in _endings(determination.facts, finding, policy):
            changed = determine(change.facts, policy)
            if changed.outcome is not determination.outcome:
                yield Counterfactual(change.facts, changed.outcome, (change.words,))
                return


def _endings(facts: Facts, finding: Finding, policy: Policy) -> tuple[ChangedFacts, ...]:
    if policy.ending is None or finding.code not in {"WINDOW", "STATUS"}:
        return ()
    return policy.ending(facts, finding, policy.parameters.on(local_day(facts.request.at)))


def _way(determination: Determination, policy: Policy, turn: int) -> Counterfactual | None:
    """Mend what stands in the way, one finding after the other, until the outcome is another.

    turn: which of several remedies of a clause is taken.
    """
    words: list[str] = []
    current = determination
    for _ in range(_MOST_CHANGES):
        change = _next_change(current, policy, turn)
        if change is None or change.words in words:
            return None
        words.append(change.words)
        current = determine(change.facts, policy)
        if current.outcome is not determination.outcome:
            return Counterfactual(change.facts, current.outcome, tuple(words))
    return None


def _next_change(current: Determination, policy: Policy, turn: int) -> ChangedFacts | None:
    parameters = policy.parameters.on(local_day(current.facts.request.at))
    deciding = {f.code: f for f in current.findings if effect_of(f) is current.outcome}
    for code, remedy in policy.remedies.items():
        if code in deciding:
            ways = remedy(current.facts, deciding[code], parameters)
            return ways[min(turn, len(ways) - 1)] if ways else None
    return None


def line_counterfactuals(line: LineDetermination, policy: Policy) -> tuple[LineCounterfactual, ...]:
    """The least changes of a line: of one part where one is enough, else of every part at fault."""
    ways = _line_ways(line, policy)
    return tuple(way for way in ways if way.line.outcome is not line.outcome)


def _line_ways(line: LineDetermination, policy: Policy) -> Iterator[LineCounterfactual]:
    at_fault = [part for part in line.parts if part.determination.outcome is line.outcome]
    if not at_fault:
        yield _filled(line, policy)
        return
    mended = {
        number: ways[0]
        for number, part in enumerate(line.parts)
        if part in at_fault and (ways := counterfactuals(part.determination, policy))
    }
    if line.outcome in {Outcome.NOT_RECOGNIZABLE, Outcome.RECOGNIZABLE} and mended:
        fewest = min(mended, key=lambda number: len(mended[number].changes))
        yield _changed(line, {fewest: mended[fewest]}, policy)
    elif len(mended) == len(at_fault):
        yield _changed(line, mended, policy)


def _changed(
    line: LineDetermination, mended: dict[int, Counterfactual], policy: Policy
) -> LineCounterfactual:
    """The line with some of its parts determined from other facts."""
    parts = [
        replace(part, determination=determine(mended[number].facts, policy))
        if number in mended
        else part
        for number, part in enumerate(line.parts)
    ]
    changes = tuple(
        f"{'、'.join(line.parts[number].names)}：{'，且'.join(way.changes)}"
        if line.ordered.assembled
        else "，且".join(way.changes)
        for number, way in mended.items()
    )
    found = conclude(line.ordered, [*parts, *line.left_out], line.unheld, policy)
    if found.outcome is line.outcome and found.coverage.missing:
        return _filled(found, policy, changes)
    return LineCounterfactual(found, tuple(dict.fromkeys(changes)))


def _filled(
    line: LineDetermination, policy: Policy, changes: tuple[str, ...] = ()
) -> LineCounterfactual:
    """The line with what is missing held as well as what is there."""
    missing = line.coverage.missing
    best = max(line.parts, key=lambda part: part.determination.outcome.rank)
    filler = Part(missing, (), best.determination)
    words = f"另持有{'、'.join(missing)}的可互认结果"
    found = conclude(line.ordered, [*line.parts, filler], (), policy)
    return LineCounterfactual(found, (*changes, words))
