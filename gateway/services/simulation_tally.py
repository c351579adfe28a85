"""What a simulation counts: sums that can be added up in any number of processes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

#: How many lines are shown of each kind of change.
EXAMPLES = 3


class Cell(NamedTuple):
    """Lines of one item at one institution that went from one outcome to another."""

    institution: str
    item: str
    before: str
    after: str


class ExceptionCell(NamedTuple):
    """An exception at one institution for one item, `established` or `hint`."""

    institution: str
    item: str
    code: str
    verdict: str


class Kind(NamedTuple):
    """A kind of change: the outcomes, and the clauses whose verdict changed."""

    before: str
    after: str
    clauses: tuple[str, ...]


@dataclass(slots=True)
class Sum:
    """Lines; those accepted and not undone, their price in fen, and how many have no price."""

    lines: int = 0
    accepted: int = 0
    fen: int = 0
    unpriced: int = 0

    def add(self, other: "Sum") -> None:
        """Take in another sum."""
        self.lines += other.lines
        self.accepted += other.accepted
        self.fen += other.fen
        self.unpriced += other.unpriced


@dataclass(slots=True)
class BeforeAfter:
    """How many lines have something before and after."""

    before: int = 0
    after: int = 0

    def add(self, other: "BeforeAfter") -> None:
        """Take in another count."""
        self.before += other.before
        self.after += other.after


@dataclass(slots=True)
class KindSum:
    """How many lines changed in this way, and some of them."""

    lines: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """All counts of a simulation or of a part of it; `items` names the items by code."""

    reminders: int = 0
    lines: int = 0
    determinations: int = 0
    cells: dict[Cell, Sum] = field(default_factory=dict)
    exceptions: dict[ExceptionCell, BeforeAfter] = field(default_factory=dict)
    kinds: dict[Kind, KindSum] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)

    def merge(self, later: "Tally") -> None:
        """Take in what was counted of later reminders; earlier examples stay."""
        self.reminders += later.reminders
        self.lines += later.lines
        self.determinations += later.determinations
        for cell, total in later.cells.items():
            self.cells.setdefault(cell, Sum()).add(total)
        for exception, counted in later.exceptions.items():
            self.exceptions.setdefault(exception, BeforeAfter()).add(counted)
        for kind, seen in later.kinds.items():
            self._merge_kind(kind, seen.lines, seen.examples)
        self.items |= later.items

    def _merge_kind(self, kind: Kind, lines: int, examples: Sequence[dict[str, Any]]) -> None:
        own = self.kinds.setdefault(kind, KindSum())
        own.lines += lines
        own.examples.extend(examples[: EXAMPLES - len(own.examples)])
