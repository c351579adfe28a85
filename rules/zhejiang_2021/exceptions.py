"""四（三）: ten situations that may be 不列入互认范围或不受互认限制.

1 因病情变化，已有的检验、检查结果难以反映病人当前实际病情的项目；
2 检查、检验结果与疾病发展关联程度高、变化幅度大的项目；
3 检查、检验项目意义重大的，如手术、输血等重大医疗措施前的检查检验等；
4 原检查、检验结果与目前病情明显不符的；
5 认为原检查诊断结果有疑的；
6 图像质量和方法不能满足诊断要求的医学影像学检查；
7 急诊、急救等抢救生命的紧急状态下；
8 患者或其家属要求进一步复查的；
9 司法、伤残及病退等鉴定所需的；
10 其他符合诊疗需要，确需进行复查的情形。

Three effects: *auto* establishes the exception, *hint* shows its ground and changes nothing,
*manual* leaves it to the physician. A declaration on the order line establishes; 4 and 5 speak of
a result that was seen, 6 of images, 10 needs its ground in words. Known from the visit itself are 7
and 9, and 3 from a blood request. Spec: tests/spec/zhejiang_2021/test_four_three_*.py.
"""

from dataclasses import dataclass
from typing import Final

from rules.facts import Declared, Facts, RequestFacts
from rules.outcome import ClauseHead, Finding, Json, ParameterUsed, Verdict
from rules.parameters import ParametersInForce
from rules.policy import Clause
from rules.zhejiang_2021.document import head


@dataclass(frozen=True, slots=True)
class Inferred:
    """A ground found in the visit, with the parameter that says what follows from it."""

    ground: str
    effect: ParameterUsed
    shown: Json


_VERDICT_OF_EFFECT = {
    "auto": Verdict.ESTABLISHED,
    "hint": Verdict.HINT,
    "manual": Verdict.NOT_APPLICABLE,
}


def _heads() -> dict[str, ClauseHead]:
    return {f"E{n:02}": head(f"E{n:02}", f"四（三）{n}") for n in range(1, 11)}


HEADS: Final = _heads()
_UNTOUCHED: Final = {
    code: clause.finds(Verdict.NOT_APPLICABLE, "not_invoked", {"declared": False})
    for code, clause in HEADS.items()
}


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


def _exception(code: str, facts: Facts, inferred: Inferred | None = None) -> Finding:
    """The stronger of what the visit shows and what the physician declares.

    What the visit establishes goes first, because indicators leave inferred exceptions out.
    """
    declared = _declared(code, facts)
    if inferred is not None and inferred.effect.value == "auto":
        return _inferred(code, inferred, declared)
    if declared is not None:
        verdict, ground = _judge_declared(code, declared, facts)
        looked_at: dict[str, Json] = {"declared": True, "text": declared.text}
        return HEADS[code].finds(verdict, ground, {**looked_at, "author": declared.author})
    return _UNTOUCHED[code] if inferred is None else _inferred(code, inferred, None)


def _inferred(code: str, inferred: Inferred, declared: Declared | None) -> Finding:
    verdict = _VERDICT_OF_EFFECT[str(inferred.effect.value)]
    looked_at: dict[str, Json] = {"declared": declared is not None, "shown": inferred.shown}
    return HEADS[code].finds(verdict, inferred.ground, looked_at, inferred.effect)


def _declared_only(code: str) -> Clause:
    def clause(facts: Facts, _parameters: ParametersInForce) -> Finding:
        return _exception(code, facts)

    clause.__name__ = code.lower()
    clause.__doc__ = f"{HEADS[code].citation.paragraph}: established by declaration."
    return clause


e01 = _declared_only("E01")
e02 = _declared_only("E02")
e04 = _declared_only("E04")
e05 = _declared_only("E05")
e06 = _declared_only("E06")
e08 = _declared_only("E08")
e10 = _declared_only("E10")


def e03(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（三）3: declared, or a blood request before which the item must be fresh."""
    if not facts.request.blood_request:
        return _exception("E03", facts)
    effect = parameters.used("effect_blood_request", facts.item.code)
    return _exception("E03", facts, Inferred("blood_request", effect, facts.item.code))


def e07(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（三）7: declared, or rescue, or triage at rescue level, or an emergency visit."""
    return _exception("E07", facts, _emergency(facts.request, parameters))


def _emergency(request: RequestFacts, parameters: ParametersInForce) -> Inferred | None:
    if request.rescue:
        return Inferred("rescue", parameters.used("effect_rescue"), True)
    if request.triage in parameters.integers("rescue_triage_levels"):
        return Inferred("triage", parameters.used("effect_rescue"), request.triage)
    if request.visit_class == "emergency":
        return Inferred("emergency_visit", parameters.used("effect_emergency_visit"), "emergency")
    return None


def e09(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（三）9: declared, or the visit serves an appraisal."""
    purpose = facts.request.purpose
    if purpose not in parameters.words("appraisal_purposes"):
        return _exception("E09", facts)
    return _exception(
        "E09", facts, Inferred("appraisal", parameters.used("effect_appraisal"), purpose)
    )


CLAUSES: Final[tuple[Clause, ...]] = (e01, e02, e03, e04, e05, e06, e07, e08, e09, e10)


def is_inferred(finding: Finding) -> bool:
    """Whether the finding is an exception established by the visit itself, not by declaration."""
    return (
        finding.code in HEADS
        and finding.verdict is Verdict.ESTABLISHED
        and finding.ground != "declared"
    )
