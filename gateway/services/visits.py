"""What the workstation tells of a visit: orders signed, withdrawn, repeated; the visit closed."""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.recognition import EventName
from gateway.errors import InvalidRequest
from gateway.ids import new_id
from gateway.security.access import LegalBasis, require_own_institution
from gateway.security.field_encryption import FieldCipher
from gateway.security.tokens import Caller
from gateway.services.audit import AuditEntry, record
from gateway.services.reminder_keys import order_hash, visit_hash
from gateway.storage.events import StoredEvent, append_events, events_of_visit
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection, Database

#: The words of the interface → the events of the log.
VISIT_EVENTS = {
    "order_signed": EventName.ORDER_SIGNED,
    "order_withdrawn": EventName.ORDER_WITHDRAWN,
    "order_repeated": EventName.ORDER_REPEATED,
    "visit_closed": EventName.VISIT_CLOSED,
}


@dataclass(frozen=True, slots=True)
class VisitEvent:
    """One thing that happened in a visit: the interface's word, the order concerned, the time."""

    institution: InstitutionCode
    word: str
    order_id: str | None
    at: datetime


class VisitService:
    """Appends the events of visits for which there was a reminder."""

    def __init__(self, database: Database, sealer: Sealer, cipher: FieldCipher) -> None:
        self._database = database
        self._sealer = sealer
        self._cipher = cipher

    async def record(
        self, visit_id: str, happened: VisitEvent, caller: Caller, at: datetime
    ) -> None:
        """Append an event to every key it concerns; telling it twice changes nothing.

        An order event concerns each item that was matched under that order; one under which nothing
        was matched concerns no indicator and is not kept.

        Raises:
            AccessDenied: the caller acts for another institution.
            InvalidRequest: the word is none of the interface, or an order event names no order.
        """
        require_own_institution(caller, happened.institution)
        name = _name(happened)
        hashed = visit_hash(self._sealer, happened.institution, visit_id)

        async def unit(conn: Connection) -> None:
            known = await events_of_visit(conn, happened.institution, hashed)
            new = [replace(each, at=happened.at) for each in self._new(known, happened, name)]
            await append_events(conn, new)
            patient = known[0].patient_key if known else None
            action, object_id = f"visit:{happened.word}", hashed.hex()[:32]
            basis = LegalBasis.TREATMENT
            entry = AuditEntry(caller, at, action, "visit", object_id, patient, basis)
            await record(conn, self._cipher, entry)

        await self._database.write(unit)

    def _new(
        self, known: list[StoredEvent], happened: VisitEvent, name: EventName
    ) -> list[StoredEvent]:
        """The events to append, one per key that the event concerns and that lacks it."""
        matched = [each for each in known if each.name == EventName.MATCH_FOUND]
        if happened.order_id is not None:
            order = order_hash(self._sealer, happened.order_id)
            matched = [each for each in matched if each.detail == order]
        told = {each.line_key for each in known if each.name == name}
        keys = {each.line_key: each for each in matched if each.line_key not in told}
        return [replace(each, event_id=new_id(), name=name) for each in keys.values()]


def _name(happened: VisitEvent) -> EventName:
    name = VISIT_EVENTS.get(happened.word)
    if name is None:
        raise InvalidRequest("unknown event", field="event", allowed=sorted(VISIT_EVENTS))
    if name is not EventName.VISIT_CLOSED and not happened.order_id:
        raise InvalidRequest("an order event names its order", field="order_id")
    return name
