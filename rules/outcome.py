"""What the engine answers: outcome, findings with their grounds, coverage, determination.

The engine *determines* (判定); whether a result is accepted is the physician's *decision*
(四（二）) and has other words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from rules.facts import Facts

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


class Outcome(StrEnum):
    """Outcome of a determination, worst first; a clause can only make it worse."""

    NOT_RECOGNIZABLE = "NOT_RECOGNIZABLE"
    EXEMPT = "EXEMPT"
    UNDETERMINED = "UNDETERMINED"
    DISCRETIONARY = "DISCRETIONARY"
    RECOGNIZABLE = "RECOGNIZABLE"

    @property
    def rank(self) -> int:
        """0 for the worst outcome, 4 for the best."""
        return _RANKS[self]


_RANKS = {outcome: rank for rank, outcome in enumerate(Outcome)}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of the outcomes; RECOGNIZABLE if there is none."""
    return min(outcomes, key=_RANKS.__getitem__, default=Outcome.RECOGNIZABLE)


class Verdict(StrEnum):
    """What one clause says about one set of facts."""

    SATISFIED = "satisfied"
    VIOLATED = "violated"
    DISCRETIONARY = "discretionary"
    ESTABLISHED = "established"
    HINT = "hint"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a finding stands in the document: document number and paragraph."""

    document: str
    paragraph: str


@dataclass(frozen=True, slots=True)
class ParameterUsed:
    """A parameter value that a finding relied on, with its dates (ISO) and its source."""

    name: str
    value: Json
    valid_from: str
    valid_to: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one clause.

    code: stable code (`WINDOW`, `E07`); ground: a stable word for why, rendered by `rules.wording`;
    facts: what was looked at, JSON-able; mapping_blocked: the images contradict the mapped item, so
    the mapping must be reviewed before anything may be relied on.
    """

    code: str
    citation: Citation
    verdict: Verdict
    ground: str
    facts: Mapping[str, Json]
    parameters: tuple[ParameterUsed, ...] = ()
    mapping_blocked: bool = False

    @property
    def clause(self) -> str:
        """The Chinese paragraph, as in `四（三）7`."""
        return self.citation.paragraph


@dataclass(frozen=True, slots=True)
class ClauseHead:
    """Code and place of a clause; makes its findings."""

    code: str
    citation: Citation

    def finds(
        self, verdict: Verdict, ground: str, facts: Mapping[str, Json], *parameters: ParameterUsed
    ) -> Finding:
        """The finding of this clause with its verdict and ground."""
        return Finding(self.code, self.citation, verdict, ground, facts, parameters)


class CoverageKind(StrEnum):
    """How much of the ordered item is held."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Components held and missing, by name; the missing ones are the residual order."""

    kind: CoverageKind
    held: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def coverage(held: tuple[str, ...], missing: tuple[str, ...]) -> Coverage:
    """The coverage that these names amount to."""
    if not held:
        return Coverage(CoverageKind.NONE, held, missing)
    return Coverage(CoverageKind.PARTIAL if missing else CoverageKind.FULL, held, missing)


@dataclass(frozen=True, slots=True)
class Determination:
    """Outcome and findings for one set of facts, with the policy and edition that were used."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    facts: Facts
    policy: str
    edition: str
