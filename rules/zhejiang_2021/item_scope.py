"""互认项目, 三（一）（二） and the two annexes.

三（一） 医学检验结果相互认可的项目共93项（具体项目清单见附件1）。
三（二） 医学影像检查资料互相认可的项目共180项（具体项目清单见附件2）……
附件1 套餐组合内包含项目：至少含……；含……。

Reading chosen where the text is open: items match by code only, so right never satisfies left;
a panel whose components are items may be assembled from several reports, extra items never hurt,
and a part of it leaves the rest to be ordered; blood count and urinalysis come whole from one
report. Blood grouping and compatibility tests must be done where the blood is given, so a result
from outside is never offered, even if a later edition should list such a test.
Specs: tests/spec/zhejiang_2021/test_three_scope.py, test_annex_cover.py.
"""

from typing import Final

from rules.facts import Facts
from rules.outcome import Finding, Json, Verdict
from rules.parameters import ParametersInForce
from rules.zhejiang_2021.document import head

SCOPE_LAB: Final = head("SCOPE", "三（一）")
SCOPE_IMAGING: Final = head("SCOPE", "三（二）")
COVER: Final = head("COVER", "附件1")
COVER_IMAGING: Final = head("COVER", "附件2")


def scope(facts: Facts, parameters: ParametersInForce) -> Finding:
    """三（一）（二）: the item is on the list in force, and the result is of that very item."""
    clause = SCOPE_IMAGING if facts.item.kind == "imaging" else SCOPE_LAB
    looked_at: dict[str, Json] = {
        "ordered": facts.item.code,
        "held": facts.report.code,
        "edition": facts.item.edition,
        "panel": facts.item.panel,
    }
    if facts.item.code.startswith(tuple(parameters.words("never_offered_codes"))):
        used = parameters.used("never_offered_codes")
        return clause.finds(Verdict.VIOLATED, "never_offered", looked_at, used)
    if not facts.item.listed:
        return clause.finds(Verdict.VIOLATED, "not_listed", looked_at)
    if facts.report.code != facts.item.code:
        return clause.finds(Verdict.VIOLATED, "other_item", looked_at)
    return clause.finds(Verdict.SATISFIED, "listed", looked_at)


def cover(facts: Facts, _parameters: ParametersInForce) -> Finding:
    """附件1: what must come whole from one report is whole; any other item is held as such."""
    if facts.item.kind == "imaging":
        return COVER_IMAGING.finds(Verdict.NOT_APPLICABLE, "imaging", {"item": facts.item.code})
    held = facts.lab.components if facts.lab else ()
    missing = [name for name in facts.item.components if name not in held]
    looked_at: dict[str, Json] = {
        "item": facts.item.code,
        "held": list(held),
        "missing": list[Json](missing),
    }
    if missing:
        return COVER.finds(Verdict.VIOLATED, "not_whole", looked_at)
    return COVER.finds(Verdict.SATISFIED, "held", looked_at)


def cover_panel(held: tuple[str, ...], missing: tuple[str, ...]) -> Finding:
    """附件1: what is held of a panel that several reports may cover; the rest is to be ordered."""
    looked_at: dict[str, Json] = {"held": list(held), "missing": list(missing)}
    if missing:
        return COVER.finds(Verdict.DISCRETIONARY, "in_part", looked_at)
    return COVER.finds(Verdict.SATISFIED, "panel_whole", looked_at)
