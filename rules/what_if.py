"""What a stored determination would be under changed parameters or another policy. Pure.

Only what was kept with a line is judged again: the results that were best when it was determined.
A result that was passed over then, or lay beyond the look-back, does not come back here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rules.codec import line_from_json, part_facts
from rules.engine import determine
from rules.facts import RequestFacts
from rules.line import LineDetermination, OrderedItem, Part, conclude
from rules.outcome import Finding, Outcome, Verdict
from rules.policy import Policies
from rules.record_codec import decode

_SILENT = Verdict.NOT_APPLICABLE
#: Verdicts of exceptions that are counted.
_EXCEPTIONAL = frozenset({Verdict.ESTABLISHED, Verdict.HINT})
#: Code and verdict of a clause.
_Told: TypeAlias = tuple[str, str]
#: Components, and the findings before and after by code.
_Pair: TypeAlias = tuple[tuple[str, ...], dict[str, Finding], dict[str, Finding]]


@dataclass(frozen=True, slots=True)
class Shift:
    """A stored line and the same line determined again.

    changed: codes of the clauses whose verdict differs in some part. exceptions: by code the
    telling verdict (`established`, `hint`) among the parts used. parts: all parts judged again, in
    the order in which they are stored; line: what they now amount to.
    """

    before: Outcome
    after: Outcome
    changed: tuple[str, ...]
    exceptions_before: Mapping[str, str]
    exceptions_after: Mapping[str, str]
    parts: tuple[Part, ...]
    line: LineDetermination


@dataclass(frozen=True, slots=True)
class Difference:
    """The finding of one clause before and after; None where a policy has no such clause.

    names: the components of the part it speaks of, none for the line as a whole.
    """

    code: str
    names: tuple[str, ...]
    before: Finding | None
    after: Finding | None


def shift_of(data: Mapping[str, Any], policies: Policies, policy_id: str | None = None) -> Shift:
    """A line as `rules.codec.line_to_json` wrote it, against the same line determined again.

    Args:
        data: the stored line.
        policies: the policies to determine by.
        policy_id: the policy for all lines; None is for each the one it was determined by.

    Raises:
        NoPolicyInForce: the policy is not installed.
    """
    policy = policies.policy(policy_id or data["policy"])
    request = decode(RequestFacts, data["request"])
    stored = [*data["parts"], *data["left_out"]]
    parts = tuple(
        Part(tuple(each["names"]), (), determine(part_facts(each, request), policy))
        for each in stored
    )
    ordered = decode(OrderedItem, data["ordered"])
    line = conclude(ordered, parts, tuple(data["unheld"]), policy)
    told = [(finding["code"], finding["verdict"]) for finding in data["findings"]]
    before = [[told[number] for number in each["findings"]] for each in stored]
    after = [_told(part.determination.findings) for part in parts]
    used = [_told(p.determination.findings) for p in line.parts] if line.left_out else after
    cover_before = () if data["cover"] is None else (told[data["cover"]],)
    cover_after = () if line.cover is None else _told((line.cover,))
    return Shift(
        before=Outcome(data["outcome"]),
        after=line.outcome,
        changed=_changed([*zip(before, after, strict=True), (cover_before, cover_after)]),
        exceptions_before=_exceptions(before[: len(data["parts"])]),
        exceptions_after=_exceptions(used),
        parts=parts,
        line=line,
    )


def _told(findings: Iterable[Finding]) -> list[_Told]:
    return [(finding.code, finding.verdict) for finding in findings]


def _changed(pairs: Iterable[tuple[Sequence[_Told], Sequence[_Told]]]) -> tuple[str, ...]:
    """Codes whose verdict differs; a clause that one of the policies lacks is not applicable."""
    codes: dict[str, None] = {}
    for told_before, told_after in pairs:
        if told_before != told_after:
            before, after = dict(told_before), dict(told_after)
            for code in before | after:
                if before.get(code, _SILENT) != after.get(code, _SILENT):
                    codes[code] = None
    return tuple(codes)


def _exceptions(parts: Iterable[Sequence[_Told]]) -> dict[str, str]:
    """The exceptions established in some part, else hinted at, by code."""
    found: dict[str, str] = {}
    for part in parts:
        for code, verdict in part:
            if verdict in _EXCEPTIONAL and found.get(code) != Verdict.ESTABLISHED:
                found[code] = verdict
    return found


def differences(data: Mapping[str, Any], shift: Shift) -> tuple[Difference, ...]:
    """For each changed clause the first part in which its verdict differs, in full."""
    stored = line_from_json(data)
    pairs: list[_Pair] = [((), _only(stored.cover), _only(shift.line.cover))]
    pairs += [
        (old.names, _by_code(old.determination.findings), _by_code(new.determination.findings))
        for old, new in zip((*stored.parts, *stored.left_out), shift.parts, strict=True)
    ]
    found = []
    for code in shift.changed:
        told = (Difference(code, names, old.get(code), new.get(code)) for names, old, new in pairs)
        found.append(next(each for each in told if _verdict(each.before) != _verdict(each.after)))
    return tuple(found)


def _only(finding: Finding | None) -> dict[str, Finding]:
    return {} if finding is None else {finding.code: finding}


def _by_code(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {finding.code: finding for finding in findings}


def _verdict(finding: Finding | None) -> str:
    return _SILENT if finding is None else finding.verdict
