"""The groups of an ORU^R01: patients, their orders, and what belongs to each order. Pure.

HL7 v2.5.1 7.3.1: { PID [PV1] { [ORC] OBR {NTE} { OBX {NTE} } {SPM} } }. Segments that are not
listed here, Z segments among them, stay in the raw message and are passed over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.errors import MappingFailure
from adapters.hl7v2.er7 import Message, Segment

_NONE: tuple[Segment, ...] = ()


@dataclass(slots=True)
class OrderGroup:
    """One OBR with what follows it. notes_of maps the sequence of an OBX to its NTE, if any."""

    obr: Segment
    orc: Segment | None
    observations: list[Segment] = field(default_factory=list)
    notes: list[Segment] = field(default_factory=list)
    notes_of: dict[int, list[Segment]] = field(default_factory=dict)
    spm: Segment | None = None
    study: Segment | None = None

    def remarks(self, obx: Segment) -> Sequence[Segment]:
        """The NTE segments under one of the observations."""
        return self.notes_of.get(obx.sequence, _NONE)


@dataclass(slots=True)
class PatientGroup:
    """One patient with its visit and orders. study is a ZDS segment before any order."""

    pid: Segment
    pv1: Segment | None = None
    study: Segment | None = None
    orders: list[OrderGroup] = field(default_factory=list)


def groups_of(message: Message, warnings: list[str]) -> list[PatientGroup]:
    """The patient groups of an ORU^R01, each with at least one order.

    Raises:
        MappingFailure: PID or OBR is missing, or a segment stands where it belongs to nothing.
    """
    return _built(message, _Builder(warnings), _TAKERS)


def specimen_groups_of(message: Message, warnings: list[str]) -> list[PatientGroup]:
    """The same of an OUL^R22 (v2.5.1 7.3.7): { SPM {OBX} { OBR [ORC] {NTE} { OBX {NTE} } } }.

    Raises:
        MappingFailure: as `groups_of`.
    """
    return _built(message, _SpecimenBuilder(warnings), _SPECIMEN_TAKERS)


def _built(
    message: Message, builder: "_Builder", takers: Mapping[str, Callable[[Any, Segment], None]]
) -> list[PatientGroup]:
    for segment in message.segments[1:]:
        take = takers.get(segment.id)
        if take is not None:
            take(builder, segment)
    return builder.finished()


class _Builder:
    """Walks the segments in order; knows the patient, the order and the result they stand under."""

    def __init__(self, warnings: list[str]) -> None:
        self._warnings = warnings
        self._patients: list[PatientGroup] = []
        self._order: OrderGroup | None = None
        self._orc: Segment | None = None
        self._noted: Segment | None = None

    def finished(self) -> list[PatientGroup]:
        if not self._patients:
            raise _missing("PID[1]", "send the patient before the results")
        for group in self._patients:
            if not group.orders:
                raise _missing("OBR[1]", f"send an OBR for the patient of {group.pid.at(1)[:-2]}")
        return self._patients

    def take_msh(self, segment: Segment) -> None:
        raise MappingFailure("segment_sequence", _place(segment), "end a message before the next")

    def take_pid(self, segment: Segment) -> None:
        self._patients.append(PatientGroup(segment))
        self._order = self._orc = self._noted = None

    def take_pv1(self, segment: Segment) -> None:
        self._patient(segment).pv1 = segment

    def take_orc(self, segment: Segment) -> None:
        self._patient(segment)
        self._orc, self._noted = segment, None

    def take_obr(self, segment: Segment) -> None:
        order = OrderGroup(segment, self._orc)
        self._patient(segment).orders.append(order)
        self._order, self._orc, self._noted = order, None, segment

    def take_obx(self, segment: Segment) -> None:
        order = self._order_of(segment)
        if order.spm is not None and order.observations:
            # v2.5.1: an OBX after SPM describes the specimen. Some senders put SPM before the
            # results, so it counts as that only where the order has its results already.
            self._warnings.append(f"{_place(segment)}: specimen observation, not used")
            self._noted = None
            return
        order.observations.append(segment)
        self._noted = segment

    def take_nte(self, segment: Segment) -> None:
        if self._order is None or self._noted is None:
            return  # a remark on the patient or the order control, which no report shows
        if self._noted is self._order.obr:
            self._order.notes.append(segment)
        else:
            self._order.notes_of.setdefault(self._noted.sequence, []).append(segment)

    def take_spm(self, segment: Segment) -> None:
        order = self._order_of(segment)
        order.spm = order.spm or segment

    def take_zds(self, segment: Segment) -> None:
        target = self._order or self._patient(segment)
        target.study = segment

    def _patient(self, segment: Segment) -> PatientGroup:
        if not self._patients:
            raise _missing("PID[1]", f"send the patient before {segment.id}")
        return self._patients[-1]

    def _order_of(self, segment: Segment) -> OrderGroup:
        if self._order is None:
            raise MappingFailure(
                "segment_sequence", _place(segment), f"send an OBR before {segment.id}"
            )
        return self._order


_TAKERS: dict[str, Callable[[_Builder, Segment], None]] = {
    "MSH": _Builder.take_msh,
    "PID": _Builder.take_pid,
    "PV1": _Builder.take_pv1,
    "ORC": _Builder.take_orc,
    "OBR": _Builder.take_obr,
    "OBX": _Builder.take_obx,
    "NTE": _Builder.take_nte,
    "SPM": _Builder.take_spm,
    "ZDS": _Builder.take_zds,
}


class _SpecimenBuilder(_Builder):
    """The specimen stands before its orders, and the order control after its order."""

    def __init__(self, warnings: list[str]) -> None:
        super().__init__(warnings)
        self._specimen: Segment | None = None

    def take_specimen(self, segment: Segment) -> None:
        self._specimen = segment
        self._order = self._noted = None

    def take_specimen_order(self, segment: Segment) -> None:
        self.take_obr(segment)
        self._patient(segment).orders[-1].spm = self._specimen

    def take_order_control(self, segment: Segment) -> None:
        if self._order is not None:
            self._order.orc = segment

    def take_result(self, segment: Segment) -> None:
        if self._order is None:
            self._warnings.append(f"{_place(segment)}: specimen observation, not used")
            return
        self._order.observations.append(segment)
        self._noted = segment


_SPECIMEN_TAKERS: dict[str, Callable[[_SpecimenBuilder, Segment], None]] = {
    "MSH": _Builder.take_msh,
    "PID": _Builder.take_pid,
    "PV1": _Builder.take_pv1,
    "SPM": _SpecimenBuilder.take_specimen,
    "OBR": _SpecimenBuilder.take_specimen_order,
    "ORC": _SpecimenBuilder.take_order_control,
    "OBX": _SpecimenBuilder.take_result,
    "NTE": _Builder.take_nte,
}


def _missing(location: str, hint: str) -> MappingFailure:
    return MappingFailure("segment_missing", location, hint)


def _place(segment: Segment) -> str:
    return f"{segment.id}[{segment.sequence}]"
