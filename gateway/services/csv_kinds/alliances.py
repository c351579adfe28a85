"""alliances.csv: who belongs to which 城市医联体 or 县域医共体 (二（三）)."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.canonical.institution import AllianceMembership
from gateway.services.csv_kinds.cells import VALIDITY, institution_code, unknown_institution
from gateway.services.csv_kinds.kind import CsvKind, KnownFacts, Reason, validity_of
from item_catalog.tables import filled, one_of


def _build(cells: Mapping[str, Any]) -> AllianceMembership:
    return AllianceMembership(
        alliance_code=cells["alliance_code"],
        name=cells["name"],
        kind=cells["kind"],
        institution=cells["institution_code"],
        validity=validity_of(cells),
    )


def _check(record: AllianceMembership, known: KnownFacts) -> Iterator[Reason]:
    return unknown_institution(record.institution, known, "institution_code")


ALLIANCES: CsvKind[AllianceMembership] = CsvKind(
    name="alliances",
    columns={
        "alliance_code": filled,
        "name": filled,
        "kind": one_of("城市医联体", "县域医共体"),
        "institution_code": institution_code,
        **VALIDITY,
    },
    build=_build,
    key=lambda member: (member.institution, member.alliance_code),
    check=_check,
)
