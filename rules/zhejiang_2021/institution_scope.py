"""互认机构, section 二.

二（一） 医学检验项目被互认的医疗机构需通过国家、省级室间质评。
二（二） 全省二级甲等及以上医疗机构、独立第三方医学检测机构间……予以互认（医学检验项目委托符合要求的
独立第三方医学检测机构开展检测的二级乙等及以下医疗机构纳入互认范畴）；全省二级乙等及以下医疗机构间……
予以互认，并对二级甲等及以上医疗机构、独立第三方医学检测机构……予以认可。
二（三） 城市医联体、县域医共体内各医疗机构……予以互认。

Reading chosen where the text is open: a pass of either scheme will do, and it must be valid on the
day of collection at the laboratory that did the test; inside one scheme a suspension or a failure
sets a pass aside from its own first day on, and not before; recognition is directed, from source to
receiver, and both are read on the day of the request; an alliance replaces the tier condition and
no other; 符合要求 means registered as independent laboratory on the day of collection, with a valid
assessment for the item. Specs: tests/spec/zhejiang_2021/test_two_*.py.
"""

from collections.abc import Iterable
from typing import Final

from rules.facts import Facts, LabFacts, Party
from rules.outcome import Finding, Json, Verdict
from rules.parameters import ParametersInForce
from rules.zhejiang_2021.document import head

EQA: Final = head("EQA", "二（一）")
TIER: Final = head("TIER", "二（二）")
ALLIANCE: Final = head("ALLIANCE", "二（三）")

UPPER, LOWER = "upper", "lower"


def eqa(facts: Facts, parameters: ParametersInForce) -> Finding:
    """二（一）: the performing laboratory's external quality assessment (EQA, 室间质评)."""
    if facts.item.kind != "lab":
        return EQA.finds(Verdict.NOT_APPLICABLE, "imaging", {"kind": facts.item.kind})
    schemes = parameters.used("eqa_schemes")
    verdict, ground = _assessed(facts, parameters)
    lab = facts.lab
    looked_at: dict[str, Json] = {
        "item": facts.report.code,
        "day": facts.eqa_day.isoformat() if facts.eqa_day else None,
        "laboratory": lab.performer.code if lab and lab.performer else None,
        "assessments": [f"{a.scheme}:{a.result}" for a in lab.assessments] if lab else [],
        "assessed": bool(lab and lab.assessed),
        "marks": list(recognition_marks(facts, parameters)),
    }
    return EQA.finds(verdict, ground, looked_at, schemes)


def _assessed(facts: Facts, parameters: ParametersInForce) -> tuple[Verdict, str]:
    lab = facts.lab
    if lab is None or facts.eqa_day is None:
        return Verdict.UNKNOWN, "day_unknown"
    if not lab.assessed:
        return Verdict.UNKNOWN, "no_rows"
    schemes = parameters.words("eqa_schemes")
    if _passed(lab, schemes):
        return Verdict.SATISFIED, "passed"
    results = {a.result for a in lab.assessments if a.scheme in schemes}
    for result in ("suspended", "fail"):
        if result in results:
            return Verdict.VIOLATED, result
    return Verdict.VIOLATED, "none_for_item"


def _passed(lab: LabFacts, schemes: Iterable[str]) -> list[str]:
    """The schemes of which every assessment in force that day is a pass."""
    results: dict[str, set[str]] = {}
    for assessment in lab.assessments:
        results.setdefault(assessment.scheme, set()).add(assessment.result)
    return [scheme for scheme in schemes if results.get(scheme) == {"pass"}]


def recognition_marks(facts: Facts, parameters: ParametersInForce) -> tuple[str, ...]:
    """The HR marks (scope + HR) that the performing laboratory's passes give the item that day.

    国卫医发〔2022〕6号: a pass of the national assessment is marked for the whole country, one of a
    province for the province.
    """
    if facts.lab is None or not facts.lab.assessed:
        return ()
    passed = _passed(facts.lab, parameters.words("eqa_schemes"))
    return tuple(parameters.word(f"hr_mark_{scheme}") for scheme in passed)


def alliance(facts: Facts, _parameters: ParametersInForce) -> Finding:
    """二（三）: source and receiver belong to one 城市医联体 or 县域医共体 that day."""
    shared = _shared_alliances(facts)
    verdict, ground = (
        (Verdict.SATISFIED, "shared") if shared else (Verdict.NOT_APPLICABLE, "none_shared")
    )
    return ALLIANCE.finds(verdict, ground, {**_sides(facts), "shared": list(shared)})


def _shared_alliances(facts: Facts) -> tuple[str, ...]:
    own = facts.request.receiver.alliances
    return tuple(code for code in facts.report.source.alliances if code in own)


def tier(facts: Facts, parameters: ParametersInForce) -> Finding:
    """二（二）: grades of source and receiver; replaced by 二（三） inside one alliance."""
    verdict, ground = _between(facts, parameters)
    looked_at = {**_sides(facts), **_performed_by(facts)}
    used = [parameters.used(name) for name in ("upper_tiers", "undetermined_tiers_count_as")]
    return TIER.finds(verdict, ground, looked_at, *used)


def _between(facts: Facts, parameters: ParametersInForce) -> tuple[Verdict, str]:
    if _shared_alliances(facts):
        return Verdict.NOT_APPLICABLE, "alliance"
    source = _side(facts.report.source, parameters)
    if source is None:
        return Verdict.UNKNOWN, "source_unknown"
    if source == UPPER:
        return Verdict.SATISFIED, "source_upper"
    receiver = _side(facts.request.receiver, parameters)
    if receiver == LOWER:
        return Verdict.SATISFIED, "both_lower"
    outsourced = _outsourced(facts, parameters)
    if outsourced is not None:
        return outsourced
    if receiver is None:
        return Verdict.UNKNOWN, "receiver_unknown"
    return Verdict.VIOLATED, "source_lower"


def _side(party: Party, parameters: ParametersInForce) -> str | None:
    """Which side of the line the institution stands on; None when that is not known."""
    if party.kind in parameters.words("upper_kinds"):
        return UPPER
    if party.tier in parameters.words("upper_tiers"):
        return UPPER
    if party.tier in parameters.words("lower_tiers"):
        return LOWER
    if party.tier in parameters.words("undetermined_tiers"):
        return parameters.word("undetermined_tiers_count_as")
    return None


def _outsourced(facts: Facts, parameters: ParametersInForce) -> tuple[Verdict, str] | None:
    """The parenthesis of 二（二）: a lab item done by a qualified independent laboratory."""
    performer = facts.lab.performer if facts.lab else None
    if performer is None or performer.code == facts.report.source.code:
        return None
    if performer.kind != "independent_laboratory":
        return None
    verdict, _ = _assessed(facts, parameters)
    if verdict is Verdict.SATISFIED:
        return Verdict.SATISFIED, "outsourced"
    if verdict is Verdict.UNKNOWN:
        return Verdict.UNKNOWN, "outsourced_unknown"
    return Verdict.VIOLATED, "outsourced_unqualified"


def _sides(facts: Facts) -> dict[str, Json]:
    source, receiver = facts.report.source, facts.request.receiver
    return {
        "source": source.code,
        "source_tier": source.tier,
        "source_kind": source.kind,
        "receiver": receiver.code,
        "receiver_tier": receiver.tier,
        "receiver_kind": receiver.kind,
    }


def _performed_by(facts: Facts) -> dict[str, Json]:
    performer = facts.lab.performer if facts.lab else None
    return {
        "performer": performer.code if performer else None,
        "performer_kind": performer.kind if performer else None,
    }
