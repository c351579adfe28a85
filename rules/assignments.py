"""Which document an institution follows on a day, and which graded catalogues it uses.

An assignment file is TOML: a list `assignments`, each with `policy`, `valid_from`, an optional
inclusive `valid_to`, an optional `institution` (absent: everybody without rows of an own) and
optional `grade_catalogues`. Gaps and overlaps are refused, so that every institution has exactly
one policy on every day from the first one on.
"""

import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

EVERYBODY = ""
_KEYS = frozenset({"institution", "policy", "valid_from", "valid_to", "grade_catalogues"})


class InvalidAssignments(ValueError):
    """An assignment file cannot be used; the message names every defect."""


class NotAssigned(LookupError):
    """Nothing is assigned on this day."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One institution's policy on some days; institution is "" for everybody else.

    grade_catalogues: ids of the documents whose grades count at that institution.
    """

    institution: str
    policy: str
    valid_from: date
    valid_to: date | None
    grade_catalogues: tuple[str, ...]

    def covers(self, day: date) -> bool:
        """Whether the assignment is in force that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Assignments:
    """All assignments, oldest first for each institution."""

    rows: Mapping[str, tuple[Assignment, ...]] = field(default_factory=dict)

    def on(self, institution: str, day: date) -> Assignment:
        """The institution's assignment that day; before its own first row, everybody's.

        Raises:
            NotAssigned: the day lies before every assignment.
        """
        for name in (institution, EVERYBODY):
            for row in self.rows.get(name, ()):
                if row.covers(day):
                    return row
        raise NotAssigned(f"no policy is assigned on {day.isoformat()}")


def load_assignments(
    texts: Iterable[str], policies: Mapping[str, date], catalogues: Collection[str]
) -> Assignments:
    """The assignments of some TOML texts; a later text replaces all rows of an institution.

    Args:
        texts: the packaged file, then a local one.
        policies: the installed policies with their first days.
        catalogues: ids of the graded catalogues.

    Raises:
        InvalidAssignments: a row is defective, or the rows of an institution leave a gap, overlap,
            or come to an end.
    """
    rows: dict[str, tuple[Assignment, ...]] = {}
    defects: list[str] = []
    for text in texts:
        stated, bad = _read(text, catalogues)
        defects += bad
        rows.update(stated)
    if EVERYBODY not in rows and not defects:
        defects.append("there is no assignment for everybody")
    for stated_rows in rows.values():
        defects += _succession_defects(stated_rows)
        defects += _policy_defects(stated_rows, policies)
    if defects:
        raise InvalidAssignments("; ".join(defects))
    return Assignments(rows)


def _read(
    text: str, catalogues: Collection[str]
) -> tuple[dict[str, tuple[Assignment, ...]], list[str]]:
    groups: defaultdict[str, list[Assignment]] = defaultdict(list)
    defects: list[str] = []
    for number, row in enumerate(tomllib.loads(text).get("assignments", []), start=1):
        bad = [f"assignment {number}: {reason}" for reason in _row_defects(row, catalogues)]
        defects += bad
        if not bad:
            groups[row.get("institution", EVERYBODY)].append(_assignment(row, catalogues))
    return {
        name: tuple(sorted(g, key=lambda a: a.valid_from)) for name, g in groups.items()
    }, defects


def _row_defects(row: Mapping[str, Any], catalogues: Collection[str]) -> Iterator[str]:
    yield from (f"{key} is not known" for key in sorted(row.keys() - _KEYS))
    if not isinstance(row.get("policy"), str):
        yield "needs a policy"
    if not isinstance(row.get("valid_from"), date):
        yield "needs valid_from, a date"
    if not isinstance(row.get("valid_to"), date | None):
        yield "valid_to is no date"
    foreign = set(row.get("grade_catalogues", ())) - set(catalogues)
    yield from (f"there is no graded catalogue {name!r}" for name in sorted(foreign))


def _assignment(row: Mapping[str, Any], catalogues: Collection[str]) -> Assignment:
    return Assignment(
        row.get("institution", EVERYBODY),
        row["policy"],
        row["valid_from"],
        row.get("valid_to"),
        tuple(row.get("grade_catalogues", catalogues)),
    )


def _succession_defects(rows: tuple[Assignment, ...]) -> Iterator[str]:
    label = rows[0].institution or "everybody"
    if rows[-1].valid_to is not None:
        yield f"{label}: no policy after {rows[-1].valid_to.isoformat()}"
    for earlier, later in pairwise(rows):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            yield f"{label}: two policies on {later.valid_from.isoformat()}"
        elif earlier.valid_to + timedelta(days=1) != later.valid_from:
            yield f"{label}: no policy after {earlier.valid_to.isoformat()}"


def _policy_defects(rows: Iterable[Assignment], policies: Mapping[str, date]) -> Iterator[str]:
    for row in rows:
        if row.policy not in policies:
            yield f"there is no policy {row.policy!r}"
        elif row.valid_from < policies[row.policy]:
            yield f"{row.policy} is not in force on {row.valid_from.isoformat()}"
