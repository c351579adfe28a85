"""Diagnoses and procedures of a request as the rules look at them (四（三）). Pure."""

from datetime import date

from gateway.canonical.identifiers import IdentityType, InstitutionCode, resident_birth_date
from gateway.canonical.order import Procedure, ReminderRequest
from gateway.canonical.patient import Patient
from gateway.services.ports import Registry
from item_catalog.clinical_context.context import ClinicalContexts
from rules.clinical_facts import ClinicalFacts
from rules.clinical_lookup import (
    RecordedContext,
    RecordedDiagnosis,
    RecordedProcedure,
    clinical_facts,
)
from rules.facts import NO_CONTEXT
from rules.policy import Policies


def facts_of_context(
    request: ReminderRequest,
    day: date,
    registry: Registry,
    contexts: ClinicalContexts,
    policies: Policies,
) -> ClinicalFacts:
    """What the catalogues of the day say of the request's clinical context.

    Raises:
        NoEditionInForce, NoPolicyInForce: nothing is installed for that day.
    """
    stated = request.context
    if not (
        stated.diagnoses
        or stated.planned_procedures
        or stated.performed_procedures
        or stated.anaesthesia
    ):
        return NO_CONTEXT
    receiver = request.institution
    recorded = RecordedContext(
        diagnoses=tuple(
            RecordedDiagnosis(each.code, each.name, each.onset, each.active)
            for each in stated.diagnoses
        ),
        performed=tuple(_recorded(each) for each in stated.performed_procedures),
        planned=tuple(
            _planned(each, receiver, day, registry) for each in stated.planned_procedures
        ),
        anesthesia=stated.anaesthesia or "",
        infant=is_infant(request.patient, day),
    )
    return clinical_facts(
        recorded,
        contexts.edition_on(day),
        policies.grade_catalogues_for(receiver, day),
        policies.policy_for(receiver, day).parameters.on(day),
    )


def _recorded(procedure: Procedure) -> RecordedProcedure:
    return RecordedProcedure(procedure.code, procedure.name, procedure.day, procedure.department)


def _planned(
    procedure: Procedure, receiver: InstitutionCode, day: date, registry: Registry
) -> RecordedProcedure:
    code, name = procedure.code, procedure.name
    return RecordedProcedure(
        code,
        name,
        procedure.day,
        procedure.department,
        registry.placing_of(receiver, code, name, day),
        registry.procedure_rows(receiver, code, day),
    )


def is_infant(patient: Patient, day: date) -> bool | None:
    """Whether the patient is under one year old that day; None without a birth date."""
    born = patient.birth_date or next(
        (
            resident_birth_date(each.value)
            for each in patient.identifiers
            if each.type is IdentityType.RESIDENT_ID
        ),
        None,
    )
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) < 1
