"""eqa.csv: results of external quality assessment per laboratory and item (二（一）)."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.canonical.institution import QualityAssessment
from gateway.services.csv_kinds.cells import (
    VALIDITY,
    institution_code,
    unknown_institution,
    unknown_item,
)
from gateway.services.csv_kinds.kind import (
    CsvKind,
    KnownFacts,
    Reason,
    may_not_overlap,
    validity_of,
)
from item_catalog.codes import parse_item_code
from item_catalog.tables import one_of

_SUSPENDED = "suspended"


def _build(cells: Mapping[str, Any]) -> QualityAssessment:
    return QualityAssessment(
        institution=cells["institution_code"],
        item_code=cells["item_code"],
        scheme=cells["scheme"],
        result=cells["result"],
        validity=validity_of(cells),
    )


def _check(record: QualityAssessment, known: KnownFacts) -> Iterator[Reason]:
    yield from unknown_institution(record.institution, known, "institution_code")
    yield from unknown_item(record.item_code, known)


def _clash(one: QualityAssessment, other: QualityAssessment) -> Reason | None:
    """A suspension may fall into the days of a pass: it sets the pass aside while it lasts."""
    if (one.result == _SUSPENDED) != (other.result == _SUSPENDED):
        return None
    return may_not_overlap(one, other)


EQA: CsvKind[QualityAssessment] = CsvKind(
    name="eqa",
    columns={
        "institution_code": institution_code,
        "item_code": parse_item_code,
        "scheme": one_of("national", "provincial"),
        "result": one_of("pass", "fail", "suspended"),
        **VALIDITY,
    },
    build=_build,
    key=lambda row: (row.institution, row.item_code, row.scheme),
    check=_check,
    clash=_clash,
)
