"""What hospitals keep of procedures: own lists and reviewed mappings, as lookups of a snapshot."""

from collections.abc import Iterator

from gateway.services.csv_kinds.overrides import ProcedureOverride as OverrideRow
from gateway.services.csv_kinds.procedure_mappings import ProcedureMapping as MappingRow
from gateway.services.timeline import Chronicle
from item_catalog.clinical_context.local_lists import (
    OverrideList,
    ProcedureMapping,
    ProcedureMappings,
    ProcedureOverride,
    ProcedureOverrides,
)


def procedure_overrides(rows: Chronicle[OverrideRow]) -> ProcedureOverrides:
    """The upper and lower lists, each row valid only on the days on which it is in force."""
    return ProcedureOverrides(_overrides(rows))


def _overrides(rows: Chronicle[OverrideRow]) -> Iterator[ProcedureOverride]:
    for timeline in rows.timelines.values():
        for span in timeline:
            record = span.entry.record
            yield ProcedureOverride(
                record.institution,
                record.procedure_code,
                record.procedure_name,
                OverrideList(record.list_name),
                span.validity.valid_from,
                span.validity.valid_to,
            )


def procedure_mappings(rows: Chronicle[MappingRow]) -> ProcedureMappings:
    """The reviewed mappings, likewise."""
    return ProcedureMappings(_mappings(rows))


def _mappings(rows: Chronicle[MappingRow]) -> Iterator[ProcedureMapping]:
    for timeline in rows.timelines.values():
        for span in timeline:
            record = span.entry.record
            yield ProcedureMapping(
                record.institution,
                record.local_code,
                record.local_name,
                record.catalogue_key,
                span.validity.valid_from,
                span.validity.valid_to,
                record.reviewed_by,
            )
