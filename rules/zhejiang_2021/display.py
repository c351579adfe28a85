"""提醒精准, 一（一）: which determinations are shown by themselves and which only on demand.

Reading chosen: what cannot be recognised, and what nobody at the bedside can clear up, is quiet;
critical values and anything in an emergency visit never are. Spec: test_one_one_display.py.
"""

from collections.abc import Iterable

from rules.outcome import Finding, Outcome, Verdict
from rules.parameters import ParametersInForce


def is_quiet(
    outcome: Outcome,
    findings: Iterable[Finding],
    parameters: ParametersInForce,
    *,
    critical: bool,
    emergency: bool,
) -> bool:
    """Whether the line is shown only on demand.

    Args:
        outcome: the outcome of the line.
        findings: its findings.
        parameters: the values in force on the day of the request.
        critical: whether a result carries a critical value (危急值).
        emergency: whether the visit is an emergency visit or a rescue.
    """
    if critical or emergency or outcome not in parameters.words("quiet_outcomes"):
        return False
    if outcome is not Outcome.UNDETERMINED:
        return True
    supplied = parameters.words("facts_physician_can_supply")
    return any(f.verdict is Verdict.UNKNOWN and f.code not in supplied for f in findings)
