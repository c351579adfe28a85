"""ORU^R01, unsolicited observation message (HL7 v2.5.1 7.3.1) → canonical reports. Pure."""

from collections.abc import Callable

from adapters.errors import MappingFailure
from adapters.hl7v2.er7 import Message
from adapters.hl7v2.oru_context import ReportContext
from adapters.hl7v2.oru_groups import OrderGroup, PatientGroup, groups_of
from adapters.hl7v2.oru_imaging import imaging_report
from adapters.hl7v2.oru_lab import lab_report
from adapters.hl7v2.segments import patient
from adapters.hl7v2.sender_profile import SenderProfile
from adapters.hl7v2.tables import IMAGING_SECTIONS
from adapters.hl7v2.timestamps import event_time
from gateway.canonical.intake import Report

IsImaging = Callable[[str], bool]


def read_reports(
    message: Message, profile: SenderProfile, is_imaging: IsImaging, warnings: list[str]
) -> tuple[Report, ...]:
    """The reports of a message, one for each report number (OBR-3) of a patient, in order.

    is_imaging answers whether the sender maps a procedure code (OBR-4.1) as imaging. warnings
    receives the deviations that were tolerated, each with its place.

    Raises:
        MappingFailure: a mandatory element is missing, or one cannot be read.
    """
    header = message.header
    message_at = event_time(header.component(7), profile.zone, header.at(7))
    reports: list[Report] = []
    for group in groups_of(message, warnings):
        who = patient(group.pid, profile, warnings)
        context = ReportContext(profile, who, message_at, group.pv1, warnings)
        for (number, imaging), orders in _by_report(group, is_imaging).items():
            read = imaging_report if imaging else lab_report
            reports.append(read(number, orders, context))
    return tuple(reports)


def _by_report(
    group: PatientGroup, is_imaging: IsImaging
) -> dict[tuple[str, bool], list[OrderGroup]]:
    """The orders of a patient by report number and kind."""
    reports: dict[tuple[str, bool], list[OrderGroup]] = {}
    number = ""
    for order in group.orders:
        number = _filler_order_number(order) or number
        if not number:
            raise MappingFailure(
                "required_field_missing", order.obr.at(3), "send the report number"
            )
        order.study = order.study or group.study
        reports.setdefault((number, _is_imaging(order, is_imaging)), []).append(order)
    return reports


def _filler_order_number(order: OrderGroup) -> str:
    """OBR-3.1, else ORC-3.1; an order that states none belongs to the report before it."""
    return order.obr.component(3) or (order.orc.component(3) if order.orc else "")


def _is_imaging(order: OrderGroup, is_imaging: IsImaging) -> bool:
    """OBR-24, else the sender's own mapping of OBR-4."""
    if order.obr.component(24).upper() in IMAGING_SECTIONS:
        return True
    code = order.obr.component(4)
    return bool(code) and is_imaging(code)
