"""Every kind of CSV file by name, in the order in which a new deployment imports them."""

from typing import Any

from gateway.services.csv_kinds.alliances import ALLIANCES
from gateway.services.csv_kinds.eqa import EQA
from gateway.services.csv_kinds.institutions import INSTITUTIONS
from gateway.services.csv_kinds.kind import CsvKind
from gateway.services.csv_kinds.mappings import MAPPINGS
from gateway.services.csv_kinds.overrides import OVERRIDES
from gateway.services.csv_kinds.prices import PRICES
from gateway.services.csv_kinds.procedure_mappings import PROCEDURE_MAPPINGS
from gateway.services.csv_kinds.systems import SYNONYMS, SYSTEMS

KINDS: dict[str, CsvKind[Any]] = {
    kind.name: kind
    for kind in (
        INSTITUTIONS, ALLIANCES, EQA, MAPPINGS, PROCEDURE_MAPPINGS, PRICES, SYSTEMS, SYNONYMS,
        OVERRIDES,
    )
}  # fmt: skip
