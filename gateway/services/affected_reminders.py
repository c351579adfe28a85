"""Open reminders that a change of the register would determine otherwise (二（一）, mappings, …).

Each line nobody has decided on is determined twice from what the patient holds, by the register as
it was and as it is now; only the difference counts. Nothing is written: a stored determination
stays as it was, and whoever made the change is told whom it concerns.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.order import ReminderRequest, Trigger, Visit
from gateway.canonical.patient import Patient
from gateway.canonical.recognition import EventName
from gateway.canonical.times import local_date
from gateway.services.explanations import determination_id
from gateway.services.fact_building import build_candidates
from gateway.services.held import Held
from gateway.services.holdings import held_of
from gateway.services.ports import Registry
from gateway.services.reminder_record import RecordedItem, ReminderRecord
from gateway.services.reminders import Rulebook
from gateway.services.situation import Situation, request_facts
from gateway.storage.open_reminders import open_reminders
from gateway.storage.patients import keys_of_persons
from gateway.storage.reminder_history import decisions_on
from gateway.storage.reminders import StoredReminder
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection
from rules.line import LineDetermination, determine_line

_PAGE = 200
_DECISIONS = (
    EventName.RECOGNITION_ACCEPTED,
    EventName.RECOGNITION_REJECTED,
    EventName.RECOGNITION_UNDONE,
)


@dataclass(frozen=True, slots=True)
class AffectedLine:
    """An undecided line of an open reminder, and its outcome before and after the change.

    Both outcomes are None where the patient's results do not speak of the item at all.
    """

    determination_id: str
    institution: str
    item_code: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """The register before and after, and the institutions of whom a row changed; None is all."""

    before: Registry
    after: Registry
    institutions: frozenset[str] | None


class AffectedReminders:
    """Finds the open reminders that a change of the register concerns."""

    def __init__(self, sealer: Sealer, rulebook: Rulebook, open_for: timedelta) -> None:
        """`open_for` is how long a reminder of a visit that nobody closes counts as open."""
        self._sealer = sealer
        self._rulebook = rulebook
        self._open_for = open_for

    async def find(
        self, conn: Connection, change: RegisterChange, at: datetime
    ) -> tuple[AffectedLine, ...]:
        """The lines that would be determined otherwise, oldest reminder first."""
        found: list[AffectedLine] = []
        last: StoredReminder | None = None
        while True:
            page = await open_reminders(
                conn, at - self._open_for, EventName.VISIT_CLOSED, last, _PAGE
            )
            for stored in page:
                found.extend(await self._of_reminder(conn, change, stored))
            if len(page) < _PAGE:
                return tuple(found)
            last = page[-1]

    async def _of_reminder(
        self, conn: Connection, change: RegisterChange, stored: StoredReminder
    ) -> list[AffectedLine]:
        record = self._sealer.open_record(
            "reminder", stored.reminder_id, ReminderRecord, stored.sealed
        )
        items = [item for item in record.items if _concerns(change, stored, item)]
        if not items:
            return []
        keys = await keys_of_persons(conn, {stored.patient_key})
        decided = await _decided_lines(conn, keys, stored)
        undecided = [item for item in items if item.key not in decided]
        if not undecided:
            return []
        lines = [item.determination() for item in undecided]
        since = stored.created_at - timedelta(days=self._look_back_days(lines[0], stored))
        held = await held_of(conn, self._sealer, keys, since, stored.institution)
        pairs = zip(undecided, lines, strict=True)
        compared = (self._compared(change, stored, item, line, held) for item, line in pairs)
        return [each for each in compared if each.before != each.after]

    def _look_back_days(self, line: LineDetermination, stored: StoredReminder) -> int:
        policy = self._rulebook.policies.policy(line.policy)
        return policy.parameters.on(local_date(stored.created_at)).integer("look_back_days")

    def _compared(
        self,
        change: RegisterChange,
        stored: StoredReminder,
        item: RecordedItem,
        line: LineDetermination,
        held: tuple[Held, ...],
    ) -> AffectedLine:
        before, after = (
            self._outcome(registry, stored, line, held)
            for registry in (change.before, change.after)
        )
        name = determination_id(stored.reminder_id, item.key)
        return AffectedLine(name, stored.institution, item.item_code, before, after)

    def _outcome(
        self,
        registry: Registry,
        stored: StoredReminder,
        line: LineDetermination,
        held: tuple[Held, ...],
    ) -> str | None:
        """The outcome of the line by one register; the request is as it was recorded."""
        situation = self._situation(registry, stored, line)
        recorded = line.parts[0].determination.facts.request
        built = build_candidates(situation, held)
        again = determine_line(
            line.ordered.code,
            [each.candidate for each in built],
            request_facts(situation, recorded=recorded),
            situation.edition,
            situation.policy,
        )
        return None if again is None else again.outcome.value

    def _situation(
        self, registry: Registry, stored: StoredReminder, line: LineDetermination
    ) -> Situation:
        asked = ReminderRequest(
            InstitutionCode(stored.institution), Visit(""), Patient(()), Trigger.ORDER
        )
        edition = self._rulebook.catalog.edition(line.edition)
        policy = self._rulebook.policies.policy(line.policy)
        viewed = _viewed(line)
        return Situation(asked, stored.created_at, registry, edition, policy, viewed)


def _viewed(line: LineDetermination) -> frozenset[str] | None:
    """The reports that were opened, None where nobody needed to know."""
    reports = [part.determination.facts.report for part in (*line.parts, *line.left_out)]
    if all(report.viewed is None for report in reports):
        return None
    return frozenset(report.id for report in reports if report.viewed)


def _concerns(change: RegisterChange, stored: StoredReminder, item: RecordedItem) -> bool:
    """Whether any institution of the line is one of whom a row changed."""
    if change.institutions is None:
        return True
    return not change.institutions.isdisjoint(_institutions(stored, item))


def _institutions(stored: StoredReminder, item: RecordedItem) -> Iterator[str]:
    """Receiver, sources and performing laboratories."""
    yield stored.institution
    parts: list[Mapping[str, Any]] = [*item.line["parts"], *item.line["left_out"]]
    for part in parts:
        yield part["report"]["source"]["code"]
        performer = (part["lab"] or {}).get("performer")
        if performer:
            yield performer["code"]


async def _decided_lines(
    conn: Connection, keys: Collection[str], stored: StoredReminder
) -> set[str]:
    """Keys of the visit's lines on which a decision stands."""
    standing: dict[str, str] = {}
    for each in await decisions_on(conn, keys, _DECISIONS):
        if each.visit_hash == stored.visit_hash:
            standing[each.line_key] = each.name
    return {key for key, name in standing.items() if name != EventName.RECOGNITION_UNDONE}
