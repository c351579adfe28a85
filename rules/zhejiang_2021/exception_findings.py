"""How an exception of 四（三） is found: declared by the physician, or inferred from the visit.

Three effects: *auto* establishes the exception, *hint* shows its ground and changes nothing,
*manual* leaves it to the physician. Of several grounds the strongest speaks. What the visit
establishes goes before a declaration, because indicators leave inferred exceptions out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from rules.facts import Declared, Facts
from rules.outcome import ClauseHead, Finding, Json, ParameterUsed, Verdict
from rules.zhejiang_2021.document import head

_VERDICT_OF_EFFECT: Final = {
    "auto": Verdict.ESTABLISHED,
    "hint": Verdict.HINT,
    "manual": Verdict.NOT_APPLICABLE,
}
_STRENGTHS: Final = (Verdict.NOT_APPLICABLE, Verdict.HINT, Verdict.ESTABLISHED)


@dataclass(frozen=True, slots=True)
class Inferred:
    """A ground found in the visit, with the parameter that says what follows from it.

    shown: what is named to the physician. details: whatever else was looked at. used: further
    parameter values. at_most_hint: the ground is too unsure to establish anything.
    """

    ground: str
    effect: ParameterUsed
    shown: Json
    details: Mapping[str, Json] = field(default_factory=dict)
    used: tuple[ParameterUsed, ...] = ()
    at_most_hint: bool = False

    @property
    def verdict(self) -> Verdict:
        """What follows from the ground."""
        verdict = _VERDICT_OF_EFFECT[str(self.effect.value)]
        return Verdict.HINT if self.at_most_hint and verdict is Verdict.ESTABLISHED else verdict


def _heads() -> dict[str, ClauseHead]:
    return {f"E{n:02}": head(f"E{n:02}", f"四（三）{n}") for n in range(1, 11)}


HEADS: Final = _heads()
_UNTOUCHED: Final = {
    code: clause.finds(Verdict.NOT_APPLICABLE, "not_invoked", {"declared": False})
    for code, clause in HEADS.items()
}


def strongest(grounds: Iterable[Inferred]) -> Inferred | None:
    """The ground with the strongest effect, the first of equals; None if there is none."""
    return max(grounds, key=lambda ground: _STRENGTHS.index(ground.verdict), default=None)


def exception(code: str, facts: Facts, inferred: Inferred | None = None) -> Finding:
    """The stronger of what the visit shows and what the physician declares."""
    declared = _declared(code, facts)
    if inferred is not None and inferred.verdict is Verdict.ESTABLISHED:
        return _inferred(code, inferred, declared)
    if declared is not None:
        verdict, ground = _judge_declared(code, declared, facts)
        looked_at: dict[str, Json] = {"declared": True, "text": declared.text}
        return HEADS[code].finds(verdict, ground, {**looked_at, "author": declared.author})
    return _UNTOUCHED[code] if inferred is None else _inferred(code, inferred, None)


def is_inferred(finding: Finding) -> bool:
    """Whether the finding is an exception established by the visit itself, not by declaration."""
    return (
        finding.code in HEADS
        and finding.verdict is Verdict.ESTABLISHED
        and finding.ground != "declared"
    )


def _declared(code: str, facts: Facts) -> Declared | None:
    return next((d for d in facts.request.declared if d.code == code), None)


def _judge_declared(code: str, declared: Declared, facts: Facts) -> tuple[Verdict, str]:
    if code == "E06" and facts.item.kind != "imaging":
        return Verdict.NOT_APPLICABLE, "imaging_only"
    if code in {"E04", "E05"} and facts.report.viewed is False:
        return Verdict.HINT, "not_viewed"
    if code == "E10" and not (declared.text or "").strip():
        return Verdict.HINT, "text_required"
    return Verdict.ESTABLISHED, "declared"


def _inferred(code: str, inferred: Inferred, declared: Declared | None) -> Finding:
    looked_at = {"declared": declared is not None, "shown": inferred.shown, **inferred.details}
    return HEADS[code].finds(
        inferred.verdict, inferred.ground, looked_at, inferred.effect, *inferred.used
    )
