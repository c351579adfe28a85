"""The work list of what could not be taken: seen by its sender, repaired, replayed.

Nothing of a message is shown but what the list says about it: reason, place and hint. The bytes
stay sealed; a replay gives them to the receiver again and says what changed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Receipt, ReceiptStatus, Report, Submission
from gateway.canonical.lab import LocalCode
from gateway.canonical.times import local_date
from gateway.errors import AccessDenied, InvalidRequest, NotFound
from gateway.security.access import LegalBasis
from gateway.security.field_encryption import FieldCipher
from gateway.security.roles import SCOPES, Scope
from gateway.security.tokens import Caller
from gateway.services.audit import AuditEntry, record
from gateway.services.received_codes import codes_of
from gateway.services.registry import RegistryHolder
from gateway.storage.quarantine import (
    Listed,
    StoredQuarantine,
    Wanted,
    count_quarantined,
    find_quarantined,
    list_quarantined,
    note_replay,
)
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database
from item_catalog.mapping import MappedTo, MappingKind

MAX_REPLAYS = 500
_TAKEN = frozenset({ReceiptStatus.STORED, ReceiptStatus.DUPLICATE})
_REPLAYABLE = "hl7v2"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of the bytes this time, and the message where it could be read."""

    receipt: Receipt
    message: Submission | None = None


#: Gives the bytes of a quarantined HL7 message to the receiver again.
ReceiveAgain = Callable[[bytes], Awaitable[Replayed]]


class QuarantineState(StrEnum):
    """What became of an entry: nothing yet, taken by a replay, or refused again."""

    OPEN = "open"
    REPLAYED = "replayed"
    REFUSED_AGAIN = "refused_again"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries: of an institution, of a state, with a reason, at a place; None is any."""

    institution: InstitutionCode | None = None
    state: QuarantineState | None = None
    reason: str | None = None
    location: str | None = None


class QuarantineList:
    """Lists and replays; each caller sees the own institution unless it runs the machine."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        cipher: FieldCipher,
        registry: RegistryHolder,
        again: ReceiveAgain,
    ) -> None:
        self._database = database
        self._registry = registry
        self._sealer = sealer
        self._cipher = cipher
        self._again = again

    async def entries(
        self, selection: Selection, caller: Caller, limit: int, before: str | None = None
    ) -> dict[str, Any]:
        """The newest entries first; `next` is what `before` takes for the following page.

        Raises:
            AccessDenied: another institution's entries.
        """
        wanted = _wanted(selection, caller)
        found = await self._database.read(
            lambda conn: list_quarantined(conn, wanted, limit + 1, before)
        )
        page = found[:limit]
        following = page[-1].quarantine_id if len(found) > limit else None
        return {"items": [_shown(each) for each in page], "next": following}

    async def counts(self, selection: Selection, caller: Caller) -> list[dict[str, Any]]:
        """How many entries stand in each state, by institution, reason and place."""
        wanted = _wanted(selection, caller)
        found = await self._database.read(lambda conn: count_quarantined(conn, wanted))
        return [
            {
                "institution": institution,
                "reason": reason,
                "location": location,
                "state": _state(status),
                "count": count,
            }
            for institution, reason, location, status, count in found
        ]

    async def replay(
        self, names: Sequence[str], caller: Caller, at: datetime
    ) -> list[dict[str, Any]]:
        """Replay entries in the order in which they came; what became of each.

        An entry that was taken is left alone, so that a replay can be repeated.

        Raises:
            NotFound: an entry does not exist, or is another institution's.
            InvalidRequest: too many at once.
        """
        if len(names) > MAX_REPLAYS:
            raise InvalidRequest(f"at most {MAX_REPLAYS} at once", field="ids")
        found = [await self._found(name, caller) for name in dict.fromkeys(names)]
        ordered = sorted(found, key=lambda each: each.quarantine_id)
        return [await self._replayed(each, caller, at) for each in ordered]

    async def replay_selected(
        self, selection: Selection, caller: Caller, at: datetime
    ) -> list[dict[str, Any]]:
        """Replay everything of a selection that was not taken yet, oldest first."""
        wanted = _wanted(selection, caller)
        found = await self._database.read(
            lambda conn: list_quarantined(conn, wanted, MAX_REPLAYS, None)
        )
        waiting = [e.quarantine_id for e in found if _state(e.status) != QuarantineState.REPLAYED]
        return await self.replay(waiting, caller, at)

    async def _found(self, name: str, caller: Caller) -> StoredQuarantine:
        kept = await self._database.read(lambda conn: find_quarantined(conn, name))
        if kept is None or not _may_see(caller, kept.institution):
            raise NotFound("there is no such quarantined message")
        return kept

    async def _replayed(
        self, kept: StoredQuarantine, caller: Caller, at: datetime
    ) -> dict[str, Any]:
        """Replay one entry, unless it was taken already."""
        if kept.protocol != _REPLAYABLE:
            return self._outcome(kept, Replayed(Receipt(ReceiptStatus.REFUSED, "send_again")), at)
        if kept.last_status in _TAKEN:
            return self._outcome(kept, Replayed(Receipt(ReceiptStatus.DUPLICATE)), at)
        raw = self._sealer.open("quarantine", kept.quarantine_id, kept.sealed)
        replayed = await self._again(raw)
        receipt = replayed.receipt

        async def unit(conn: Connection) -> None:
            await note_replay(conn, kept.quarantine_id, at, receipt.status, receipt.reason)
            basis, action = LegalBasis.OPERATION, "quarantine:replayed"
            entry = AuditEntry(
                caller, at, action, "quarantine", kept.quarantine_id, None, basis, receipt.status
            )
            await record(conn, self._cipher, entry)

        await self._database.write(unit)
        return self._outcome(kept, replayed, at)

    def _outcome(self, kept: StoredQuarantine, done: Replayed, at: datetime) -> dict[str, Any]:
        """What a replay gave, beside what was wrong before."""
        receipt, message = done.receipt, done.message
        taken = receipt.status in _TAKEN
        reports = message.reports if taken and message else ()
        mapped = [
            bool(self._mapped(report, code, local_date(at)))
            for report in reports
            for code in codes_of(report)
        ]
        return {
            "id": kept.quarantine_id,
            "status": receipt.status,
            "taken": taken,
            "before": {"reason": kept.reason, "location": kept.location},
            "reason": receipt.reason,
            "location": receipt.location,
            "hint": receipt.hint,
            "reports": len(reports),
            "codes": len(mapped),
            "mapped_codes": sum(mapped),
        }

    def _mapped(self, report: Report, code: LocalCode, day: date) -> Sequence[MappedTo]:
        is_imaging = isinstance(report, ImagingReport)
        kind = MappingKind.IMAGING if is_imaging else MappingKind.LAB
        return self._registry.current.map_code(report.institution, kind, code, day)


def _may_see(caller: Caller, institution: str) -> bool:
    scopes = SCOPES[caller.role]
    if Scope.QUARANTINE_ALL in scopes:
        return True
    return Scope.QUARANTINE_OWN in scopes and caller.institution == institution


def _wanted(selection: Selection, caller: Caller) -> Wanted:
    """The selection, narrowed to what the caller may see."""
    asked = selection.institution
    if Scope.QUARANTINE_ALL not in SCOPES[caller.role]:
        asked = asked or caller.institution
    if asked is not None and not _may_see(caller, asked):
        raise AccessDenied("the quarantine of another institution is not shown")
    statuses = None if selection.state is None else _STATUSES[selection.state]
    return Wanted(asked, statuses, selection.reason, selection.location)


_STATUSES: dict[QuarantineState, tuple[str, ...]] = {
    QuarantineState.OPEN: ("",),
    QuarantineState.REPLAYED: tuple(_TAKEN),
    QuarantineState.REFUSED_AGAIN: (ReceiptStatus.REFUSED, ReceiptStatus.FAILED),
}


def _state(status: str) -> QuarantineState:
    return next(state for state, statuses in _STATUSES.items() if status in statuses)


def _shown(each: Listed) -> dict[str, Any]:
    return {
        "id": each.quarantine_id,
        "protocol": each.protocol,
        "institution": each.institution,
        "control_id": each.control_id,
        "received_at": each.received_at,
        "reason": each.reason,
        "location": each.location,
        "hint": each.hint,
        "digest": each.digest.hex(),
        "state": _state(each.status),
        "replayed_at": each.replayed_at,
        "replay_reason": each.replay_reason,
        "can_replay": each.protocol == _REPLAYABLE,
    }
