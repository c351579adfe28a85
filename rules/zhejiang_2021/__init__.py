"""浙卫发〔2021〕33号 as code: one module per group of paragraphs, in force since 2021-10-14."""

from datetime import date
from importlib import resources
from typing import Final

from rules.parameters import load_parameters
from rules.policy import Clause, Policy
from rules.zhejiang_2021 import exceptions
from rules.zhejiang_2021.detection_system import detection_system
from rules.zhejiang_2021.document import DOCUMENT, POLICY_ID
from rules.zhejiang_2021.institution_scope import alliance, eqa, tier
from rules.zhejiang_2021.internal_quality import internal_quality
from rules.zhejiang_2021.item_scope import cover, cover_panel, scope
from rules.zhejiang_2021.parameter_kinds import PARAMETER_KINDS
from rules.zhejiang_2021.remedies import REMEDIES, end_of_validity
from rules.zhejiang_2021.report_quality import complete, status
from rules.zhejiang_2021.validity_period import window

IN_FORCE_FROM: Final = date(2021, 10, 14)

#: In the order of the text.
CLAUSES: Final[tuple[Clause, ...]] = (
    eqa,
    tier,
    alliance,
    scope,
    complete,
    window,
    status,
    *exceptions.CLAUSES,
    internal_quality,
    cover,
    detection_system,
)


def load_policy(parameters: str | None = None) -> Policy:
    """The policy, with the packaged parameters or those of the given TOML text.

    Raises:
        InvalidParameters: the parameters leave a gap, overlap, or are not those needed.
    """
    if parameters is None:
        packaged = resources.files("rules.zhejiang_2021") / "parameters.toml"
        parameters = packaged.read_text("utf-8")
    return Policy(
        id=POLICY_ID,
        document=DOCUMENT,
        valid_from=IN_FORCE_FROM,
        valid_to=None,
        clauses=CLAUSES,
        panel_clause=cover_panel,
        parameters=load_parameters(parameters, PARAMETER_KINDS, IN_FORCE_FROM),
        remedies=REMEDIES,
        ending=end_of_validity,
    )
