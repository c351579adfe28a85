"""病情变化 and 变化幅度大, 四（三）1 and 2.

1 因病情变化，已有的检验、检查结果难以反映病人当前实际病情的项目；
2 检查、检验结果与疾病发展关联程度高、变化幅度大的项目；

Reading chosen where the text is open: for 1, an active diagnosis that began after the day of the
result, or a procedure since that day (the day itself included, as its hour is not known), is worth
a hint. For 2, each volatile item has hours within which its result still stands; an older one is
worth a hint, and with an acute organ failure as an active, fully coded diagnosis it is established.
Tumors are hinted at where the result is older than the last operation or a new tumor diagnosis, and
before the next cycle of treatment. Not being on a list proves nothing.
Specs: tests/spec/zhejiang_2021/test_four_three_change.py, test_four_three_volatility.py.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from rules.calendar import local_day
from rules.clinical_facts import ClinicalFacts
from rules.facts import Anchor, Facts
from rules.outcome import Finding, Json
from rules.parameters import ParametersInForce
from rules.zhejiang_2021.exception_findings import Inferred, exception, strongest
from rules.zhejiang_2021.validity_period import anchor_of

_HOUR = timedelta(hours=1)


def e01(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（三）1: declared; hint: a diagnosis or a treatment since the result."""
    clinical = facts.request.clinical
    if not clinical.diagnoses and not clinical.performed:
        return exception("E01", facts)
    return exception("E01", facts, strongest(_changes(facts, parameters)))


def e02(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（三）2: declared; a volatile item that is too old, a failing organ, a treated tumor."""
    stands = parameters.integer("volatility_hours", facts.item.code)
    clinical = facts.request.clinical
    if not stands and not clinical.diagnoses and not clinical.planned:
        return exception("E02", facts)
    age = _age_hours(facts, parameters)
    grounds = [
        *_organ_failure(facts, age, parameters),
        *_volatility(facts, age, parameters),
        *_tumor(facts, parameters),
        *_treatment_cycle(facts, parameters),
    ]
    return exception("E02", facts, strongest(grounds))


def _anchor(facts: Facts, parameters: ParametersInForce) -> Anchor | None:
    item = facts.item
    return anchor_of(facts.report.anchors, item.kind, parameters, item.code)


def _changes(facts: Facts, parameters: ParametersInForce) -> Iterator[Inferred]:
    anchor = _anchor(facts, parameters)
    if anchor is None:
        return
    since = local_day(anchor.at)
    details: dict[str, Json] = {"since": since.isoformat()}
    for name in _new_diagnoses(facts.request.clinical, since):
        yield Inferred("new_diagnosis", parameters.used("effect_new_diagnosis"), name, details)
    for name in _treatments(facts.request.clinical, since, parameters):
        yield Inferred("treated_since", parameters.used("effect_treated_since"), name, details)


def _new_diagnoses(clinical: ClinicalFacts, since: date) -> Iterator[str]:
    for diagnosis in clinical.diagnoses:
        if diagnosis.active and diagnosis.onset is not None and diagnosis.onset > since:
            yield diagnosis.name or diagnosis.code


def _treatments(
    clinical: ClinicalFacts, since: date, parameters: ParametersInForce
) -> Iterator[str]:
    """Procedures that treat; what only examines changes nothing."""
    examining = tuple(parameters.words("examining_procedure_codes"))
    for procedure in clinical.performed:
        treats = not procedure.code.startswith(examining)
        if treats and procedure.day is not None and procedure.day >= since:
            yield procedure.name or procedure.code


def _organ_failure(
    facts: Facts, age: int | None, parameters: ParametersInForce
) -> Iterator[Inferred]:
    failing = [d for d in facts.request.clinical.diagnoses if d.organ_failure != "no"]
    if not failing:
        return
    surely = [d for d in failing if d.active and d.organ_failure == "yes"]
    named = (surely or failing)[0]
    shown = named.name or named.code
    stands = parameters.used("organ_failure_hours", facts.item.code)
    limit = parameters.integer("organ_failure_hours", facts.item.code)
    details: dict[str, Json] = {"age_hours": age, "stands_hours": limit}
    if not surely or not limit or age is None:
        effect = parameters.used("effect_organ_failure_possible")
        yield Inferred("organ_failure_possible", effect, shown, details, (stands,))
    elif age > limit:
        effect = parameters.used("effect_organ_failure")
        yield Inferred("organ_failure", effect, shown, details, (stands,))


def _volatility(facts: Facts, age: int | None, parameters: ParametersInForce) -> Iterator[Inferred]:
    limit = parameters.integer("volatility_hours", facts.item.code)
    if limit and age is not None and age > limit:
        stands = parameters.used("volatility_hours", facts.item.code)
        details: dict[str, Json] = {"age_hours": age, "stands_hours": limit}
        effect = parameters.used("effect_volatile")
        yield Inferred("volatile", effect, facts.item.name, details, (stands,))


def _age_hours(facts: Facts, parameters: ParametersInForce) -> int | None:
    """Whole hours since the result's anchor; None when no anchor is known."""
    anchor = _anchor(facts, parameters)
    return None if anchor is None else (facts.request.at - anchor.at) // _HOUR


def _tumor(facts: Facts, parameters: ParametersInForce) -> Iterator[Inferred]:
    """A result of a tumor patient from before the last operation or a later tumor diagnosis."""
    follows = facts.item.kind == "imaging"
    if not follows and facts.item.code not in parameters.words("tumor_marker_items"):
        return
    clinical, anchor = facts.request.clinical, _anchor(facts, parameters)
    tumors = [d for d in clinical.diagnoses if d.active and d.neoplasm]
    if not tumors or anchor is None:
        return
    since = local_day(anchor.at)
    progressed = [d.name or d.code for d in tumors if d.onset is not None and d.onset > since]
    for name in (*progressed, *_treatments(clinical, since, parameters)):
        details: dict[str, Json] = {"since": since.isoformat()}
        yield Inferred("tumor_course", parameters.used("effect_tumor_course"), name, details)


def _treatment_cycle(facts: Facts, parameters: ParametersInForce) -> Iterator[Inferred]:
    """Counts and organ functions before the next course of chemotherapy or radiotherapy."""
    if facts.item.code not in parameters.words("treatment_cycle_items"):
        return
    codes = tuple(parameters.words("treatment_cycle_codes"))
    for procedure in facts.request.clinical.planned:
        if procedure.code.startswith(codes):
            effect = parameters.used("effect_treatment_cycle")
            yield Inferred("treatment_cycle", effect, procedure.name or procedure.code)
