"""Patient identifiers as the lookup hashes under which they are kept."""

from collections.abc import Iterable

from gateway.canonical.identifiers import IdentityType, PatientIdentifier
from gateway.services.patient_linking import Claim
from gateway.storage.sealing import Sealer


def claims_of(sealer: Sealer, identifiers: Iterable[PatientIdentifier]) -> tuple[Claim, ...]:
    """The identifiers as lookup hashes."""
    return tuple(
        Claim(identifier_hash(sealer, each), each.type is IdentityType.RESIDENT_ID)
        for each in identifiers
    )


def identifier_hash(sealer: Sealer, identifier: PatientIdentifier) -> bytes:
    """The lookup hash of one identifier; a hospital's own number includes the hospital."""
    return sealer.lookup_hash(
        "identifier", identifier.type, identifier.value, identifier.assigner or ""
    )
