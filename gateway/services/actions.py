"""What the physician does with a line: see, view, accept, reject, undo, cite, report a fault."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from gateway.canonical.recognition import DecisionAct, DecisionState, EventName
from gateway.canonical.times import local_date
from gateway.errors import Conflict, InvalidRequest
from gateway.ids import new_id
from gateway.security.access import LegalBasis
from gateway.security.field_encryption import FieldCipher
from gateway.security.tokens import Caller
from gateway.services.audit import AuditEntry, record
from gateway.services.decision_rules import next_state, require_acceptable, require_same_versions
from gateway.services.line_events import line_event
from gateway.services.notices import NoticeKind, notice_row
from gateway.services.record_blocks import citation_block, grounds_block
from gateway.services.registry import RegistryHolder
from gateway.services.reminder_keys import filing_hash
from gateway.services.reminder_record import ItemRef, LoadedItem, load_item
from gateway.services.shown_memory import ShownMemory
from gateway.storage.events import append_events, events_of_visit
from gateway.storage.intake import insert_rows
from gateway.storage.patients import keys_of_persons
from gateway.storage.reminders import decisions_of_visit, store_decision, store_reliances
from gateway.storage.reports import current_versions
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database
from gateway.storage.tables import outbox

T = TypeVar("T")
_VIEWABLE = ("report", "images")
_FAULTS = ("report", "image", "unreachable")
#: Exceptions that speak about the result itself, so it must have been opened (四（三）4, 5).
_AFTER_VIEWING = frozenset({"E04", "E05"})


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a line is not accepted: an exception of 四（三） and whether the patient was informed."""

    code: str
    text: str | None
    informed: bool


@dataclass(frozen=True, slots=True)
class _Act:
    """One act in its transaction."""

    conn: Connection
    loaded: LoadedItem
    caller: Caller
    at: datetime


class ReminderActions:
    """Records the physician's acts; each is one transaction with event and audit record."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        cipher: FieldCipher,
        registry: RegistryHolder,
        memory: ShownMemory,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._cipher = cipher
        self._registry = registry
        self._memory = memory

    async def shown(self, ref: ItemRef, caller: Caller, at: datetime) -> None:
        """The line was really on the screen; counted once per visit and line."""

        async def unit(act: _Act) -> None:
            await self._append(act, EventName.REMINDER_SHOWN)

        loaded = await self._database.read(lambda c: load_item(c, self._sealer, ref, caller))
        if await self._memory.is_first(f"{loaded.stored.visit_hash.hex()}:{ref.key}"):
            await self._run(ref, caller, at, unit, "reminder:shown")

    async def view(
        self, ref: ItemRef, caller: Caller, at: datetime, report_id: str, what: str
    ) -> None:
        """Content of a report of the line was delivered: `report` or `images`."""
        if what not in _VIEWABLE:
            raise InvalidRequest("unknown content", field="what", allowed=_VIEWABLE)

        async def unit(act: _Act) -> None:
            if report_id not in {each.id for each in act.loaded.item.reports}:
                raise InvalidRequest("the line offers no such report", field="report")
            await self._append(act, EventName.REPORT_VIEWED, report_id=report_id, detail=what)

        await self._run(ref, caller, at, unit, "report:opened")

    async def accept(
        self,
        ref: ItemRef,
        caller: Caller,
        at: datetime,
        acknowledged: frozenset[str],
        reports: tuple[tuple[str, int], ...],
    ) -> dict[str, Any]:
        """The physician relies on the result; the citation block for the record (四（二）).

        Raises:
            Conflict: it can never be accepted, findings were not acknowledged, the versions are not
                those offered or not current any more, or the line is decided already.
        """

        async def unit(act: _Act) -> dict[str, Any]:
            item = act.loaded.item
            require_acceptable(item.determination(), acknowledged)
            keys = await keys_of_persons(act.conn, {act.loaded.stored.patient_key})
            current = await current_versions(act.conn, keys, {each.id for each in item.reports})
            require_same_versions(item.reports, reports, current)
            block = citation_block(item)
            content = {
                "citation": block,
                "acknowledged": sorted(acknowledged),
                "reports": [[each.id, each.version] for each in item.reports],
            }
            decision_id = await self._decide(act, DecisionAct.ACCEPT, content)
            await store_reliances(act.conn, _reliances(act, decision_id))
            await self._append(act, EventName.RECOGNITION_ACCEPTED)
            return block

        return await self._run(ref, caller, at, unit, "recognition:accept")

    async def reject(
        self, ref: ItemRef, caller: Caller, at: datetime, rejection: Rejection
    ) -> dict[str, Any]:
        """The physician repeats the examination; the repeat grounds for the record (四（二）).

        Raises:
            InvalidRequest: no exception of 四（三） that fits.
            Conflict: the line is decided already, or the ground needs the result to be viewed.
        """

        async def unit(act: _Act) -> dict[str, Any]:
            code, text = rejection.code, rejection.text
            grounds = grounds_block(act.loaded.item, code, text, rejection.informed)
            if code in _AFTER_VIEWING:
                await self._require_viewed(act)
            await self._decide(act, DecisionAct.REJECT, {"grounds": grounds})
            await self._append(act, EventName.RECOGNITION_REJECTED, detail=code)
            return grounds

        return await self._run(ref, caller, at, unit, "recognition:reject")

    async def undo(self, ref: ItemRef, caller: Caller, at: datetime, reason: str) -> None:
        """Take the decision back; both stay in the record."""

        async def unit(act: _Act) -> None:
            await self._decide(act, DecisionAct.UNDO, {"reason": reason})
            await self._append(act, EventName.RECOGNITION_UNDONE)

        await self._run(ref, caller, at, unit, "recognition:undo")

    async def cite(self, ref: ItemRef, caller: Caller, at: datetime, filed_as: str) -> None:
        """The citation block was filed into the record; raises `Conflict` unless accepted.

        Where it was filed may name the patient, so only the keyed hash of it is kept, as a proof.
        """

        async def unit(act: _Act) -> None:
            if await self._state(act) is not DecisionState.ACCEPTED:
                raise Conflict("only an accepted result is cited")
            filed = filing_hash(self._sealer, filed_as)
            await self._append(act, EventName.REPORT_CITED, detail=filed)

        await self._run(ref, caller, at, unit, "report:cite")

    async def fault(self, ref: ItemRef, caller: Caller, at: datetime, kind: str, text: str) -> None:
        """Report, image or source is technically faulty; told to the source, no rejection."""
        if kind not in _FAULTS:
            raise InvalidRequest("unknown fault", field="kind", allowed=_FAULTS)

        async def unit(act: _Act) -> None:
            rows = [self._fault_row(act, source, kind, text) for source in _sources(act.loaded)]
            await insert_rows(act.conn, outbox, rows)

        await self._run(ref, caller, at, unit, f"fault:{kind}")

    async def _run(
        self,
        ref: ItemRef,
        caller: Caller,
        at: datetime,
        unit: Callable[[_Act], Awaitable[T]],
        action: str,
    ) -> T:
        """Run an act on a line in one transaction, with its audit record."""

        async def work(conn: Connection) -> T:
            loaded = await load_item(conn, self._sealer, ref, caller)
            result = await unit(_Act(conn, loaded, caller, at))
            patient_key, basis = loaded.stored.patient_key, LegalBasis.TREATMENT
            entry = AuditEntry(caller, at, action, "reminder", ref.reminder_id, patient_key, basis)
            await record(conn, self._cipher, entry)
            return result

        return await self._database.write(work)

    async def _state(self, act: _Act) -> DecisionState:
        stored = act.loaded.stored
        keys = await keys_of_persons(act.conn, {stored.patient_key})
        decisions = await decisions_of_visit(act.conn, keys, stored.visit_hash)
        newest = decisions.get(act.loaded.item.key)
        return DecisionState(newest.state) if newest else DecisionState.OPEN

    async def _decide(self, act: _Act, done: DecisionAct, content: Mapping[str, Any]) -> str:
        """Append the decision that follows from the present state; its id."""
        state = next_state(await self._state(act), done)
        decision_id, stored = new_id(), act.loaded.stored
        kept = {**content, "practitioner": act.caller.subject}
        row = {
            "patient_key": stored.patient_key,
            "decision_id": decision_id,
            "institution": stored.institution,
            "visit_hash": stored.visit_hash,
            "line_key": act.loaded.item.key,
            "reminder_id": stored.reminder_id,
            "state": state,
            "decided_at": act.at,
            "content_sealed": self._sealer.seal_record("decision", decision_id, kept),
        }
        await store_decision(act.conn, row)
        return decision_id

    async def _require_viewed(self, act: _Act) -> None:
        stored = act.loaded.stored
        events = await events_of_visit(act.conn, stored.institution, stored.visit_hash)
        viewed = {each.line_key for each in events if each.name == EventName.REPORT_VIEWED}
        if act.loaded.item.key not in viewed:
            raise Conflict("this ground speaks about the result, which was not opened yet")

    async def _append(
        self, act: _Act, name: EventName, report_id: str = "", detail: str = ""
    ) -> None:
        item = act.loaded.item
        fen = None
        if name is EventName.RECOGNITION_ACCEPTED:
            own, day = act.caller.institution, local_date(act.at)
            price = self._registry.current.price_of(own, item.item_code, day)
            fen = None if price is None else int(price * 100)
        event = replace(
            line_event(self._sealer, act.loaded, name, act.at), detail=detail, price_fen=fen
        )
        if report_id:
            event = replace(event, report_id=report_id)
        await append_events(act.conn, [event])

    def _fault_row(self, act: _Act, source: str, kind: str, text: str) -> dict[str, Any]:
        reports = [each.id for each in act.loaded.item.reports if each.institution == source]
        content = {"kind": kind, "text": text, "reports": reports}
        return notice_row(self._sealer, NoticeKind.TECHNICAL_FAULT, source, act.at, content)


def _reliances(act: _Act, decision_id: str) -> list[dict[str, object]]:
    return [
        {
            "patient_key": act.loaded.stored.patient_key,
            "report_id": each.id,
            "decision_id": decision_id,
            "version": each.version,
            "institution": act.loaded.stored.institution,
            "practitioner": act.caller.subject,
        }
        for each in act.loaded.item.reports
    ]


def _sources(loaded: LoadedItem) -> list[str]:
    return sorted({each.institution for each in loaded.item.reports})
