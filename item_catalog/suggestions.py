"""Ranked candidates for a reviewer who maps local codes; nothing here is ever applied by itself.

Evidence is the name (character pairs in common, common short forms), a LOINC code used as local
code, the specimen and the unit. A name that states the other side is never offered.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from item_catalog.catalog import Edition
from item_catalog.items import ImagingItem, LabItem, Laterality, Modality
from item_catalog.mapping import MappedTo, MappingKind

Synonyms: TypeAlias = Mapping[MappedTo, tuple[str, ...]]

_FLOOR: Final = 0.3
_CONTRADICTED: Final = 0.5
_SUPPORTED: Final = 0.05
_SPECIMENS: Final = (
    ("尿", "urine"),
    ("便", "stool"),
    ("粪", "stool"),
    ("血", "blood"),
    ("urine", "urine"),
    ("stool", "stool"),
    ("blood", "blood"),
    ("serum", "blood"),
    ("plasma", "blood"),
)
_SIDES: Final = {Laterality.LEFT: "右", Laterality.RIGHT: "左"}


@dataclass(frozen=True, slots=True)
class LocalItem:
    """What is known of a local code: its texts, and unit, specimen or modality where stated."""

    kind: MappingKind
    local_code: str
    local_name: str
    unit: str = ""
    specimen: str = ""
    modality: Modality | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate target; `score` runs from 0 to 1, `reasons` are for the reviewer to read."""

    target: MappedTo
    name: str
    score: float
    reasons: tuple[str, ...]


def suggest(
    local: LocalItem, edition: Edition, synonyms: Synonyms, limit: int = 5
) -> tuple[Suggestion, ...]:
    """The best candidates of an edition for a local code, best first; ties in catalog order."""
    if local.kind == MappingKind.LAB:
        found = _lab_candidates(local, edition, synonyms)
    else:
        found = _imaging_candidates(local, edition)
    likely = [candidate for candidate in found if candidate.score >= _FLOOR]
    return tuple(sorted(likely, key=lambda candidate: -candidate.score)[:limit])


def _lab_candidates(local: LocalItem, edition: Edition, synonyms: Synonyms) -> Iterator[Suggestion]:
    for item in edition.lab_items:
        for component in (None, *_own_components(item)):
            target = MappedTo(item.code, component)
            name = item.name if component is None else component
            score, reason = _name_evidence(local, name, synonyms.get(target, ()))
            reasons = [reason]
            if component is None and item.loinc and local.local_code in item.loinc.codes:
                score, reasons = max(score, 0.9), [*reasons, "LOINC"]
            yield _weighed(local, item, Suggestion(target, name, score, tuple(reasons)))


def _own_components(item: LabItem) -> Iterator[str]:
    """Components that are no item of their own; the others are offered as items."""
    if item.panel is not None:
        for component in item.panel.components:
            if component.item is None:
                yield from component.parts


def _weighed(local: LocalItem, item: LabItem, candidate: Suggestion) -> Suggestion:
    """Let specimen and unit speak for or against a candidate found by name."""
    score = candidate.score
    reasons = list(candidate.reasons)
    stated = _specimens(local.specimen)
    expected = _specimens(item.loinc.specimen if item.loinc else "")
    if stated and expected:
        agrees = not stated.isdisjoint(expected)
        score = score + _SUPPORTED if agrees else score * _CONTRADICTED
        reasons.append("标本相符" if agrees else "标本不符")
    if local.unit and item.loinc and _plain(local.unit) == _plain(item.loinc.unit):
        score += _SUPPORTED
        reasons.append("单位相符")
    return Suggestion(candidate.target, candidate.name, min(score, 1.0), tuple(reasons))


def _imaging_candidates(local: LocalItem, edition: Edition) -> Iterator[Suggestion]:
    for item in edition.imaging_items:
        if not _contradicted(local, item):
            score, reason = _name_evidence(local, item.name, (item.definition,))
            yield Suggestion(MappedTo(item.code), item.name, score, (reason,))


def _contradicted(local: LocalItem, item: ImagingItem) -> bool:
    """Another modality, or a name that states the other side."""
    if local.modality is not None and local.modality != item.modality:
        return True
    other = _SIDES.get(item.laterality) if item.laterality is not None else None
    return other is not None and other in local.local_name


def _name_evidence(local: LocalItem, name: str, others: Iterable[str]) -> tuple[float, str]:
    texts = {_plain(local.local_name), _plain(local.local_code)} - {""}
    if not texts.isdisjoint(map(_plain, _spellings(name))):
        return 0.95, "名称相同"
    alternatives = tuple(map(_plain, others))
    if not texts.isdisjoint(alternatives):
        return 0.9, "通用简称"
    spellings = (*map(_plain, _spellings(name)), *alternatives)
    alike = max(_alike(_plain(local.local_name), spelling) for spelling in spellings)
    return 0.85 * alike, "名称相近"


def _spellings(name: str) -> tuple[str, ...]:
    """A name, and its part outside and inside brackets: 促甲状腺激素(TSH) is also TSH."""
    head, bracket, tail = unicodedata.normalize("NFKC", name).partition("(")
    return (name, head, tail.rstrip(")")) if bracket else (name,)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """Letters and digits only, NFKC, without case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _alike(one: str, other: str) -> float:
    """Dice coefficient of the character pairs of two texts, 0 to 1."""
    pairs, others = _pairs(one), _pairs(other)
    if not pairs or not others:
        return 0.0
    return 2 * len(pairs & others) / (len(pairs) + len(others))


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _specimens(text: str) -> frozenset[str]:
    plain = text.casefold()
    return frozenset(kind for word, kind in _SPECIMENS if word in plain)
