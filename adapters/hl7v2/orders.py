"""Orders: ORM^O01, OML^O21 and OMG^O19 (HL7 v2.5.1 4.4.1, 4.4.6, 4.4.4) → canonical records. Pure.

{ ORC [OBR] } under one patient and visit. What an order is about stays with its OBR; an ORC alone,
as many systems cancel, speaks of the order number only.
"""

from collections.abc import Iterator

from adapters.errors import MappingFailure
from adapters.hl7v2.er7 import Message, Segment
from adapters.hl7v2.oru_context import Terms
from adapters.hl7v2.oru_r01 import IsImaging, is_imaging_order
from adapters.hl7v2.segments import local_code, patient
from adapters.hl7v2.tables import ORDER_ACT, ORDER_ACT_OF_STATUS
from adapters.hl7v2.timestamps import field_time
from gateway.canonical.lab import LocalCode
from gateway.canonical.messages import OrderAct, OrderMessage

_NO_CODE = LocalCode("")
#: ORC-1 of a message that only reports where an order stands; ORC-5 says where.
_STATUS_CHANGED = frozenset({"SC", "SR", "NA", "OK"})
Line = tuple[Segment, Segment | None]


def read_orders(message: Message, is_imaging: IsImaging, terms: Terms) -> tuple[OrderMessage, ...]:
    """The orders of a message, one for each OBR, in order.

    Raises:
        MappingFailure: PID or ORC is missing, or an order has no number or no control code.
    """
    pid, pv1 = _only(message, "PID"), next((s for s in message.segments if s.id == "PV1"), None)
    who = patient(pid, terms.profile, terms.warnings)
    message_at = field_time(message.header, 7, terms.profile)
    orders = []
    for orc, obr in _lines(message, terms.warnings):
        orders.append(
            OrderMessage(
                institution=terms.profile.institution,
                placer_order_number=_number(orc, obr, 2),
                filler_order_number=_number(orc, obr, 3),
                act=_act(orc, terms.warnings),
                code=local_code(obr.raw(4), obr.delimiters) if obr else _NO_CODE,
                is_imaging=obr is not None and is_imaging_order(obr, is_imaging),
                patient=who,
                acted_at=field_time(orc, 9, terms.profile) or message_at,
                visit_id=pv1.component(19) if pv1 else "",
                department=pv1.component(3) if pv1 else "",
                practitioner=orc.component(12) or (obr.component(16) if obr else ""),
            )
        )
    if not orders:
        raise MappingFailure("segment_missing", "ORC[1]", "send an ORC for each order")
    return tuple(orders)


def _only(message: Message, name: str) -> Segment:
    found = next((segment for segment in message.segments if segment.id == name), None)
    if found is None:
        raise MappingFailure("segment_missing", f"{name}[1]", f"send {name} before the orders")
    return found


def _lines(message: Message, warnings: list[str]) -> Iterator[Line]:
    """ORC with each OBR under it; a second PID begins the prior results of OML, which end it."""
    orc: Segment | None = None
    alone = False
    for segment in message.segments:
        if segment.id == "PID" and segment.sequence > 1:
            warnings.append(f"PID[{segment.sequence}]: prior results, not used")
            break
        if segment.id == "ORC":
            if orc is not None and alone:
                yield orc, None
            orc, alone = segment, True
        elif segment.id == "OBR":
            if orc is None:
                place = f"OBR[{segment.sequence}]"
                raise MappingFailure("segment_sequence", place, "send an ORC before OBR")
            yield orc, segment
            alone = False
    if orc is not None and alone:
        yield orc, None


def _number(orc: Segment, obr: Segment | None, field: int) -> str:
    """ORC-2 and OBR-2, or ORC-3 and OBR-3. Raises where neither kind of number is there."""
    if not any(s.component(f) for s in (orc, obr) if s is not None for f in (2, 3)):
        raise MappingFailure("required_field_missing", orc.at(2), "send the order number")
    return orc.component(field) or (obr.component(field) if obr else "")


def _act(orc: Segment, warnings: list[str]) -> OrderAct:
    control, status = orc.component(1).upper(), orc.component(5).upper()
    if not control:
        raise MappingFailure("required_field_missing", orc.at(1), "send the order control code")
    act = ORDER_ACT_OF_STATUS.get(status) if control in _STATUS_CHANGED else None
    act = act or ORDER_ACT.get(control)
    if act is None:
        warnings.append(f"{orc.at(1)}: control code without effect here")
    return act or OrderAct.NOTED
