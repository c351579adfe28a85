"""procedure_mappings.csv: a hospital's own procedure codes in terms of the graded catalogues."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.institution import Validity
from gateway.services.csv_kinds.cells import VALIDITY, institution_code, unknown_institution
from gateway.services.csv_kinds.kind import CsvKind, KnownFacts, Reason, validity_of
from item_catalog.clinical_context.procedures import ProcedureKey
from item_catalog.mapping import normalize_local_code
from item_catalog.tables import filled


@dataclass(frozen=True, slots=True)
class ProcedureMapping:
    """A reviewed row: the local procedure is the row of this key in a graded catalogue."""

    institution: InstitutionCode
    local_code: str
    local_name: str
    catalogue_key: ProcedureKey
    reviewed_by: str
    validity: Validity


def _catalogue_key(text: str) -> ProcedureKey:
    return ProcedureKey.parse(filled(text))


def _build(cells: Mapping[str, Any]) -> ProcedureMapping:
    return ProcedureMapping(
        institution=cells["institution_code"],
        local_code=cells["local_code"],
        local_name=cells["local_name"],
        catalogue_key=cells["catalogue_key"],
        reviewed_by=cells["reviewed_by"],
        validity=validity_of(cells),
    )


def _check(record: ProcedureMapping, known: KnownFacts) -> Iterator[Reason]:
    return unknown_institution(record.institution, known, "institution_code")


PROCEDURE_MAPPINGS: CsvKind[ProcedureMapping] = CsvKind(
    name="procedure_mappings",
    columns={
        "institution_code": institution_code,
        "local_code": filled,
        "local_name": str,
        "catalogue_key": _catalogue_key,
        **VALIDITY,
        "reviewed_by": filled,
    },
    build=_build,
    key=lambda row: (row.institution, normalize_local_code(row.local_code)),
    check=_check,
)
