"""What the mappers of one ORU^R01 share. Pure."""

from dataclasses import dataclass

from adapters.hl7v2.er7 import Segment
from adapters.hl7v2.oru_groups import OrderGroup
from adapters.hl7v2.sender_profile import SenderProfile
from adapters.hl7v2.tables import REPORT_STATUS
from adapters.hl7v2.timestamps import field_time
from gateway.canonical.lab import ReportStatus
from gateway.canonical.patient import Patient
from gateway.canonical.times import EventTime, Precision

#: Of several orders in one report the least finished decides; a cancelled one does not.
_LEAST_FINISHED_FIRST = (
    ReportStatus.WRONG_PATIENT,
    ReportStatus.REGISTERED,
    ReportStatus.PRELIMINARY,
    ReportStatus.CORRECTED,
    ReportStatus.FINAL,
    ReportStatus.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a message is read: its sender, where to note what is tolerated, whose links to keep."""

    profile: SenderProfile
    warnings: list[str]
    link_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReportContext:
    """Terms, patient, visit and message time of a report."""

    terms: Terms
    patient: Patient
    message_at: EventTime | None
    pv1: Segment | None

    @property
    def profile(self) -> SenderProfile:
        """The sender."""
        return self.terms.profile

    @property
    def warnings(self) -> list[str]:
        """Collects what is tolerated."""
        return self.terms.warnings

    def time(self, segment: Segment | None, field: int) -> EventTime | None:
        """The time in a field, first component; None when absent. Raises `MappingFailure`.

        One that lies after the message itself is kept and warned of.
        """
        if segment is None:
            return None
        read = field_time(segment, field, self.profile)
        sent = self.message_at
        if read and sent and sent.precision is Precision.SECOND and read.instant > sent.instant:
            self.warnings.append(f"{segment.at(field)}: later than the message itself (MSH-7)")
        return read

    def visit(self, field: int) -> str:
        """The first component of a PV1 field, "" without PV1."""
        return self.pv1.component(field) if self.pv1 else ""


def order_status(order: OrderGroup, warnings: list[str]) -> ReportStatus:
    """OBR-25; what is empty or in no table is preliminary, because it is not known to be final."""
    stated = order.obr.raw(25)
    status = REPORT_STATUS.get(stated)
    if status is None:
        fault = "not in table 0123" if stated else "missing"
        warnings.append(f"{order.obr.at(25)}: status {fault}, read as preliminary")
    elif status is ReportStatus.WRONG_PATIENT:
        warnings.append(f"{order.obr.at(25)}: W belongs in OBX-11, report withheld")
    return status or ReportStatus.PRELIMINARY


def joint_status(statuses: list[ReportStatus]) -> ReportStatus:
    """The status of a report whose orders have these."""
    return min(statuses, key=_LEAST_FINISHED_FIRST.index)


def placer_order_number(order: OrderGroup) -> str:
    """OBR-2.1, else ORC-2.1."""
    return order.obr.component(2) or (order.orc.component(2) if order.orc else "")
