"""国卫医发〔2022〕6号 as code, in force since 2022-03-01: what repeats is inherited, and re-cited.

Where the text repeats 浙卫发〔2021〕33号 the clauses are those of `rules.zhejiang_2021`; they cite
this document. It knows no grade of institutions, no alliance, no period and no detection system, so
those clauses are absent. Of the ten exceptions it has six: E05 (doubt), E06 (image quality) and E08
(wish of the patient) are no situations of their own here and are invoked as E10, with their ground.
Specs: tests/spec/national_2022/.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib import resources
from typing import Final

from rules.facts import Facts
from rules.outcome import Citation, Finding
from rules.parameters import ParametersInForce, load_parameters
from rules.policy import Clause, PanelClause, Policy
from rules.zhejiang_2021.disease_course import e01, e02
from rules.zhejiang_2021.exceptions import e04, e07, e09, e10
from rules.zhejiang_2021.institution_scope import eqa
from rules.zhejiang_2021.item_scope import cover, cover_panel, scope
from rules.zhejiang_2021.major_measures import e03
from rules.zhejiang_2021.parameter_kinds import PARAMETER_KINDS
from rules.zhejiang_2021.remedies import REMEDIES, end_of_validity
from rules.zhejiang_2021.report_quality import complete, status

POLICY_ID: Final = "national_2022"
DOCUMENT: Final = "国卫医发〔2022〕6号"
IN_FORCE_FROM: Final = date(2022, 3, 1)

#: Where a finding of an inherited clause stands in this document.
_PARAGRAPHS: Final[Mapping[str, str]] = {
    "EQA": "互认标识",
    "SCOPE": "互认项目",
    "COVER": "互认项目",
    "COMPLETE": "第二条",
    "STATUS": "第二条",
    "E01": "重新检查（一）",
    "E02": "重新检查（二）",
    "E03": "重新检查（三）",
    "E04": "重新检查（一）",
    "E07": "重新检查（四）",
    "E09": "重新检查（五）",
    "E10": "重新检查（六）",
}


def _cited(finding: Finding) -> Finding:
    return replace(finding, citation=_CITATIONS[finding.code])


def _inherited(clause: Clause) -> Clause:
    def cited(facts: Facts, parameters: ParametersInForce) -> Finding:
        return _cited(clause(facts, parameters))

    cited.__name__, cited.__doc__ = clause.__name__, clause.__doc__
    return cited


def _panel(clause: PanelClause) -> PanelClause:
    return lambda held, missing: _cited(clause(held, missing))


_CITATIONS: Final = {code: Citation(DOCUMENT, place) for code, place in _PARAGRAPHS.items()}
CLAUSES: Final[tuple[Clause, ...]] = tuple(
    _inherited(clause)
    for clause in (
        eqa, scope, complete, status, e01, e04, e02, e03, e07, e09, e10, cover,
    )
)  # fmt: skip


def load_policy() -> Policy:
    """The policy, with the parameters of its own over those it inherits.

    Raises:
        InvalidParameters: the parameters leave a gap, overlap, or are not those needed.
    """
    older, own = (
        (resources.files(f"rules.{name}") / "parameters.toml").read_text("utf-8")
        for name in ("zhejiang_2021", POLICY_ID)
    )
    return Policy(
        id=POLICY_ID,
        document=DOCUMENT,
        valid_from=IN_FORCE_FROM,
        valid_to=None,
        clauses=CLAUSES,
        panel_clause=_panel(cover_panel),
        parameters=load_parameters(own, PARAMETER_KINDS, IN_FORCE_FROM, inherited=older),
        remedies=REMEDIES,
        ending=end_of_validity,
    )
