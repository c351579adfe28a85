"""Values that a province may change without a release: dated, each with its source.

A parameter file is TOML. Each table is one parameter with `kind`, `meaning` and a list `values`;
each value has `valid_from`, an optional inclusive `valid_to`, `value`, `source` and, where it holds
for some items only, `items`. Gaps and overlaps are refused when the file is loaded, so that no
clause ever fails for want of a value.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeAlias, cast

from rules.outcome import Json, ParameterUsed

#: A parameter name and the item it holds for; None is every item without a value of its own.
SeriesKey: TypeAlias = tuple[str, str | None]

EFFECTS = ("auto", "hint", "manual")


class InvalidParameters(ValueError):
    """A parameter file cannot be used; the message names every defect."""


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value with its first and last day (inclusive; None = open)."""

    valid_from: date
    valid_to: date | None
    used: ParameterUsed

    def covers(self, day: date) -> bool:
        """Whether the value is in force that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """All values of a policy, oldest first in each series."""

    series: Mapping[SeriesKey, tuple[DatedValue, ...]]

    def value_on(self, name: str, day: date, item: str | None = None) -> ParameterUsed:
        """The value in force that day, the item's own where it has one.

        Raises:
            LookupError: the name is unknown, or the day lies before the policy.
        """
        return self.on(day).used(name, item)

    def on(self, day: date) -> "ParametersInForce":
        """All values in force that day."""
        return _in_force(self, day)


@dataclass(frozen=True, slots=True, eq=False)
class ParametersInForce:
    """The values of one day, as clauses read them."""

    values: Mapping[SeriesKey, ParameterUsed]

    def used(self, name: str, item: str | None = None) -> ParameterUsed:
        """The value for the item, else for every item, with its dates and source."""
        return self.values.get((name, item)) or self.values[name, None]

    def integer(self, name: str, item: str | None = None) -> int:
        """The value of a parameter of kind `integer`."""
        return cast(int, self.used(name, item).value)

    def word(self, name: str, item: str | None = None) -> str:
        """The value of a parameter of kind `word` or `effect`."""
        return cast(str, self.used(name, item).value)

    def words(self, name: str, item: str | None = None) -> list[str]:
        """The value of a parameter of kind `words`."""
        return cast("list[str]", self.used(name, item).value)

    def integers(self, name: str, item: str | None = None) -> list[int]:
        """The value of a parameter of kind `integers`."""
        return cast("list[int]", self.used(name, item).value)


@lru_cache(maxsize=256)
def _in_force(parameters: Parameters, day: date) -> ParametersInForce:
    return ParametersInForce(
        {
            key: dated.used
            for key, values in parameters.series.items()
            for dated in values
            if dated.covers(day)
        }
    )


def load_parameters(
    text: str, kinds: Mapping[str, str], since: date, inherited: str = ""
) -> Parameters:
    """The parameters of a TOML text.

    Args:
        text: the file's content.
        kinds: every parameter the policy needs, with its kind: `integer`, `integers`, `word`,
            `words` or `effect`.
        since: first day of the policy; every parameter must have a value from then on.
        inherited: the file of an older policy, whose parameters hold unless the text states them.

    Raises:
        InvalidParameters: a parameter is missing, foreign or of another kind, or its values leave
            a gap or overlap.
    """
    tables = tomllib.loads(inherited) | tomllib.loads(text)
    defects = [f"{name}: missing" for name in kinds.keys() - tables.keys()]
    defects += [f"{name}: not a parameter of this policy" for name in tables.keys() - kinds.keys()]
    series: dict[SeriesKey, list[DatedValue]] = {}
    for name in sorted(kinds.keys() & tables.keys()):
        defects += _read(name, kinds[name], tables[name], series)
    ordered = {k: tuple(sorted(v, key=lambda d: d.valid_from)) for k, v in series.items()}
    for key, values in ordered.items():
        defects += _succession_defects(key, values, since)
    if defects:
        raise InvalidParameters("; ".join(sorted(defects)))
    return Parameters(ordered)


def _read(
    name: str, kind: str, table: Mapping[str, Any], series: dict[SeriesKey, list[DatedValue]]
) -> list[str]:
    """Append the table's values to their series; answer its defects."""
    defects = [] if table.get("meaning") else [f"{name}: no meaning"]
    series.setdefault((name, None), [])
    for number, row in enumerate(table.get("values", []), start=1):
        if not isinstance(row.get("valid_from"), date) or not row.get("source"):
            defects.append(f"{name}: value {number} needs valid_from and source")
        elif not _is_of_kind(kind, row.get("value")):
            defects.append(f"{name}: value {number} is no {kind}")
        else:
            for item in row.get("items", [None]):
                series.setdefault((name, item), []).append(_dated(name, row))
    return defects


def _dated(name: str, row: Mapping[str, Any]) -> DatedValue:
    start, end = cast(date, row["valid_from"]), cast("date | None", row.get("valid_to"))
    last = end.isoformat() if end else None
    value = cast(Json, row["value"])
    return DatedValue(
        start, end, ParameterUsed(name, value, start.isoformat(), last, row["source"])
    )


def _is_of_kind(kind: str, value: object) -> bool:
    if kind in {"integers", "words"}:
        return isinstance(value, list) and all(_is_of_kind(kind[:-1], part) for part in value)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str) and (kind == "word" or value in EFFECTS)


def _succession_defects(key: SeriesKey, values: tuple[DatedValue, ...], since: date) -> list[str]:
    label = key[0] if key[1] is None else f"{key[0]} of {key[1]}"
    defects = []
    if key[1] is None:
        if not values or values[0].valid_from > since:
            defects.append(f"{label}: no value on {since.isoformat()}")
        elif values[-1].valid_to is not None:
            defects.append(f"{label}: no value after {values[-1].valid_to.isoformat()}")
    for earlier, later in pairwise(values):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            defects.append(f"{label}: values overlap on {later.valid_from.isoformat()}")
        elif earlier.valid_to + timedelta(days=1) != later.valid_from:
            defects.append(f"{label}: gap after {earlier.valid_to.isoformat()}")
    return defects
