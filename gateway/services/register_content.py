"""Everything that was imported, as entries in memory; grows by what each import adds."""

from dataclasses import dataclass, field
from typing import TypeVar

from gateway.canonical.institution import (
    AllianceMembership,
    Institution,
    OwnDetectionSystem,
    Price,
    QualityAssessment,
)
from gateway.services.csv_kinds.alliances import ALLIANCES
from gateway.services.csv_kinds.eqa import EQA
from gateway.services.csv_kinds.institutions import INSTITUTIONS
from gateway.services.csv_kinds.kind import CsvKind
from gateway.services.csv_kinds.mappings import MAPPINGS
from gateway.services.csv_kinds.overrides import OVERRIDES, ProcedureOverride
from gateway.services.csv_kinds.prices import PRICES
from gateway.services.csv_kinds.procedure_mappings import PROCEDURE_MAPPINGS, ProcedureMapping
from gateway.services.csv_kinds.systems import SYNONYMS, SYSTEMS, SystemSynonym
from gateway.services.timeline import Chronicle, Entry
from gateway.storage.registry import latest_batch, stored_rows
from gateway.storage.session import Connection
from item_catalog.mapping import ItemMapping
from item_catalog.tables import convert_cells

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RegisterContent:
    """Everything imported, by kind; `version` is the newest batch it includes."""

    version: int = 0
    institutions: Chronicle[Institution] = field(default_factory=Chronicle)
    alliances: Chronicle[AllianceMembership] = field(default_factory=Chronicle)
    assessments: Chronicle[QualityAssessment] = field(default_factory=Chronicle)
    mappings: Chronicle[ItemMapping] = field(default_factory=Chronicle)
    prices: Chronicle[Price] = field(default_factory=Chronicle)
    systems: Chronicle[OwnDetectionSystem] = field(default_factory=Chronicle)
    synonyms: Chronicle[SystemSynonym] = field(default_factory=Chronicle)
    overrides: Chronicle[ProcedureOverride] = field(default_factory=Chronicle)
    procedures: Chronicle[ProcedureMapping] = field(default_factory=Chronicle)


async def load_content(connection: Connection, old: RegisterContent) -> RegisterContent:
    """Everything the store holds now, where `old` is what was known already."""
    # The version is read first: what is imported meanwhile is read again at the next refresh.
    version = await latest_batch(connection)
    return RegisterContent(
        version=version,
        institutions=await _with_news(connection, INSTITUTIONS, old.institutions, old.version),
        alliances=await _with_news(connection, ALLIANCES, old.alliances, old.version),
        assessments=await _with_news(connection, EQA, old.assessments, old.version),
        mappings=await _with_news(connection, MAPPINGS, old.mappings, old.version),
        prices=await _with_news(connection, PRICES, old.prices, old.version),
        systems=await _with_news(connection, SYSTEMS, old.systems, old.version),
        synonyms=await _with_news(connection, SYNONYMS, old.synonyms, old.version),
        overrides=await _with_news(connection, OVERRIDES, old.overrides, old.version),
        procedures=await _with_news(connection, PROCEDURE_MAPPINGS, old.procedures, old.version),
    )


async def stored_entries(
    connection: Connection, kind: CsvKind[T], after: int = 0
) -> list[Entry[T]]:
    """Every row of a kind that was ever imported, or imported after a batch.

    Rows were checked when they came in, so a cell that no longer converts is our own fault.
    """
    entries = []
    for row in await stored_rows(connection, kind.name, after):
        cells, defects = convert_cells(f"batch {row.batch}", row.line, row.cells, kind.columns)
        if defects:
            raise ValueError(f"a stored row is not readable: {defects[0]}")
        entries.append(kind.entry(row.batch, row.line, cells))
    return entries


async def _with_news(
    connection: Connection, kind: CsvKind[T], known: Chronicle[T], version: int
) -> Chronicle[T]:
    return known.with_entries(await stored_entries(connection, kind, after=version))
