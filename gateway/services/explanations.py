"""The full explanation of a determination, and its replay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.errors import NotFound
from gateway.security.access import LegalBasis
from gateway.security.field_encryption import FieldCipher
from gateway.security.tokens import Caller
from gateway.services.audit import AuditEntry, record
from gateway.services.explained_line import explained_line
from gateway.services.reminder_record import ItemRef, LoadedItem, ReminderRecord, load_item
from gateway.services.replay_differences import differences
from gateway.storage.reminders import find_reminder
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database
from rules.codec import line_to_json
from rules.line import LineDetermination, replay
from rules.policy import NoPolicyInForce, Policies


@dataclass(frozen=True, slots=True)
class Replay:
    """A stored determination determined again from its facts; `is_identical` compares all of it."""

    determination_id: str
    stored: Mapping[str, Any]
    again: Mapping[str, Any]

    @property
    def is_identical(self) -> bool:
        """Whether outcome, findings and parameter values are the same."""
        return self.stored == self.again

    @property
    def text(self) -> str:
        """`identical`, or `different` with a line for each place that differs."""
        if self.is_identical:
            return f"{self.determination_id}: identical"
        places = "\n".join(f"  {each}" for each in differences(self.stored, self.again))
        return f"{self.determination_id}: different (stored → now)\n{places}"


def determination_id(reminder_id: str, key: str) -> str:
    """The public name of the determination of one line of a reminder."""
    return f"{reminder_id}.{key}"


class ExplanationService:
    """Explains stored determinations."""

    def __init__(
        self, database: Database, sealer: Sealer, cipher: FieldCipher, policies: Policies
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._cipher = cipher
        self._policies = policies

    async def determination(self, name: str, caller: Caller, at: datetime) -> dict[str, Any]:
        """What `explained_line` says of it: words for the physician, all facts for the auditor.

        Raises:
            NotFound: no such determination of the caller's institution.
        """
        ref = _reference(name)

        async def unit(conn: Connection) -> LoadedItem:
            loaded = await load_item(conn, self._sealer, ref, caller)
            patient_key = loaded.stored.patient_key
            entry = AuditEntry(
                caller, at, "determination:viewed", "determination", ref.reminder_id, patient_key,
                LegalBasis.TREATMENT,
            )  # fmt: skip
            await record(conn, self._cipher, entry)
            return loaded

        loaded = await self._database.write(unit)
        return {
            "id": name,
            "determined_at": loaded.stored.created_at,
            "order_id": loaded.item.order_id,
            **explained_line(loaded.item.determination(), self._policies),
        }

    async def replay(self, name: str) -> Replay:
        """Determine a stored determination again; for the operator's command.

        Raises:
            NotFound: there is no such determination, or its policy is not installed any more.
        """
        ref = _reference(name)
        stored = await self._database.read(lambda conn: find_reminder(conn, ref.reminder_id))
        if stored is None:
            raise NotFound("there is no such determination")
        kept = self._sealer.open_record("reminder", ref.reminder_id, ReminderRecord, stored.sealed)
        for item in kept.items:
            if item.key == ref.key:
                return self._replayed(name, item.determination())
        raise NotFound("there is no such determination")

    def _replayed(self, name: str, line: LineDetermination) -> Replay:
        try:
            again = replay(line, self._policies)
        except NoPolicyInForce as gone:
            raise NotFound(str(gone)) from None
        return Replay(name, line_to_json(line), line_to_json(again))


def _reference(name: str) -> ItemRef:
    reminder_id, dot, key = name.partition(".")
    if not dot:
        raise NotFound("there is no such determination")
    return ItemRef(reminder_id, key)
