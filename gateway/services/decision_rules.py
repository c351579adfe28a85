"""What a physician may decide on a line (四（二）), as questions without side effects."""

from collections.abc import Mapping

from gateway.canonical.recognition import TRANSITIONS, DecisionAct, DecisionState
from gateway.errors import Conflict
from gateway.services.reminder_record import OfferedReport
from rules.line import LineDetermination
from rules.outcome import Finding
from rules.zhejiang_2021.duties import acceptance


def next_state(state: DecisionState, act: DecisionAct) -> DecisionState:
    """The state after an act; raises `Conflict` for a transition that the table does not hold."""
    following = TRANSITIONS.get((state, act))
    if following is None:
        raise Conflict(f"cannot {act} what is {state}", state=state)
    return following


def require_acceptable(line: LineDetermination, acknowledged: frozenset[str]) -> None:
    """Refuse what can never be accepted, and findings that were not acknowledged.

    Raises:
        Conflict: with the codes of the findings concerned.
    """
    found = acceptance(line_findings(line), acknowledged)
    if found.forbidden:
        raise Conflict("this result can never be accepted", findings=sorted(set(found.forbidden)))
    if found.unacknowledged:
        missing = sorted(set(found.unacknowledged))
        raise Conflict("these findings must be acknowledged first", findings=missing)


def line_findings(line: LineDetermination) -> tuple[Finding, ...]:
    """Every finding of every part used, and the one on cover."""
    found = [each for part in line.parts for each in part.determination.findings]
    return (*found, line.cover) if line.cover is not None else tuple(found)


def require_same_versions(
    offered: tuple[OfferedReport, ...],
    stated: tuple[tuple[str, int], ...],
    current: Mapping[str, tuple[int, str]],
) -> None:
    """Refuse a decision on other versions than those offered, or on ones corrected since.

    Raises:
        Conflict: naming the reports concerned.
    """
    if set(stated) != {(each.id, each.version) for each in offered}:
        raise Conflict("the decision names other reports than the reminder offered")
    if changed := changed_since(offered, current):
        raise Conflict("the source has corrected or withdrawn this result", reports=changed)


def changed_since(
    offered: tuple[OfferedReport, ...], current: Mapping[str, tuple[int, str]]
) -> list[str]:
    """The reports of which there is another version now."""
    return [
        each.id
        for each in offered
        if each.kind != "study" and current.get(each.id, (0, ""))[0] != each.version
    ]
