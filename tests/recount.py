"""A simulation counted by brute force: every line read back, replayed and counted one by one.

Nothing of it is used by the simulation: the changed value is written into the parameter file, the
lines are replayed whole, and the acceptances are taken from the story of each reminder.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib import resources
from typing import Any

import orjson

from gateway.canonical.recognition import EventName
from rules.codec import line_from_json
from rules.installed import load_policies
from rules.line import LineDetermination, replay
from rules.outcome import Verdict
from rules.policy import Policies
from rules.zhejiang_2021 import load_policy
from tests.past_reminders import Past


@dataclass
class Recount:
    """Counts by (institution, item, before, after), and of exceptions by (code, verdict, when)."""

    lines: Counter[Any] = field(default_factory=Counter)
    accepted: Counter[Any] = field(default_factory=Counter)
    fen: Counter[Any] = field(default_factory=Counter)
    exceptions: Counter[Any] = field(default_factory=Counter)
    determinations: int = 0


def policies_with(name: str, value: str) -> Policies:
    """The installed policies with one value replaced in the parameter file."""
    text = (resources.files("rules.zhejiang_2021") / "parameters.toml").read_text("utf-8")
    changed = re.sub(rf"(?s)(\[{name}\].*?value = )\S+?,", rf"\g<1>{value},", text, count=1)
    assert changed != text
    policy = load_policy(changed)
    installed = load_policies()
    others = tuple(each for each in installed.policies if each.id != policy.id)
    return replace(installed, policies=(policy, *others))


def recount(pasts: Iterable[Past], policies: Policies) -> Recount:
    """The counts, one line after the other."""
    counts = Recount()
    for past in pasts:
        prices = _accepted(past)
        for item in past.record.items:
            before = line_from_json(orjson.loads(orjson.dumps(item.line)))
            after = replay(before, policies)
            cell = (past.institution, item.item_code, before.outcome.value, after.outcome.value)
            counts.lines[cell] += 1
            counts.determinations += len(after.parts) + len(after.left_out)
            if item.key in prices:
                counts.accepted[cell] += 1
                counts.fen[cell] += prices[item.key] or 0
            for when, line in (("before", before), ("after", after)):
                counts.exceptions.update((*each, when) for each in _exceptions(line))
    return counts


def recount_of(figures: Mapping[str, Any]) -> Recount:
    """A simulation's figures in the same form."""
    counts = Recount(determinations=figures["determinations"])
    for row in figures["cells"]:
        cell = row["institution"], row["item"], row["before"], row["after"]
        counts.lines[cell] = row["lines"]
        counts.accepted[cell] = row["accepted"]
        counts.fen[cell] = int(Decimal(row["savings"]) * 100)
    for row in figures["exceptions"]:
        counts.exceptions[row["code"], row["verdict"], "before"] = row["before"]
        counts.exceptions[row["code"], row["verdict"], "after"] = row["after"]
    return counts


def _accepted(past: Past) -> dict[str, int | None]:
    prices: dict[str, int | None] = {}
    for name, key, fen in past.events:
        if name is EventName.RECOGNITION_ACCEPTED:
            prices[key] = fen
        else:
            prices.pop(key, None)
    return prices


def _exceptions(line: LineDetermination) -> set[tuple[str, str]]:
    found = [f for part in line.parts for f in part.determination.findings]
    established = {f.code for f in found if f.verdict is Verdict.ESTABLISHED}
    hinted = {f.code for f in found if f.verdict is Verdict.HINT} - established
    return {(c, "established") for c in established} | {(c, "hint") for c in hinted}
