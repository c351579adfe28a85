"""The engine: run every clause, fold the findings. No priorities, no stopping at a violation."""

from collections.abc import Iterable

from rules.calendar import local_day
from rules.facts import Facts
from rules.outcome import Determination, Finding, Outcome, Verdict
from rules.policy import Policy

#: Verdicts that make the outcome worse, worst first; the others leave it as it is.
_EFFECTS = (
    (Verdict.VIOLATED, Outcome.NOT_RECOGNIZABLE),
    (Verdict.ESTABLISHED, Outcome.EXEMPT),
    (Verdict.UNKNOWN, Outcome.UNDETERMINED),
    (Verdict.DISCRETIONARY, Outcome.DISCRETIONARY),
)
_OUTCOMES = dict(_EFFECTS)


def determine(facts: Facts, policy: Policy) -> Determination:
    """The determination for these facts: all findings in text order, and what they amount to.

    The values of the parameters are those of the day of the request. The same facts and the same
    policy always give the same answer, so a stored determination can be replayed.
    """
    parameters = policy.parameters.on(local_day(facts.request.at))
    findings = tuple(clause(facts, parameters) for clause in policy.clauses)
    return Determination(fold(findings), findings, facts, policy.id, facts.item.edition)


def effect_of(finding: Finding) -> Outcome:
    """The outcome that one finding alone amounts to."""
    return _OUTCOMES.get(finding.verdict, Outcome.RECOGNIZABLE)


def fold(findings: Iterable[Finding]) -> Outcome:
    """The outcome that the findings amount to; hints never change it."""
    verdicts = {finding.verdict for finding in findings}
    for verdict, outcome in _EFFECTS:
        if verdict in verdicts:
            return outcome
    return Outcome.RECOGNIZABLE


def outcome_without_exceptions(findings: Iterable[Finding]) -> Outcome:
    """The outcome had no exception of 四（三） applied; what indicators count by."""
    return fold(f for f in findings if f.verdict is not Verdict.ESTABLISHED)
