"""The workstation's question as canonical records."""

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from gateway.api.problem import FieldFault, RefusedRequest, invalid, pointer_to
from gateway.api.schemas.reminders import (
    ContextIn,
    DiagnosisIn,
    IdentifierIn,
    OrderIn,
    ProcedureIn,
    ReminderIn,
    VisitIn,
)
from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import (
    IdentityType,
    InstitutionCode,
    PatientIdentifier,
    patient_identifier,
)
from gateway.canonical.order import (
    ClinicalContext,
    DeclaredException,
    Diagnosis,
    OrderLine,
    Procedure,
    ReminderRequest,
    Trigger,
    Visit,
    VisitClass,
    VisitPurpose,
)
from gateway.canonical.patient import Patient, normalize_name

#: Besides CV02.01.101 itself: what HL7 senders call a resident ID number or a number of their own.
_IDENTITY_TYPES = MappingProxyType(
    {
        **{kind.value: kind for kind in IdentityType},
        **dict.fromkeys(("NI", "NNCHN", "SFZ"), IdentityType.RESIDENT_ID),
        **dict.fromkeys(("MR", "PI", "PT"), IdentityType.LOCAL),
    }
)


def reminder_request(body: ReminderIn) -> ReminderRequest:
    """The request that the body states; raises `RefusedRequest` for a number that cannot be."""
    institution = institution_code(body.institution)
    identifiers = _identifiers(body.patient.identifiers, institution)
    name = body.patient.name
    return ReminderRequest(
        institution=institution,
        visit=_visit(body.visit),
        patient=Patient(identifiers, normalize_name(name) if name else None, name),
        trigger=Trigger(body.trigger),
        department=body.department,
        practitioner=body.practitioner,
        orders=tuple(_order(order) for order in body.orders or ()),
        context=_context(body.context or ContextIn()),
    )


def institution_code(text: str) -> InstitutionCode:
    """The institution that a body names; raises `RefusedRequest` if it cannot be a code."""
    try:
        return InstitutionCode(text)
    except InvalidRecord as error:
        fault = FieldFault(error.fault, pointer_to("institution"))
        raise RefusedRequest(invalid([fault])) from None


def _identifiers(
    stated: Sequence[IdentifierIn], institution: InstitutionCode
) -> tuple[PatientIdentifier, ...]:
    found, faults = [], []
    for place, identifier in enumerate(stated):
        kind = _IDENTITY_TYPES.get(identifier.type or IdentityType.LOCAL)
        if kind is None:
            pointer = pointer_to("patient", "identifiers", place, "type")
            faults.append(FieldFault("is no type of CV02.01.101, nor `local`", pointer))
            continue
        try:
            found.append(patient_identifier(kind, identifier.value, institution))
        except InvalidRecord as error:
            pointer = pointer_to("patient", "identifiers", place, "value")
            faults.append(FieldFault(error.fault, pointer))
    if faults:
        raise RefusedRequest(invalid(faults))
    return tuple(found)


def _visit(visit: VisitIn) -> Visit:
    return Visit(
        id=visit.id,
        visit_class=VisitClass(visit.visit_class) if visit.visit_class else None,
        purpose=VisitPurpose(visit.purpose) if visit.purpose else None,
        rescue=bool(visit.rescue),
        triage=visit.triage,
    )


def _order(order: OrderIn) -> OrderLine:
    declared = tuple(DeclaredException(one.code, one.text) for one in order.declared or ())
    return OrderLine(order.id or "", order.item_code, order.local_code, declared)


def _context(context: ContextIn) -> ClinicalContext:
    return ClinicalContext(
        diagnoses=tuple(_diagnosis(one) for one in context.diagnoses or ()),
        planned_procedures=_procedures(context.planned_procedures or ()),
        performed_procedures=_procedures(context.performed_procedures or ()),
        anaesthesia=context.anaesthesia,
        blood_request=bool(context.blood_request),
    )


def _diagnosis(one: DiagnosisIn) -> Diagnosis:
    return Diagnosis(one.code, one.name, one.onset, one.status != "history")


def _procedures(stated: Iterable[ProcedureIn]) -> tuple[Procedure, ...]:
    return tuple(Procedure(one.code, one.name, one.date, one.department) for one in stated)
