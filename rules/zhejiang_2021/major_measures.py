"""重大医疗措施前, 四（三）3.

3 检查、检验项目意义重大的，如手术、输血等重大医疗措施前的检查检验等；

Reading chosen where the text is open: 手术 has no grade in the text, so a grade never takes the
clause from the physician; it says how strongly the gateway speaks. A planned procedure of grade 三
or 四 (or on the institution's upper list, or a national technique that is major whatever its grade)
establishes the clause for the tests that belong before it, grade 二 is a hint, grade 一 nothing.
Where rows or catalogues disagree, the lowest grade may establish and the highest hint. A procedure
that no catalogue names is a hint: not found does not mean minor. Images belong to it only where
they show the operated region. The sets of tests and the window are dated parameters.
Specs: tests/spec/zhejiang_2021/test_four_three_planned.py, test_clause_recommendation.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from item_catalog.clinical_context.names import name_key
from rules.calendar import local_day
from rules.clinical_facts import PlannedFacts
from rules.facts import Facts
from rules.outcome import Finding, Json
from rules.parameters import ParametersInForce
from rules.zhejiang_2021.exception_findings import Inferred, exception, strongest

_GRADE_TWO, _GRADE_THREE, _GRADE_FOUR = 2, 3, 4


@dataclass(frozen=True, slots=True)
class _Basis:
    """Why a planned procedure matters, for which tests, and whether it can only hint.

    tests: `core` (the set before an operation), `bleeding` (blood count and coagulation) or
    `region` (images of the operated region).
    """

    name: str
    tests: str
    at_most_hint: bool = False


def e03(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（三）3: declared, or the item must be fresh before an operation or a transfusion."""
    clinical = facts.request.clinical
    if not (facts.request.blood_request or clinical.planned or clinical.anesthesia):
        return exception("E03", facts)
    grounds = [
        *_transfusion(facts, parameters),
        *_anesthesia(facts, parameters),
        *(found for plan in clinical.planned for found in _planned(plan, facts, parameters)),
    ]
    return exception("E03", facts, strongest(grounds))


def _transfusion(facts: Facts, parameters: ParametersInForce) -> Iterator[Inferred]:
    codes = parameters.words("transfusion_codes")
    planned = any(
        plan.code in codes and _is_near(plan.day, facts, parameters)
        for plan in facts.request.clinical.planned
    )
    if facts.request.blood_request or planned:
        effect = parameters.used("effect_blood_request", facts.item.code)
        yield Inferred("blood_request", effect, facts.item.code)


def _anesthesia(facts: Facts, parameters: ParametersInForce) -> Iterator[Inferred]:
    ordered = facts.request.clinical.anesthesia
    if not ordered:
        return
    kinds = {name_key(kind) for kind in parameters.words("anesthesia_kinds")}
    if name_key(ordered) in kinds and _belongs("core", "", facts, parameters):
        yield Inferred("anesthesia", parameters.used("effect_planned_anesthesia"), ordered)


def _planned(plan: PlannedFacts, facts: Facts, parameters: ParametersInForce) -> Iterator[Inferred]:
    if not _is_near(plan.day, facts, parameters):
        return
    for basis in _bases(plan, facts, parameters):
        if _belongs(basis.tests, plan.code, facts, parameters):
            yield Inferred(
                f"planned_{basis.name}",
                parameters.used(f"effect_planned_{basis.name}"),
                plan.name or plan.code,
                _details(plan, facts),
                (parameters.used("planned_procedure_days"),),
                basis.at_most_hint or plan.day is None,
            )


def _details(plan: PlannedFacts, facts: Facts) -> dict[str, Json]:
    """What of the plan was looked at, with the grades of every catalogue asked."""
    return {
        "code": plan.code,
        "day": plan.day.isoformat() if plan.day else None,
        "grades": [
            {"catalogue": g.document, "lowest": g.lowest, "highest": g.highest} for g in plan.grades
        ],
        "context_edition": facts.request.clinical.edition,
    }


def _is_near(day: date | None, facts: Facts, parameters: ParametersInForce) -> bool:
    """Whether the day lies inside the window; a plan without a day counts, as a hint."""
    today = local_day(facts.request.at)
    last = today + timedelta(days=parameters.integer("planned_procedure_days"))
    return day is None or today <= day <= last


def _belongs(tests: str, code: str, facts: Facts, parameters: ParametersInForce) -> bool:
    """Whether the ordered item is one of these tests."""
    item = facts.item
    if tests == "region":
        shown = tuple(parameters.words("shows_operations", item.code))
        return item.kind == "imaging" and code.startswith(shown)
    return item.code in parameters.words(f"{tests}_items")


def _bases(plan: PlannedFacts, facts: Facts, parameters: ParametersInForce) -> Iterator[_Basis]:
    """Everything that makes the procedure matter; the national list goes before the local ones."""
    if plan.listed == "major":
        yield _Basis("listed_major", "core")
        yield _Basis("listed_major_images", "region")
    elif plan.placed == "lower":
        if max((grade.highest for grade in plan.grades), default=0) >= _GRADE_THREE:
            yield _Basis("lower_list", "bleeding")
    else:
        yield from _graded(plan, facts, parameters)
    if plan.placed == "upper":
        yield _Basis("upper_list", "core")
    if plan.listed == "restricted":
        yield _Basis("restricted", "bleeding")
    if not plan.grades and plan.listed is None and plan.placed is None:
        yield from _ungraded(plan, parameters)


def _graded(plan: PlannedFacts, facts: Facts, parameters: ParametersInForce) -> Iterator[_Basis]:
    if not plan.grades:
        return
    lowest = _effective(min(g.lowest for g in plan.grades), plan, facts, parameters)
    highest = _effective(max(g.highest for g in plan.grades), plan, facts, parameters)
    for grade in sorted({lowest, highest}):
        unsure = grade != lowest
        if grade >= _GRADE_TWO:
            yield _Basis(f"grade_{grade}", "core", unsure)
        if grade >= _GRADE_THREE:
            yield _Basis(f"grade_{grade}_images", "region", unsure)


def _effective(grade: int, plan: PlannedFacts, facts: Facts, parameters: ParametersInForce) -> int:
    """年龄小于1周岁的三级手术 count as 四 in the departments of which the catalogue says so."""
    if grade != _GRADE_THREE or not facts.request.clinical.infant:
        return grade
    departments = {name_key(name) for name in parameters.words("infant_departments")}
    return _GRADE_FOUR if name_key(plan.department) in departments else grade


def _ungraded(plan: PlannedFacts, parameters: ParametersInForce) -> Iterator[_Basis]:
    if plan.section == "basic_invasive":
        yield _Basis("basic_invasive", "bleeding")
    elif plan.section == "anesthesia":
        yield _Basis("anesthesia", "core")
    elif plan.core_technique:
        yield _Basis("core_technique", "core")
    elif not plan.named and not plan.code.startswith(_non_operative(parameters)):
        yield _Basis("unlisted", "core")


def _non_operative(parameters: ParametersInForce) -> tuple[str, ...]:
    return tuple(parameters.words("non_operative_codes"))
