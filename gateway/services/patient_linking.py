"""Whose data this is: exact identifiers or an explicit no-match, never a guess.

Two people are the same only through equal (type, number); a resident ID number never gives way to
another one. A hospital's own number is tied to an identity document when that hospital states
both in one message. Whatever contradicts this is a conflict for a person to solve.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Match(StrEnum):
    """How a message was linked."""

    EXACT = "exact"
    NEW = "new"
    NONE = "none"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Claim:
    """One identifier that a message claims: its lookup hash, and whether it is a resident ID."""

    key: bytes
    is_resident_id: bool


@dataclass(frozen=True, slots=True)
class Link:
    """The outcome for one message.

    person: the key to use (EXACT only). bind: claims to tie to it. absorb: persons found to be the
    same, known so far without a resident ID number.
    """

    match: Match
    person: str = ""
    bind: tuple[Claim, ...] = ()
    absorb: tuple[str, ...] = ()


@dataclass(slots=True)
class KnownPersons:
    """What is known about the identifiers of a batch, kept current while it is worked off."""

    person_of: dict[bytes, str] = field(default_factory=dict)
    resident_of: dict[str, bytes] = field(default_factory=dict)

    def bind(self, person: str, claims: Iterable[Claim]) -> None:
        """Tie claims to a person."""
        for claim in claims:
            self.person_of[claim.key] = person
            if claim.is_resident_id:
                self.resident_of[person] = claim.key

    def absorb(self, person: str, others: Iterable[str]) -> None:
        """Let a person stand for others as well."""
        absorbed = set(others)
        for key, owner in self.person_of.items():
            if owner in absorbed:
                self.person_of[key] = person


def link(claims: tuple[Claim, ...], known: KnownPersons) -> Link:
    """How a patient with these claims is linked to the persons known."""
    if not claims:
        return Link(Match.NONE)
    persons = list(dict.fromkeys(p for c in claims if (p := known.person_of.get(c.key))))
    if _contradict(claims, persons, known):
        return Link(Match.CONFLICT)
    unknown = tuple(c for c in dict.fromkeys(claims) if c.key not in known.person_of)
    if not persons:
        return Link(Match.NEW, bind=unknown)
    person = next((p for p in persons if p in known.resident_of), persons[0])
    return Link(Match.EXACT, person, unknown, tuple(p for p in persons if p != person))


def _contradict(claims: tuple[Claim, ...], persons: list[str], known: KnownPersons) -> bool:
    """Whether more than one resident ID number would belong to one person."""
    residents = {c.key for c in claims if c.is_resident_id}
    residents.update(known.resident_of[p] for p in persons if p in known.resident_of)
    return len(residents) > 1
