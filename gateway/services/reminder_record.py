"""A reminder as it is kept: what was determined for each line, and on which report versions."""

from dataclasses import dataclass
from typing import Any

from gateway.errors import NotFound
from gateway.security.tokens import Caller
from gateway.storage.reminders import StoredReminder, find_reminder
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection
from rules.codec import line_from_json
from rules.line import LineDetermination


@dataclass(frozen=True, slots=True)
class OfferedReport:
    """A report version (or study) that a line relies on, as the citation will name it.

    kind: `lab`, `imaging` or `study`; examined_on: day of collection or examination, ISO, "" if
    unknown.
    """

    id: str
    version: int
    kind: str
    institution: str
    institution_name: str
    file_number: str
    examined_on: str


@dataclass(frozen=True, slots=True)
class RecordedItem:
    """One line of a reminder; `line` is the determination as `rules.codec` writes it.

    counted_outcome is the outcome without exceptions, by which indicators count; is_inferred: an
    exception was inferred from the visit, not declared.
    """

    key: str
    order_id: str | None
    item_code: str
    outcome: str
    counted_outcome: str
    is_inferred: bool
    line: dict[str, Any]
    reports: tuple[OfferedReport, ...]

    def determination(self) -> LineDetermination:
        """The determination with facts and findings, as stored."""
        return line_from_json(self.line)


@dataclass(frozen=True, slots=True)
class ReminderRecord:
    """A whole reminder."""

    visit_id: str
    department: str
    practitioner: str
    items: tuple[RecordedItem, ...]


@dataclass(frozen=True, slots=True)
class ItemRef:
    """Names one line of one reminder."""

    reminder_id: str
    key: str


@dataclass(frozen=True, slots=True)
class LoadedItem:
    """A line of a stored reminder together with the reminder it stands in."""

    stored: StoredReminder
    record: ReminderRecord
    item: RecordedItem


async def load_item(conn: Connection, sealer: Sealer, ref: ItemRef, caller: Caller) -> LoadedItem:
    """The line of a reminder of the caller's institution.

    Raises:
        NotFound: there is none; one of another institution is not admitted to exist.
    """
    stored = await find_reminder(conn, ref.reminder_id)
    if stored is None or stored.institution != caller.institution:
        raise NotFound("there is no such reminder")
    record = sealer.open_record("reminder", stored.reminder_id, ReminderRecord, stored.sealed)
    for item in record.items:
        if item.key == ref.key:
            return LoadedItem(stored, record, item)
    raise NotFound("the reminder has no such item")
