"""Making a patient known: the person a message names, new numbers, persons found to be one."""

from datetime import datetime

from gateway.canonical.messages import DemographicsMessage
from gateway.canonical.patient import Patient
from gateway.ids import new_id
from gateway.services.claims import claims_of
from gateway.services.intake_state import BatchState, Row
from gateway.services.patient_linking import Link, Match
from gateway.storage.sealing import Sealer


def settle_person(
    state: BatchState, sealer: Sealer, patient: Patient, found: Link, at: datetime
) -> str:
    """The key of a linked patient; new persons, identifiers and merges go into the batch's rows."""
    person = found.person if found.match is Match.EXACT else new_id()
    if found.match is not Match.EXACT:
        state.rows.patients.append(
            {
                "patient_key": person,
                "merged_into": None,
                "created_at": at,
                "demographics_sealed": sealer.seal_record("patient", person, patient),
            }
        )
    state.persons.bind(person, found.bind)
    state.absorb(person, found.absorb, at)
    state.rows.identifiers += _identifier_rows(sealer, patient, found, person, at)
    return person


def _identifier_rows(
    sealer: Sealer, patient: Patient, found: Link, person: str, at: datetime
) -> list[Row]:
    if not found.bind:
        return []
    bound = {claim.key for claim in found.bind}
    claims = zip(claims_of(sealer, patient.identifiers), patient.identifiers, strict=True)
    new = {claim.key: identifier for claim, identifier in claims if claim.key in bound}
    return [
        {
            "identifier_hash": key,
            "patient_key": person,
            "identifier_type": identifier.type,
            "created_at": at,
            "value_sealed": sealer.seal("patient_identifier", key.hex(), identifier.value.encode()),
        }
        for key, identifier in new.items()
    ]


def demographics_row(
    sealer: Sealer, person: str, stated: DemographicsMessage, received_at: datetime
) -> Row:
    """What a message states of a patient's data, as a version of its own."""
    version_id, changed = new_id(), stated.changed_at
    return {
        "patient_key": person,
        "version_id": version_id,
        "institution": stated.institution,
        "changed_at": changed.instant if changed else received_at,
        "content_sealed": sealer.seal_record("patient_version", version_id, stated),
    }
