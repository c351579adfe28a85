"""What is in force on a day, from rows of many imports of which none is ever deleted.

Rows speak of a key, such as an institution's code. On each day the newest batch that has a row of
that key for the day decides; a row that begins on the same day as an older one replaces it whole,
days after its own end included. Nothing that was replaced ever comes back.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic, TypeAlias, TypeVar

from gateway.canonical.institution import Validity

T = TypeVar("T")
Key: TypeAlias = tuple[str, ...]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One imported row: where it stands, what it speaks of, when it is valid, what it says."""

    batch: int
    line: int
    key: Key
    validity: Validity
    record: T


@dataclass(frozen=True, slots=True)
class Span(Generic[T]):
    """Days on which an entry is in force: its validity without what newer batches decide."""

    validity: Validity
    entry: Entry[T]


Timeline: TypeAlias = tuple[Span[T], ...]


def in_force(timeline: Timeline[T], on: date) -> T | None:
    """The record in force on a day; the first one where a key may have several."""
    for span in timeline:
        if span.validity.covers(on):
            return span.entry.record
    return None


def all_in_force(timeline: Timeline[T], on: date) -> tuple[T, ...]:
    """Every record in force on a day, in the order of the rows."""
    return tuple(span.entry.record for span in timeline if span.validity.covers(on))


@dataclass(frozen=True, slots=True)
class Chronicle(Generic[T]):
    """Every entry of a kind by key, and the spans in force, in the order of batch and line."""

    entries: Mapping[Key, tuple[Entry[T], ...]] = field(default_factory=dict)
    timelines: Mapping[Key, Timeline[T]] = field(default_factory=dict)

    def with_entries(self, added: Iterable[Entry[T]]) -> "Chronicle[T]":
        """The chronicle with further entries; only their keys are worked out anew."""
        groups: defaultdict[Key, list[Entry[T]]] = defaultdict(list)
        for entry in added:
            groups[entry.key].append(entry)
        if not groups:
            return self
        changed = {key: (*self.entries.get(key, ()), *group) for key, group in groups.items()}
        in_force_now = {key: _timeline(group) for key, group in changed.items()}
        return Chronicle({**self.entries, **changed}, {**self.timelines, **in_force_now})


def overlap(one: Validity, other: Validity) -> bool:
    """Whether two validities share a day."""
    return one.valid_from <= _last(other) and other.valid_from <= _last(one)


def _timeline(entries: Sequence[Entry[T]]) -> Timeline[T]:
    batches = _by_batch(entries)
    if len(batches) == 1:
        return tuple(Span(entry.validity, entry) for entry in entries)
    decided: list[Validity] = []
    replaced: set[date] = set()
    spans: list[Span[T]] = []
    for number in sorted(batches, reverse=True):
        for entry in batches[number]:
            if entry.validity.valid_from not in replaced:
                spans.extend(Span(rest, entry) for rest in _without(entry.validity, decided))
        decided.extend(entry.validity for entry in batches[number])
        replaced.update(entry.validity.valid_from for entry in batches[number])
    return tuple(sorted(spans, key=lambda span: (span.entry.batch, span.entry.line)))


def _by_batch(entries: Sequence[Entry[T]]) -> Mapping[int, list[Entry[T]]]:
    batches: defaultdict[int, list[Entry[T]]] = defaultdict(list)
    for entry in entries:
        batches[entry.batch].append(entry)
    return batches


def _without(validity: Validity, decided: list[Validity]) -> list[Validity]:
    """The days of a validity that none of the others has."""
    rests = [validity]
    for other in decided:
        rests = [rest for part in rests for rest in _cut(part, other)]
    return rests


def _cut(part: Validity, other: Validity) -> list[Validity]:
    if not overlap(part, other):
        return [part]
    rests = []
    if part.valid_from < other.valid_from:
        rests.append(Validity(part.valid_from, other.valid_from - _DAY))
    if other.valid_to is not None and other.valid_to < _last(part):
        rests.append(Validity(other.valid_to + _DAY, part.valid_to))
    return rests


def _last(validity: Validity) -> date:
    return validity.valid_to or date.max
