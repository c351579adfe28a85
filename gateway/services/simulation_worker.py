"""The part of a simulation that runs on every core: open, determine again, count."""

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.security.field_encryption import FieldCipher
from gateway.security.key_ring import KeyRing
from gateway.services.explanations import determination_id
from gateway.services.reminder_record import RecordedItem, ReminderRecord
from gateway.services.simulation_tally import (
    EXAMPLES,
    BeforeAfter,
    Cell,
    ExceptionCell,
    Kind,
    KindSum,
    Sum,
    Tally,
)
from gateway.storage.reminder_history import PastReminder
from gateway.storage.sealing import Sealer
from rules.installed import load_policies
from rules.outcome import Finding
from rules.parameter_changes import Change, changed_policies
from rules.policy import Policies
from rules.what_if import Difference, Shift, differences, shift_of
from rules.wording import sentence

#: Price in fen (None: unpriced) of the accepted lines, by reminder and line key.
Accepted = Mapping[tuple[str, str], int | None]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The question: other parameters, and another policy than each line's own, or None."""

    changes: tuple[Change, ...]
    policy: str | None


class Judge:
    """Determines stored reminders again and counts what moves."""

    def __init__(self, ring: KeyRing, question: WhatIf) -> None:
        self._sealer = Sealer(FieldCipher(ring))
        self._policy = question.policy
        self._policies: Policies = changed_policies(load_policies(), question.changes)

    def tally(self, reminders: Sequence[PastReminder], accepted: Accepted) -> Tally:
        """The counts of these reminders.

        Raises:
            UnreadableField: a reminder does not open with these keys.
            NoPolicyInForce: a line was determined by a policy that is not installed any more.
        """
        tally = Tally(reminders=len(reminders))
        for past in reminders:
            kept = self._sealer.open_record(
                "reminder", past.reminder_id, ReminderRecord, past.sealed
            )
            for item in kept.items:
                shift = shift_of(item.line, self._policies, self._policy)
                _count(tally, past, item, shift, accepted)
        return tally


def _count(
    tally: Tally, past: PastReminder, item: RecordedItem, shift: Shift, accepted: Accepted
) -> None:
    tally.lines += 1
    tally.determinations += len(shift.parts)
    tally.items.setdefault(item.item_code, shift.line.ordered.name)
    cell = Cell(past.institution, item.item_code, shift.before.value, shift.after.value)
    total = tally.cells.setdefault(cell, Sum())
    total.lines += 1
    place = (past.reminder_id, item.key)
    if place in accepted:
        fen = accepted[place]
        total.accepted += 1
        total.fen += fen or 0
        total.unpriced += fen is None
    _count_exceptions(tally, past.institution, item.item_code, shift)
    if shift.before != shift.after or shift.changed:
        _count_kind(tally, past, item, shift)


def _count_exceptions(tally: Tally, institution: str, item: str, shift: Shift) -> None:
    for code, verdict in shift.exceptions_before.items():
        cell = ExceptionCell(institution, item, code, verdict)
        tally.exceptions.setdefault(cell, BeforeAfter()).before += 1
    for code, verdict in shift.exceptions_after.items():
        cell = ExceptionCell(institution, item, code, verdict)
        tally.exceptions.setdefault(cell, BeforeAfter()).after += 1


def _count_kind(tally: Tally, past: PastReminder, item: RecordedItem, shift: Shift) -> None:
    kind = Kind(shift.before.value, shift.after.value, shift.changed)
    seen = tally.kinds.setdefault(kind, KindSum())
    seen.lines += 1
    if len(seen.examples) < EXAMPLES:
        example = {
            "determination_id": determination_id(past.reminder_id, item.key),
            "institution": past.institution,
            "item": item.item_code,
            "findings": [_told(each) for each in differences(item.line, shift)],
        }
        seen.examples.append(example)


def _told(difference: Difference) -> dict[str, Any]:
    """Verdict and sentence before and after; facts are for the audited explanation alone."""
    return {
        "code": difference.code,
        "components": difference.names,
        "before": _said(difference.before),
        "after": _said(difference.after),
    }


def _said(finding: Finding | None) -> dict[str, str] | None:
    if finding is None:
        return None
    return {
        "clause": finding.clause,
        "verdict": finding.verdict.value,
        "text": sentence(finding),
    }


_judges: list[Judge] = []


def prepare(ring: KeyRing, question: WhatIf) -> None:
    """Make a worker process ready, once."""
    # Records hold no cycles, so counting references frees them all; collecting took a tenth.
    gc.disable()
    _judges[:] = [Judge(ring, question)]


def tally_page(reminders: Sequence[PastReminder], accepted: Accepted) -> Tally:
    """The counts of a page of reminders, in a process that was made ready."""
    return _judges[0].tally(reminders, accepted)
