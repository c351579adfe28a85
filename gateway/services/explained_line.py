"""A determined line in words for the physician and in full for the auditor. Pure."""

from collections.abc import Iterable
from typing import Any

from rules.counterfactual import line_counterfactuals
from rules.engine import effect_of
from rules.line import LineDetermination, Part
from rules.outcome import Finding, Outcome, ParameterUsed, Verdict
from rules.policy import NoPolicyInForce, Policies
from rules.record_codec import encode
from rules.wording import OUTCOMES, explanation, sentence


def explained_line(line: LineDetermination, policies: Policies) -> dict[str, Any]:
    """Summary, findings, facts, parameter values, policy, edition, and what would change it.

    `counterfactuals` is None where the policy is not installed any more, so that nobody can say.
    """
    ways = _ways(line, policies)
    findings = line.findings
    return {
        "item": {"code": line.ordered.code, "name": line.ordered.name},
        "outcome": line.outcome,
        "outcome_text": OUTCOMES[line.outcome],
        "coverage": line.coverage,
        "summary": {
            "text": f"{line.ordered.name}：{OUTCOMES[line.outcome]}。",
            "reasons": [explanation(finding) for finding in _telling(line.outcome, findings)],
            "hints": [explanation(f) for f in findings if f.verdict is Verdict.HINT],
            "counterfactuals": [way["text"] for way in ways or ()],
        },
        "counterfactuals": ways,
        "findings": [explained(finding) for finding in findings],
        "request": encode(line.parts[0].determination.facts.request),
        "parts": [_part(part) for part in line.parts],
        "left_out": [_part(part) for part in line.left_out],
        "unheld": line.unheld,
        "parameters": _parameters(line),
        # Findings cite their document, so it is known even when the policy is gone.
        "policy": {"id": line.policy, "document": findings[0].citation.document},
        "edition": line.edition,
    }


def explained(finding: Finding) -> dict[str, Any]:
    """A finding with its sentence and the parameter values it relied on."""
    return {
        "code": finding.code,
        "clause": finding.clause,
        "document": finding.citation.document,
        "verdict": finding.verdict,
        "text": sentence(finding),
        "facts": finding.facts,
        "parameters": finding.parameters,
    }


def _telling(outcome: Outcome, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that made the outcome; of a recognizable line all conditions that it meets."""
    if outcome is Outcome.RECOGNIZABLE:
        return [f for f in findings if f.verdict is Verdict.SATISFIED]
    return [f for f in findings if effect_of(f) is outcome]


def _ways(line: LineDetermination, policies: Policies) -> list[dict[str, Any]] | None:
    try:
        policy = policies.policy(line.policy)
    except NoPolicyInForce:
        return None
    return [
        {"text": way.text, "changes": way.changes, "outcome": way.line.outcome}
        for way in line_counterfactuals(line, policy)
    ]


def _part(part: Part) -> dict[str, Any]:
    """What one report contributes; the request, being the same for all, stands once in the line."""
    made = part.determination
    facts = made.facts
    return {
        "components": part.names,
        "outcome": made.outcome,
        "facts": {
            "item": encode(facts.item),
            "report": encode(facts.report),
            "lab": encode(facts.lab),
            "imaging": encode(facts.imaging),
            "eqa_day": facts.eqa_day,
        },
        "findings": [explained(finding) for finding in made.findings],
    }


def _parameters(line: LineDetermination) -> list[ParameterUsed]:
    """Every parameter value that some finding relied on, with its dates and source, once."""
    parts = (*line.parts, *line.left_out)
    used = (p for part in parts for f in part.determination.findings for p in f.parameters)
    distinct = {(p.name, p.valid_from, str(p.value)): p for p in used}
    return [distinct[key] for key in sorted(distinct)]
