"""ORU^R01 and OUL^R22, results (HL7 v2.5.1 7.3.1, 7.3.7) → canonical reports. Pure."""

from collections.abc import Callable

from adapters.errors import MappingFailure
from adapters.hl7v2.er7 import Message, Segment
from adapters.hl7v2.oru_context import ReportContext, Terms
from adapters.hl7v2.oru_groups import OrderGroup, PatientGroup, groups_of, specimen_groups_of
from adapters.hl7v2.oru_imaging import imaging_report
from adapters.hl7v2.oru_lab import lab_report
from adapters.hl7v2.segments import patient
from adapters.hl7v2.sender_profile import SenderProfile
from adapters.hl7v2.tables import IMAGING_SECTIONS
from adapters.hl7v2.timestamps import field_time
from gateway.canonical.intake import Report

IsImaging = Callable[[str], bool]


def read_reports(
    message: Message,
    profile: SenderProfile,
    is_imaging: IsImaging,
    warnings: list[str],
    link_hosts: frozenset[str] = frozenset(),
) -> tuple[Report, ...]:
    """The reports of an ORU^R01, one for each report number (OBR-3) of a patient, in order.

    is_imaging answers whether the sender maps a procedure code (OBR-4.1) as imaging. warnings
    receives the deviations that were tolerated, each with its place. Links in results are kept when
    they lead to one of link_hosts.

    Raises:
        MappingFailure: a mandatory element is missing, or one cannot be read.
    """
    groups = groups_of(message, warnings)
    return _reports(message, groups, is_imaging, Terms(profile, warnings, link_hosts))


def read_specimen_reports(
    message: Message,
    profile: SenderProfile,
    is_imaging: IsImaging,
    warnings: list[str],
    link_hosts: frozenset[str] = frozenset(),
) -> tuple[Report, ...]:
    """The reports of an OUL^R22; all else as `read_reports`."""
    groups = specimen_groups_of(message, warnings)
    return _reports(message, groups, is_imaging, Terms(profile, warnings, link_hosts))


def _reports(
    message: Message, groups: list[PatientGroup], is_imaging: IsImaging, terms: Terms
) -> tuple[Report, ...]:
    message_at = field_time(message.header, 7, terms.profile)
    reports: list[Report] = []
    for group in groups:
        who = patient(group.pid, terms.profile, terms.warnings)
        context = ReportContext(terms, who, message_at, group.pv1)
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
        reports.setdefault((number, is_imaging_order(order.obr, is_imaging)), []).append(order)
    return reports


def _filler_order_number(order: OrderGroup) -> str:
    """OBR-3.1, else ORC-3.1; an order that states none belongs to the report before it."""
    return order.obr.component(3) or (order.orc.component(3) if order.orc else "")


def is_imaging_order(obr: Segment, is_imaging: IsImaging) -> bool:
    """OBR-24, else the sender's own mapping of OBR-4."""
    if obr.component(24).upper() in IMAGING_SECTIONS:
        return True
    code = obr.component(4)
    return bool(code) and is_imaging(code)
