"""Recorded codes against a code expression: yes, coarse (may be), no.

A category matches by prefix, a full code exactly, and a record that is too short is coarse: it may
lead to a hint, never to an automatic effect.
"""

from collections.abc import Collection, Iterator
from enum import IntEnum

from item_catalog.clinical_context.code_expressions import (
    Code,
    CodeExpression,
    CodeItem,
    CodeSystem,
    Conjunction,
)
from item_catalog.clinical_context.recorded_codes import DiagnosisEntry

MORPHOLOGY_GROUP = "M/"
_WHOLE_HISTOLOGY = 5
_BARE_HISTOLOGY = 4  # M8936/3: the fifth digit is left out when it is 0


class CodeMatch(IntEnum):
    """How surely a record is what an expression means; the weakest item decides a conjunction."""

    NO = 0
    COARSE = 1
    YES = 2


def match_diagnoses(expression: CodeExpression, entries: Collection[DiagnosisEntry]) -> CodeMatch:
    """The strongest alternative over recorded diagnoses.

    Items with a morphology must come from one entry (site and morphology of one tumor); etiology
    and manifestation (A18.800x014 + K23.0*) are two entries.
    """
    return max(_match_conjunction(items, entries) for items in expression.alternatives)


def match_procedures(expression: CodeExpression, events: Collection[Collection[str]]) -> CodeMatch:
    """The strongest alternative over operation events; a conjunction is met within one event."""
    return max(
        (
            min(_best(_match_item(item, code) for code in event) for item in items)
            for event in events
            for items in expression.alternatives
        ),
        default=CodeMatch.NO,
    )


def groups(expression: CodeExpression) -> frozenset[str]:
    """Three-character categories (two for procedures) under which a match must be recorded.

    `MORPHOLOGY_GROUP` stands for an alternative that has a morphology only.
    """
    return frozenset(
        group for items in expression.alternatives for group in _conjunction_groups(items)
    )


def group_of(code: str) -> str:
    """The group of a recorded code."""
    return code[:3] if code[:1].isalpha() else code[:2]


def _match_conjunction(items: Conjunction, entries: Collection[DiagnosisEntry]) -> CodeMatch:
    if any(item.system is CodeSystem.MORPHOLOGY for item in items):
        alone = len(items) == 1
        return _best(min(_match_entry(item, entry, alone) for item in items) for entry in entries)
    return min(_best(_match_entry(item, entry, True) for entry in entries) for item in items)


def _match_entry(item: CodeItem, entry: DiagnosisEntry, alone: bool) -> CodeMatch:
    if item.system is not CodeSystem.MORPHOLOGY:
        return CodeMatch.NO if entry.code is None else _match_item(item, entry.code)
    if entry.morphology is None:
        # Orders and reports seldom carry it: beside a site it stays open, alone it says nothing.
        return CodeMatch.NO if alone else CodeMatch.COARSE
    return _match_morphology(item, entry.morphology)


def _match_item(item: CodeItem, recorded: str) -> CodeMatch:
    return _match_code(item.low, recorded) if item.high is None else _match_range(item, recorded)


def _match_code(code: Code, recorded: str) -> CodeMatch:
    if recorded == code.text or (not code.is_full and recorded.startswith(code.text)):
        return CodeMatch.YES
    return CodeMatch.COARSE if code.text.startswith(recorded) else CodeMatch.NO


def _match_range(item: CodeItem, recorded: str) -> CodeMatch:
    low, high = _ends(item)
    if item.low.is_full and len(recorded) > len(low):
        return CodeMatch.NO
    length = min(len(low), len(recorded))
    if not low[:length] <= recorded[:length] <= high[:length]:
        return CodeMatch.NO
    return CodeMatch.COARSE if length < len(low) else CodeMatch.YES


def _match_morphology(item: CodeItem, recorded: str) -> CodeMatch:
    low, high = _ends(item)
    histology, _, behavior = recorded[1:].partition("/")
    if behavior != low[-1]:
        return CodeMatch.NO
    if low[1:-2] <= histology.ljust(_WHOLE_HISTOLOGY, "0") <= high[1:-2]:
        return CodeMatch.YES
    in_reach = low[1 : 1 + _BARE_HISTOLOGY] <= histology <= high[1 : 1 + _BARE_HISTOLOGY]
    return CodeMatch.COARSE if len(histology) == _BARE_HISTOLOGY and in_reach else CodeMatch.NO


def _ends(item: CodeItem) -> tuple[str, str]:
    return item.low.text, (item.high or item.low).text


def _best(matches: Iterator[CodeMatch]) -> CodeMatch:
    return max(matches, default=CodeMatch.NO)


def _conjunction_groups(items: Conjunction) -> Iterator[str]:
    sited = [item for item in items if item.system is not CodeSystem.MORPHOLOGY]
    for item in sited:
        yield from _item_groups(item)
    if not sited:
        yield MORPHOLOGY_GROUP


def _item_groups(item: CodeItem) -> Iterator[str]:
    """Every group from the one end to the other; procedures have no letter."""
    low, high = (group_of(end) for end in _ends(item))
    first, last = low[:-2], high[:-2]
    letters = map(chr, range(ord(first), ord(last) + 1)) if first else ("",)
    every = (f"{letter}{number:02d}" for letter in letters for number in range(100))
    return (group for group in every if low <= group <= high)
