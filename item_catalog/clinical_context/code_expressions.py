"""编码表达式: the code cells of the oncology annexes and the restricted techniques, as a tree.

`/` is OR and binds loosest, `+` is AND, `-` is a range; the `/` inside M89360/3 belongs to the
code. The tree keeps the source order and the layout of the cell, so that it can be printed back as
it was; expressions are equal when they mean the same in the same order, whatever their layout.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

DIAGNOSIS_PATTERN: Final = r"[A-Z][0-9]{2}(?:\.[0-9x](?:[0-9]{1,2}(?:x[0-9]{3})?)?)?"
PROCEDURE_PATTERN: Final = r"[0-9]{2}\.[0-9x](?:[0-9x](?:[0-9]{2}(?:x[0-9]{3})?)?)?"
_FULL_LENGTH: Final = 7  # C34.101, N61.x06, 32.4100, 43.5x02: categories are shorter


class CodeSystem(StrEnum):
    """ICD-10 diagnoses, ICD-O morphology, ICD-9-CM-3 procedures (national clinical editions)."""

    DIAGNOSIS = "dx"
    MORPHOLOGY = "morph"
    PROCEDURE = "op"


@dataclass(frozen=True, slots=True)
class Code:
    """One code without its `*`; `asterisk` marks a manifestation code (K23.0*)."""

    system: CodeSystem
    text: str
    asterisk: bool = False

    @property
    def is_full(self) -> bool:
        """Whether it names one entry of the edition; a shorter code is a category."""
        return is_full_code(self.text)

    def __str__(self) -> str:
        """As printed."""
        return f"{self.text}*" if self.asterisk else self.text


@dataclass(frozen=True, slots=True)
class Layout:
    """How an item stood in its cell: blanks and brackets around it, and how a range was written.

    `shortened` is C38.1-3 for C38.1-C38.3.
    """

    before: str = ""
    after: str = ""
    hyphen: str = "-"
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class CodeItem:
    """A code, or with `high` the range from `low` to `high`, both included."""

    low: Code
    high: Code | None = None
    layout: Layout = field(default_factory=Layout, compare=False)

    @property
    def system(self) -> CodeSystem:
        """The system of the code or of both ends."""
        return self.low.system


Conjunction: TypeAlias = tuple[CodeItem, ...]


@dataclass(frozen=True, slots=True)
class CodeExpression:
    """Alternatives, each a conjunction of items; neither level is empty."""

    alternatives: tuple[Conjunction, ...]

    def items(self) -> Iterator[CodeItem]:
        """Every code and range, in source order."""
        for conjunction in self.alternatives:
            yield from conjunction

    def __str__(self) -> str:
        """The cell as it was printed in the source."""
        return "/".join("+".join(map(_printed, items)) for items in self.alternatives)

    @property
    def normal_form(self) -> str:
        """`C83.305 & M96805/3 | [C79.201..C79.203]`: one spelling for one meaning."""
        return " | ".join(" & ".join(map(_normal, items)) for items in self.alternatives)


def is_full_code(text: str) -> bool:
    """Whether a diagnosis or procedure code has its full length, with or without extension."""
    return len(text) >= _FULL_LENGTH


def _printed(item: CodeItem) -> str:
    layout = item.layout
    high = ""
    if item.high is not None:
        end = item.high.text[-1] if layout.shortened else str(item.high)
        high = f"{layout.hyphen}{end}"
    return f"{layout.before}{item.low}{high}{layout.after}"


def _normal(item: CodeItem) -> str:
    return str(item.low) if item.high is None else f"[{item.low}..{item.high}]"
