"""Events about one line of a reminder, with all the dimensions that indicators are asked by."""

from datetime import datetime

from gateway.canonical.recognition import EventName
from gateway.ids import new_id
from gateway.services.reminder_keys import order_hash
from gateway.services.reminder_record import LoadedItem
from gateway.storage.events import StoredEvent
from gateway.storage.sealing import Sealer


def line_event(sealer: Sealer, loaded: LoadedItem, name: EventName, at: datetime) -> StoredEvent:
    """An event about a line, with all its dimensions."""
    stored, item = loaded.stored, loaded.item
    first = item.reports[0] if item.reports else None
    return StoredEvent(
        patient_key=stored.patient_key,
        event_id=new_id(),
        name=name,
        at=at,
        institution=stored.institution,
        department=loaded.record.department,
        practitioner=loaded.record.practitioner,
        visit_hash=stored.visit_hash,
        line_key=item.key,
        item_code=item.item_code,
        outcome=item.counted_outcome,
        inferred_exception=item.is_inferred,
        reminder_id=stored.reminder_id,
        source_institution=first.institution if first else "",
        report_id=first.id if first else "",
        report_version=first.version if first else 0,
        detail="" if item.order_id is None else order_hash(sealer, item.order_id),
    )
