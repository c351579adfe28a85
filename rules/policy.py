"""A policy: one document, the days it is in force, its clauses in the order of the text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from rules.assignments import Assignment, Assignments, NotAssigned
from rules.facts import Facts
from rules.outcome import Finding
from rules.parameters import Parameters, ParametersInForce

_NOTHING_ASSIGNED: Final = Assignments()

Clause: TypeAlias = Callable[[Facts, ParametersInForce], Finding]
#: Judges what is held (names) and missing of a panel that several reports may cover.
PanelClause: TypeAlias = Callable[[tuple[str, ...], tuple[str, ...]], Finding]


@dataclass(frozen=True, slots=True)
class ChangedFacts:
    """Facts as they would have to be, and in words what is other about them."""

    facts: Facts
    words: str


#: The least changes of facts after which a clause would say something else; none if there is none.
Remedy: TypeAlias = Callable[[Facts, Finding, ParametersInForce], tuple[ChangedFacts, ...]]


class NoPolicyInForce(LookupError):
    """No installed policy has this id, or is in force on this day."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """One document as code: 文号, days in force (inclusive), clauses, parameters.

    remedies: by the code of a clause, in the order in which they are tried. ending: what
    would end a recognizable result.
    """

    id: str
    document: str
    valid_from: date
    valid_to: date | None
    clauses: tuple[Clause, ...]
    panel_clause: PanelClause
    parameters: Parameters
    remedies: Mapping[str, Remedy] = field(default_factory=dict)
    ending: Remedy | None = None


@dataclass(frozen=True, slots=True)
class Policies:
    """The installed policies and who follows which; those that nobody follows stay for replay."""

    policies: tuple[Policy, ...]
    assignments: Assignments = _NOTHING_ASSIGNED

    def policy_for(self, institution: str, day: date) -> Policy:
        """The one policy that a receiving institution follows that day.

        Raises:
            NoPolicyInForce: nothing is assigned, or the policy is not installed.
        """
        return self.policy(self._assigned(institution, day).policy)

    def grade_catalogues_for(self, institution: str, day: date) -> tuple[str, ...]:
        """The graded catalogues that an institution uses that day; raises `NoPolicyInForce`."""
        return self._assigned(institution, day).grade_catalogues

    def _assigned(self, institution: str, day: date) -> Assignment:
        try:
            return self.assignments.on(institution, day)
        except NotAssigned as missing:
            raise NoPolicyInForce(str(missing)) from None

    def policy(self, policy_id: str) -> Policy:
        """The policy of this id, whatever the day. Raises `NoPolicyInForce`."""
        for policy in self.policies:
            if policy.id == policy_id:
                return policy
        raise NoPolicyInForce(f"no policy {policy_id!r} is installed")
