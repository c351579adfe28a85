"""手术（操作）分级: graded procedures of two catalogues, each row kept apart.

The catalogues disagree with each other and within themselves, so a grade is always asked of one
document, and the answer holds every matching row with the lowest and the highest grade.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple, Self, TypeAlias

from item_catalog.clinical_context.documents import NameCorrection
from item_catalog.clinical_context.names import name_key

_SEPARATOR: Final = "|"
_KEY_CELLS: Final = 4


class Grade(IntEnum):
    """一级 to 四级: difficulty and who may operate, not the strain on the patient."""

    ONE = 1
    TWO = 2
    THREE = 3
    FOUR = 4

    @property
    def label(self) -> str:
        """As printed."""
        return f"{'一二三四'[self - 1]}级"


class RowFlag(StrEnum):
    """Rows of which the name is no procedure's name and is never looked up."""

    WILDCARD = "wildcard_row"
    RULE = "rule_row"


class ProcedureKey(NamedTuple):
    """Where a row stands; chapter titles occur in two parts, printed numbers repeat."""

    document: str
    part: str
    chapter: str
    row: int

    def __str__(self) -> str:
        """`document|part|chapter|row`, as in a hospital's procedure mappings."""
        return _SEPARATOR.join((self.document, self.part, self.chapter, str(self.row)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the written form; raise `ValueError` for anything else."""
        cells = text.split(_SEPARATOR)
        if len(cells) != _KEY_CELLS or not (cells[3].isascii() and cells[3].isdigit()):
            raise ValueError(f"{text!r} is not of the form document|part|chapter|row")
        document, part, chapter, row = cells
        return cls(document, part, chapter, int(row))


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """One row as printed; `grade` is None in the parts that grade nothing.

    `departments` is our reading of the headings, as name keys; `correction` is a suspicion, never
    applied.
    """

    key: ProcedureKey
    name: str
    grade: Grade | None
    departments: frozenset[str]
    flags: tuple[str, ...]
    source_line: int
    correction: NameCorrection | None = None

    @property
    def has_own_name(self) -> bool:
        """False for catch-alls (新技术新项目手术) and for the rule about infants."""
        return not {RowFlag.WILDCARD, RowFlag.RULE} & set(self.flags)


@dataclass(frozen=True, slots=True)
class GradeAnswer:
    """What one document says of a procedure: its matching rows, in the order of the document.

    The cautious reading is `lowest` for an automatic effect and `highest` for a hint. Both are None
    where no matching row is graded, which does not mean that the procedure is minor.
    `department` is the one that narrowed the rows, None when all rows of the name are here.
    """

    document: str
    rows: tuple[ProcedureRow, ...]
    department: str | None = None

    @property
    def lowest(self) -> Grade | None:
        """The lowest grade of the rows."""
        return min(self._grades(), default=None)

    @property
    def highest(self) -> Grade | None:
        """The highest grade of the rows."""
        return max(self._grades(), default=None)

    @property
    def conflicting(self) -> bool:
        """Whether the rows state several grades."""
        return len(self._grades()) > 1

    def _grades(self) -> set[Grade]:
        return {row.grade for row in self.rows if row.grade is not None}


@dataclass(frozen=True, slots=True)
class GradeComparison:
    """One act as the two catalogues name and grade it; `synonym` pairs are the reader's judgement.

    Shown beside an answer, never used to find one.
    """

    surgical_name: str
    surgical_chapter: str
    surgical_grade: Grade
    interventional_name: str
    interventional_chapter: str
    interventional_grade: Grade
    kind: str

    @property
    def agree(self) -> bool:
        """Whether both catalogues state one grade."""
        return self.surgical_grade is self.interventional_grade


_NamedRows: TypeAlias = Mapping[tuple[str, str], tuple[ProcedureRow, ...]]


class ProcedureGrades:
    """The graded catalogues, ready for lookup; immutable after construction."""

    __slots__ = ("_by_key", "_by_name", "_by_suspected", "comparisons", "documents")

    def __init__(
        self, rows: Iterable[ProcedureRow], comparisons: Iterable[GradeComparison]
    ) -> None:
        """Index the rows by key, by (document, name) and by (document, suspected reading)."""
        self._by_key = {row.key: row for row in rows}
        self.documents = tuple(dict.fromkeys(key.document for key in self._by_key))
        self.comparisons = tuple(comparisons)
        named = [row for row in self._by_key.values() if row.has_own_name]
        self._by_name = _grouped((row.name, row) for row in named)
        self._by_suspected = _grouped(
            (row.correction.suspected_reading, row) for row in named if row.correction is not None
        )

    @property
    def rows(self) -> tuple[ProcedureRow, ...]:
        """Every row, document by document, in printed order."""
        return tuple(self._by_key.values())

    def row(self, key: ProcedureKey) -> ProcedureRow | None:
        """The row of a key, None when there is none."""
        return self._by_key.get(key)

    def grade(self, document: str, name: str, department: str | None = None) -> GradeAnswer | None:
        """What a document says of an exact name, None when the name is not in it.

        A department that some of the rows belong to narrows them to those; any other department
        leaves all rows standing.
        """
        rows = self._by_name.get((document, name_key(name)), ())
        if department is not None:
            own = tuple(row for row in rows if name_key(department) in row.departments)
            if own:
                return GradeAnswer(document, own, department)
        return GradeAnswer(document, rows) if rows else None

    def grade_of_row(self, key: ProcedureKey) -> GradeAnswer | None:
        """The answer for one row that a reviewed mapping names, None when there is no such row."""
        row = self._by_key.get(key)
        return None if row is None else GradeAnswer(key.document, (row,))

    def grades(self, name: str, department: str | None = None) -> tuple[GradeAnswer, ...]:
        """The answer of every document that knows the name; they may contradict each other."""
        found = (self.grade(document, name, department) for document in self.documents)
        return tuple(answer for answer in found if answer is not None)

    def suspected(self, document: str, name: str) -> tuple[ProcedureRow, ...]:
        """Rows that would have this name if a suspected misprint is one: a hint at most."""
        return self._by_suspected.get((document, name_key(name)), ())

    def comparisons_of(self, name: str) -> tuple[GradeComparison, ...]:
        """Pairs of the two catalogues in which one side has this exact name."""
        key = name_key(name)
        return tuple(
            pair
            for pair in self.comparisons
            if key in {name_key(pair.surgical_name), name_key(pair.interventional_name)}
        )


def _grouped(named: Iterable[tuple[str, ProcedureRow]]) -> _NamedRows:
    found: defaultdict[tuple[str, str], list[ProcedureRow]] = defaultdict(list)
    for name, row in named:
        found[row.key.document, name_key(name)].append(row)
    return {key: tuple(rows) for key, rows in found.items()}
