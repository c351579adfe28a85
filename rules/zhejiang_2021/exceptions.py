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

A declaration on the order line establishes; 4 and 5 speak of a result that was seen, 6 of images,
10 needs its ground in words. What the visit itself shows is read in the modules of 1 and 2
(disease_course), 3 (major_measures), 6 (image_technique), and here for 7 and 9.
Specs: tests/spec/zhejiang_2021/test_four_three_*.py.
"""

from collections.abc import Iterator
from typing import Final

from item_catalog.clinical_context.names import name_key
from rules.facts import Facts
from rules.outcome import Finding
from rules.parameters import ParametersInForce
from rules.policy import Clause
from rules.zhejiang_2021.disease_course import e01, e02
from rules.zhejiang_2021.exception_findings import (
    HEADS,
    Inferred,
    exception,
    is_inferred,
    strongest,
)
from rules.zhejiang_2021.image_technique import e06
from rules.zhejiang_2021.major_measures import e03

__all__ = ["CLAUSES", "is_inferred"]


def _declared_only(code: str) -> Clause:
    def clause(facts: Facts, _parameters: ParametersInForce) -> Finding:
        return exception(code, facts)

    clause.__name__ = code.lower()
    clause.__doc__ = f"{HEADS[code].citation.paragraph}: established by declaration."
    return clause


e04 = _declared_only("E04")
e05 = _declared_only("E05")
e08 = _declared_only("E08")
e10 = _declared_only("E10")


def e07(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（三）7: declared, or rescue, or triage at rescue level, or an emergency visit."""
    return exception("E07", facts, strongest(_emergency(facts, parameters)))


def _emergency(facts: Facts, parameters: ParametersInForce) -> Iterator[Inferred]:
    request = facts.request
    if request.rescue:
        yield Inferred("rescue", parameters.used("effect_rescue"), True)
    if request.triage in parameters.integers("rescue_triage_levels"):
        yield Inferred("triage", parameters.used("effect_rescue"), request.triage)
    if request.visit_class == "emergency":
        yield Inferred("emergency_visit", parameters.used("effect_emergency_visit"), "emergency")
    if request.clinical.diagnoses or request.clinical.planned:
        yield from _emergency_signs(facts, parameters)


def _emergency_signs(facts: Facts, parameters: ParametersInForce) -> Iterator[Inferred]:
    """Diagnoses and procedures of an emergency kind in a visit that is not flagged as one."""
    clinical = facts.request.clinical
    codes = parameters.words("emergency_procedure_codes")
    names = parameters.words("emergency_procedure_names")
    diagnoses = tuple(parameters.words("emergency_diagnosis_codes"))
    effect = parameters.used("effect_emergency_signs")
    for procedure in clinical.planned:
        if procedure.code in codes or name_key(procedure.name) in names:
            yield Inferred("emergency_procedure", effect, procedure.name or procedure.code)
    for diagnosis in clinical.diagnoses:
        if diagnosis.active and diagnosis.code.startswith(diagnoses):
            yield Inferred("emergency_diagnosis", effect, diagnosis.name or diagnosis.code)


def e09(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（三）9: declared, or the visit serves an appraisal."""
    purpose = facts.request.purpose
    if purpose not in parameters.words("appraisal_purposes"):
        return exception("E09", facts)
    return exception(
        "E09", facts, Inferred("appraisal", parameters.used("effect_appraisal"), purpose)
    )


CLAUSES: Final[tuple[Clause, ...]] = (e01, e02, e03, e04, e05, e06, e07, e08, e09, e10)
