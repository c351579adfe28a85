"""What `gateway policy simulate` does: open the store for reading, ask, answer in figures."""

import os
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gateway.canonical.times import start_of_day
from gateway.clock import monotonic_seconds
from gateway.errors import InvalidRequest, NotFound
from gateway.security.key_ring import KeyRing
from gateway.services.simulation import Progress, simulate
from gateway.services.simulation_report import report
from gateway.services.simulation_worker import WhatIf
from gateway.settings import Settings
from gateway.storage.read_only import open_read_only
from gateway.storage.reminder_history import ReminderPeriod
from rules.parameter_changes import Change


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days of China, both included, at one institution or at all."""

    first: date
    last: date
    institution: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What would be different: parameters as texts for `read_change`, another policy, or both."""

    parameters: tuple[str, ...]
    policy: str | None


def read_change(text: str) -> Change:
    """The change that `NAME=VALUE` or `NAME[ITEM]=VALUE` asks for; lists are split at commas.

    Raises:
        InvalidRequest: the text is neither.
    """
    place, is_given, value = text.partition("=")
    name, is_own, item = place.strip().partition("[")
    if not is_given or not name or (is_own and not item.endswith("]")):
        raise InvalidRequest(f"{text!r} is neither NAME=VALUE nor NAME[ITEM]=VALUE")
    return Change(name, item.removesuffix("]") if is_own else None, value.strip())


async def simulate_policy(
    settings: Settings, days: Days, question: Question, progress: Progress
) -> dict[str, Any]:
    """What the reminders of some days would have said under other rules; changes nothing.

    Answers the figures of `simulation_report.report` with the question, the cores and the seconds.
    The store is opened for reading alone, and no key file is made where there is none.

    Raises:
        InvalidRequest: the days are in the wrong order, or the question cannot be answered.
        NotFound: there is no store or no key file.
    """
    if days.last < days.first:
        raise InvalidRequest("the period ends before it begins")
    if not settings.effective_key_file.is_file():
        raise NotFound("there is no key file")
    asked = WhatIf(tuple(map(read_change, question.parameters)), question.policy)
    ring = KeyRing.load(settings.effective_key_file)
    end = start_of_day(days.last + timedelta(days=1))
    period = ReminderPeriod(start_of_day(days.first), end, days.institution)
    workers, start = len(os.sched_getaffinity(0)), monotonic_seconds()
    async with open_read_only(settings.effective_database_url) as reader:
        tally = await simulate(reader, ring, period, asked, workers, progress)
    seconds = monotonic_seconds() - start
    return {**_asked(days, asked), "cores": workers, "seconds": seconds, **report(tally)}


def _asked(days: Days, asked: WhatIf) -> dict[str, Any]:
    return {
        "from": days.first,
        "to": days.last,
        "institution": days.institution,
        "policy": asked.policy,
        "parameters": [
            {"name": change.name, "item": change.item, "value": change.text}
            for change in asked.changes
        ],
    }
