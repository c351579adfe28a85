"""overrides.csv: procedures that a hospital moves to the upper or lower list of its own grading."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.institution import Validity
from gateway.services.csv_kinds.cells import VALIDITY, institution_code, unknown_institution
from gateway.services.csv_kinds.kind import CsvKind, KnownFacts, Reason, validity_of
from item_catalog.tables import one_of


@dataclass(frozen=True, slots=True)
class ProcedureOverride:
    """A hospital's own placing of a procedure; `list_name` is `upper` or `lower`."""

    institution: InstitutionCode
    procedure_code: str
    procedure_name: str
    list_name: str
    validity: Validity


def _build(cells: Mapping[str, Any]) -> ProcedureOverride:
    return ProcedureOverride(
        institution=cells["institution_code"],
        procedure_code=cells["procedure_code"],
        procedure_name=cells["procedure_name"],
        list_name=cells["list"],
        validity=validity_of(cells),
    )


def _check(record: ProcedureOverride, known: KnownFacts) -> Iterator[Reason]:
    yield from unknown_institution(record.institution, known, "institution_code")
    if not record.procedure_code and not record.procedure_name:
        yield "procedure_code", "either the code or the name of the procedure is needed"


OVERRIDES: CsvKind[ProcedureOverride] = CsvKind(
    name="overrides",
    columns={
        "institution_code": institution_code,
        "procedure_code": str,
        "procedure_name": str,
        "list": one_of("upper", "lower"),
        **VALIDITY,
    },
    build=_build,
    key=lambda row: (row.institution, row.procedure_code, row.procedure_name),
    check=_check,
)
