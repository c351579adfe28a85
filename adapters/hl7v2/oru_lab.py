"""The orders of one report number → `LabReport` (interfaces: laboratory ORU). Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from adapters.hl7v2.attachments import attachments_of
from adapters.hl7v2.oru_context import (
    ReportContext,
    joint_status,
    order_status,
    placer_order_number,
)
from adapters.hl7v2.oru_groups import OrderGroup
from adapters.hl7v2.segments import lab_result, local_code, note_text
from gateway.canonical.lab import LabReport, LabResult, ReportStatus, ResultStatus
from gateway.canonical.times import EventTime


def lab_report(number: str, orders: list[OrderGroup], context: ReportContext) -> LabReport:
    """One laboratory report from all orders (OBR) that carry its number.

    Where its orders state different times, the earliest collection and receipt and the latest
    issue are the report's, so that no result looks younger than it is.

    Raises:
        MappingFailure: a time or a performing laboratory cannot be read.
    """
    statuses = [order_status(order, context.warnings) for order in orders]
    results: list[LabResult] = []
    for order, status in zip(orders, statuses, strict=True):
        results += _results(order, status, context.warnings)
    return LabReport(
        institution=context.profile.institution,
        filler_order_number=number,
        file_number=context.visit(50) or number,
        patient=context.patient,
        status=_status(statuses, results),
        results=tuple(results),
        collected_at=_chosen(min, (_collected_at(order, context) for order in orders)),
        received_at=_chosen(min, (_received_at(order, context) for order in orders)),
        issued_at=_chosen(max, (context.time(order.obr, 22) for order in orders)),
        message_at=context.message_at,
        placer_order_number=placer_order_number(orders[0]),
        department=context.visit(3),
        specimen=next(filter(None, map(_specimen, orders)), ""),
        notes=tuple(note_text(note) for order in orders for note in order.notes),
        attachments=attachments_of(orders, context),
    )


def _results(order: OrderGroup, status: ReportStatus, warnings: list[str]) -> list[LabResult]:
    """The results of one order; an order that is cancelled cancels them."""
    name = local_code(order.obr.raw(4), order.obr.delimiters)
    if not name.code:
        warnings.append(f"{order.obr.at(4)}: code missing")
    results = []
    for obx in order.observations:
        notes = tuple(map(note_text, order.remarks(obx))) if order.notes_of else ()
        result = lab_result(obx, name, notes, warnings)
        if not result.code.code:
            warnings.append(f"{obx.at(3)}: code missing")
        results.append(result)
    if status is ReportStatus.CANCELLED:
        return [_cancelled(result) for result in results]
    return results


def _cancelled(result: LabResult) -> LabResult:
    """The result of a cancelled order; that it is another patient's weighs more."""
    if result.status is ResultStatus.WRONG_PATIENT:
        return result
    return replace(result, status=ResultStatus.CANCELLED)


def _status(statuses: list[ReportStatus], results: list[LabResult]) -> ReportStatus:
    """The joint status; a report all of whose results are another patient's is withdrawn."""
    if results and all(result.status is ResultStatus.WRONG_PATIENT for result in results):
        return ReportStatus.WRONG_PATIENT
    return joint_status(statuses)


def _collected_at(order: OrderGroup, context: ReportContext) -> EventTime | None:
    """OBR-7, else SPM-17.1, the start of the collection."""
    return context.time(order.obr, 7) or context.time(order.spm, 17)


def _received_at(order: OrderGroup, context: ReportContext) -> EventTime | None:
    """OBR-14, else SPM-18."""
    return context.time(order.obr, 14) or context.time(order.spm, 18)


def _chosen(
    choose: Callable[..., EventTime], times: Iterable[EventTime | None]
) -> EventTime | None:
    stated = [time for time in times if time is not None]
    return choose(stated, key=lambda time: time.instant) if stated else None


def _specimen(order: OrderGroup) -> str:
    """SPM-4 as text, else the source of OBR-15 (v2.5.1 2.A.71 SPS, code & name)."""
    if order.spm is not None:
        return order.spm.component(4, 2) or order.spm.component(4)
    code, _, name = order.obr.component(15).partition(order.obr.delimiters.subcomponent)
    return name.partition(order.obr.delimiters.subcomponent)[0] or code
