"""The counts of a simulation as figures: by outcome, institution, item, exception, kind of change.

Savings are the receiver's price over the acceptances that stand (节省费用), by what the
determination of their line was and would be. Of a line that was not accepted nobody knows whether
it would have been, so it moves no savings.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from gateway.services.simulation_tally import BeforeAfter, Cell, Kind, KindSum, Sum, Tally
from rules.outcome import Outcome, Verdict
from rules.wording import CLAUSES, OUTCOMES

_FEN = Decimal("0.01")
_RECOGNIZABLE = Outcome.RECOGNIZABLE.value
#: What the figures cannot say; part of every answer.
LIMIT = (
    "Determined again from the facts kept with each line: the result that was best at the time. "
    "Results passed over then, or beyond the look-back, are not considered."
)


def report(tally: Tally) -> dict[str, Any]:
    """All figures, ready for JSON; money in CNY as text."""
    sums = list(tally.cells.items())
    return {
        "reminders": tally.reminders,
        "lines": tally.lines,
        "determinations": tally.determinations,
        "changed": sum(s.lines for c, s in sums if c.before != c.after),
        "outcomes": [_outcome(outcome, sums) for outcome in reversed(Outcome)],
        "by_institution": _movements(tally, "institution"),
        "by_item": _movements(tally, "item"),
        "exceptions": _exceptions(tally),
        "kinds": [_kind(kind, seen) for kind, seen in _by_frequency(tally.kinds)],
        "cells": [{**c._asdict(), **_figures(tally.cells[c])} for c in sorted(tally.cells)],
        "limit": LIMIT,
    }


def _outcome(outcome: Outcome, sums: Iterable[tuple[Cell, Sum]]) -> dict[str, Any]:
    before, after = Sum(), Sum()
    for cell, total in sums:
        if cell.before == outcome:
            before.add(total)
        if cell.after == outcome:
            after.add(total)
    return {
        "outcome": outcome.value,
        "text": OUTCOMES[outcome],
        "before": _figures(before),
        "after": _figures(after),
    }


def _figures(total: Sum) -> dict[str, Any]:
    return {
        "lines": total.lines,
        "accepted": total.accepted,
        "savings": _money(total),
        "unpriced": total.unpriced,
    }


def _money(total: Sum) -> str:
    return str(Decimal(total.fen) * _FEN)


def _movements(tally: Tally, group: str) -> list[dict[str, Any]]:
    """One row per institution or item: what moves, and which way."""
    grouped: defaultdict[str, list[tuple[Cell, Sum]]] = defaultdict(list)
    for cell, total in tally.cells.items():
        grouped[getattr(cell, group)].append((cell, total))
    names = tally.items if group == "item" else {}
    established = _established(tally, group)
    return [
        {
            group: key,
            "name": names.get(key, ""),
            **_movement(grouped[key]),
            "exceptions_before": established[key].before,
            "exceptions_after": established[key].after,
        }
        for key in sorted(grouped)
    ]


def _movement(members: list[tuple[Cell, Sum]]) -> dict[str, Any]:
    better, worse, all_ = Sum(), Sum(), Sum()
    for cell, total in members:
        all_.add(total)
        step = Outcome(cell.after).rank - Outcome(cell.before).rank
        if step:
            (better if step > 0 else worse).add(total)
    return {
        "lines": all_.lines,
        "recognizable_before": _lines(t for c, t in members if c.before == _RECOGNIZABLE),
        "recognizable_after": _lines(t for c, t in members if c.after == _RECOGNIZABLE),
        "better": better.lines,
        "worse": worse.lines,
        "accepted": all_.accepted,
        "savings": _money(all_),
        "accepted_better": better.accepted,
        "savings_better": _money(better),
        "accepted_worse": worse.accepted,
        "savings_worse": _money(worse),
        "unpriced": all_.unpriced,
    }


def _lines(sums: Iterable[Sum]) -> int:
    return sum(total.lines for total in sums)


def _established(tally: Tally, group: str) -> Mapping[str, BeforeAfter]:
    """How many exceptions are established, before and after, by institution or item."""
    found: defaultdict[str, BeforeAfter] = defaultdict(BeforeAfter)
    for cell, counted in tally.exceptions.items():
        if cell.verdict == Verdict.ESTABLISHED:
            found[getattr(cell, group)].add(counted)
    return found


def _exceptions(tally: Tally) -> list[dict[str, Any]]:
    rows: defaultdict[tuple[str, str], BeforeAfter] = defaultdict(BeforeAfter)
    for cell, counted in tally.exceptions.items():
        rows[cell.code, cell.verdict].add(counted)
    return [
        {
            "code": code,
            "name": CLAUSES.get(code, code),
            "verdict": verdict,
            "before": row.before,
            "after": row.after,
        }
        for (code, verdict), row in sorted(rows.items())
    ]


def _by_frequency(kinds: dict[Kind, KindSum]) -> list[tuple[Kind, KindSum]]:
    return sorted(kinds.items(), key=lambda pair: (-pair[1].lines, pair[0]))


def _kind(kind: Kind, seen: KindSum) -> dict[str, Any]:
    return {
        "before": kind.before,
        "after": kind.after,
        "clauses": list(kind.clauses),
        "lines": seen.lines,
        "examples": seen.examples,
    }
