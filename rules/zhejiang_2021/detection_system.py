"""检测系统, 附件1 备注.

须标注检测系统。 (CEA, AFP, t-PSA, f-PSA)
须标注检测系统；原则上在相同检测系统条件下互认，不同检测系统酌情互认。 (seven further markers)

Reading chosen where the text is open: to be stated is itself the condition, so an absent system
is a violation and not an unknown; systems are compared as text after synonyms; where the receiver's
own system is not known, sameness cannot be shown and the physician weighs it; a marker inside the
tumor panel keeps its own rule. Spec: tests/spec/zhejiang_2021/test_annex_detection_system.py.
"""

from typing import Final

from rules.facts import Facts
from rules.outcome import Finding, Json, Verdict
from rules.parameters import ParametersInForce
from rules.zhejiang_2021.document import head

SYSTEM: Final = head("SYSTEM", "附件1 备注")


def detection_system(facts: Facts, _parameters: ParametersInForce) -> Finding:
    """附件1 备注: the detection system is stated and, for seven markers, is the receiver's."""
    rule = facts.item.detection_system_rule
    if rule is None:
        return SYSTEM.finds(Verdict.NOT_APPLICABLE, "no_rule", {"item": facts.item.code})
    systems = facts.lab.systems if facts.lab else ()
    own = facts.lab.receiver_system if facts.lab else None
    looked_at: dict[str, Json] = {"rule": rule, "systems": list(systems), "own": own}
    if not systems or None in systems:
        return SYSTEM.finds(Verdict.VIOLATED, "not_stated", looked_at)
    if rule == "stated":
        return SYSTEM.finds(Verdict.SATISFIED, "stated", looked_at)
    if own is None:
        return SYSTEM.finds(Verdict.DISCRETIONARY, "own_unknown", looked_at)
    if set(systems) != {own}:
        return SYSTEM.finds(Verdict.DISCRETIONARY, "other_system", looked_at)
    return SYSTEM.finds(Verdict.SATISFIED, "same_system", looked_at)
