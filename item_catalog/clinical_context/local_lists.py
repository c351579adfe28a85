"""What a hospital keeps itself: its upper and lower list, and its procedure codes.

Rows come from the registers `overrides` and `procedure_mappings`; both are dated, exact, and never
guess: codes compare as any local code does, names by their name key.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from item_catalog.clinical_context.names import name_key
from item_catalog.clinical_context.procedures import ProcedureKey
from item_catalog.mapping import normalize_local_code


class OverrideList(StrEnum):
    """UPPER: treated as major though graded low; LOWER: not taken as major though graded high."""

    UPPER = "upper"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class ProcedureOverride:
    """A row of the register `overrides`; code or name may be empty, `valid_to` is inclusive."""

    institution_code: str
    procedure_code: str
    procedure_name: str
    placed_on: OverrideList
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ProcedureMapping:
    """A reviewed row of `procedure_mappings`: a local procedure is this row of a catalogue."""

    institution_code: str
    local_code: str
    local_name: str
    catalogue_key: ProcedureKey
    valid_from: date
    valid_to: date | None
    reviewed_by: str


class ProcedureOverrides:
    """The lists of all hospitals, ready for lookup; immutable after construction."""

    __slots__ = ("_by_code", "_by_name")

    def __init__(self, overrides: Iterable[ProcedureOverride]) -> None:
        """Group the rows by hospital and code, and by hospital and name."""
        self._by_code: defaultdict[tuple[str, str], list[ProcedureOverride]] = defaultdict(list)
        self._by_name: defaultdict[tuple[str, str], list[ProcedureOverride]] = defaultdict(list)
        for row in overrides:
            code, name = normalize_local_code(row.procedure_code), name_key(row.procedure_name)
            if code:
                self._by_code[row.institution_code, code].append(row)
            if name:
                self._by_name[row.institution_code, name].append(row)

    def find(
        self, institution_code: str, on: date, code: str = "", name: str = ""
    ) -> OverrideList | None:
        """The list of a procedure on a day, by exact code or exact name; None when on neither.

        Where the rows contradict each other the lower list holds: an automatic effect needs the
        cautious reading.
        """
        rows = [
            *self._by_code.get((institution_code, normalize_local_code(code)), ()),
            *self._by_name.get((institution_code, name_key(name)), ()),
        ]
        lists = {row.placed_on for row in rows if _in_force(row, on)}
        return min(lists, default=None)  # "lower" before "upper"


class ProcedureMappings:
    """The procedure mappings of all hospitals, ready for lookup; immutable after construction."""

    __slots__ = ("_rows",)

    def __init__(self, mappings: Iterable[ProcedureMapping]) -> None:
        """Group the rows by hospital and local code."""
        self._rows: defaultdict[tuple[str, str], list[ProcedureMapping]] = defaultdict(list)
        for row in mappings:
            self._rows[row.institution_code, normalize_local_code(row.local_code)].append(row)

    def lookup(self, institution_code: str, local_code: str, on: date) -> tuple[ProcedureKey, ...]:
        """The catalogue rows of a local code on a day; empty when unmapped."""
        rows = self._rows.get((institution_code, normalize_local_code(local_code)), ())
        return tuple(dict.fromkeys(row.catalogue_key for row in rows if _in_force(row, on)))


def _in_force(row: ProcedureOverride | ProcedureMapping, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)
