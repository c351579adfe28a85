"""Patient data and records that are one person: ADT (HL7 v2.5.1 3.3) → canonical records. Pure."""

from adapters.errors import MappingFailure
from adapters.hl7v2.er7 import Message, Segment
from adapters.hl7v2.oru_context import Terms
from adapters.hl7v2.segments import identifiers, patient
from adapters.hl7v2.timestamps import field_time
from gateway.canonical.identifiers import PatientIdentifier
from gateway.canonical.messages import DemographicsMessage, MergeAct, MergeMessage, PatientField
from gateway.canonical.times import EventTime

#: Fields of PID that can be emptied by the explicit null.
_FIELDS = {5: PatientField.NAME, 7: PatientField.BIRTH_DATE, 8: PatientField.SEX}


def read_demographics(message: Message, terms: Terms) -> tuple[DemographicsMessage, ...]:
    """The patient as ADT^A04, A08 or A31 states it.

    Raises:
        MappingFailure: PID is missing, or holds no identifier or no readable birth date.
    """
    pid = _first(message, "PID", "send the patient")
    pv1 = next((segment for segment in message.segments if segment.id == "PV1"), None)
    return (
        DemographicsMessage(
            institution=terms.profile.institution,
            patient=patient(pid, terms.profile, terms.warnings),
            changed_at=_at(message, terms),
            cleared=tuple(name for field, name in _FIELDS.items() if pid.is_null(field)),
            visit_id=pv1.component(19) if pv1 else "",
        ),
    )


def read_merges(message: Message, act: MergeAct, terms: Terms) -> tuple[MergeMessage, ...]:
    """The pairs of PID and MRG of ADT^A40 (merge) or A47 (changed number).

    Raises:
        MappingFailure: a PID has no MRG or the other way round, or both name the same record.
    """
    merges: list[MergeMessage] = []
    pid: Segment | None = None
    for segment in message.segments:
        if segment.id == "PID":
            if pid is not None and len(merges) < pid.sequence:
                raise _missing("MRG", pid.sequence)
            pid = segment
        elif segment.id == "MRG":
            if pid is None:
                raise _missing("PID", segment.sequence)
            merges.append(_merge(message, act, (pid, segment, 1), terms))
    if pid is None or len(merges) < pid.sequence:
        raise _missing("MRG" if pid else "PID", pid.sequence if pid else 1)
    return tuple(merges)


def read_unlink(message: Message, terms: Terms) -> tuple[MergeMessage, ...]:
    """The two patients of ADT^A37 that are no longer one.

    Raises:
        MappingFailure: there are not two PID, or both name the same record.
    """
    pids = [segment for segment in message.segments if segment.id == "PID"]
    if len(pids) != 2:  # noqa: PLR2004 - the two that are unlinked
        raise _missing("PID", len(pids) + 1)
    return (_merge(message, MergeAct.UNLINK, (pids[0], pids[1], 3), terms),)


def _merge(
    message: Message, act: MergeAct, pair: tuple[Segment, Segment, int], terms: Terms
) -> MergeMessage:
    """Numbers that both records share tell nothing apart, so they are not retired."""
    pid, other, field = pair
    who = patient(pid, terms.profile, terms.warnings)
    numbers, _ = identifiers(other, field, terms.profile.institution, terms.warnings)
    retired: tuple[PatientIdentifier, ...] = tuple(
        number for number in numbers if number not in who.identifiers
    )
    if not retired:
        raise MappingFailure(
            "merged_with_itself", other.at(field), "name two different records, the kept one in PID"
        )
    return MergeMessage(terms.profile.institution, act, who, retired, _at(message, terms))


def _at(message: Message, terms: Terms) -> EventTime | None:
    """EVN-2, else MSH-7."""
    event = next((segment for segment in message.segments if segment.id == "EVN"), None)
    stated = field_time(event, 2, terms.profile) if event else None
    return stated or field_time(message.header, 7, terms.profile)


def _first(message: Message, name: str, hint: str) -> Segment:
    found = next((segment for segment in message.segments if segment.id == name), None)
    if found is None:
        raise MappingFailure("segment_missing", f"{name}[1]", hint)
    return found


def _missing(name: str, number: int) -> MappingFailure:
    return MappingFailure("segment_missing", f"{name}[{number}]", f"send {name} for each pair")
