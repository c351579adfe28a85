"""Determinations as JSON-able data and back, so that they can be stored and replayed.

The request, each parameter value and each finding are written once per line, because the
components of a panel share most of them.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from item_catalog.codes import LabItemCode
from item_catalog.items import LabElement
from rules.facts import Facts, ImagingFacts, ItemFacts, LabFacts, ReportFacts, RequestFacts
from rules.line import LineDetermination, OrderedItem, Part
from rules.outcome import (
    Citation,
    Coverage,
    Determination,
    Finding,
    Json,
    Outcome,
    ParameterUsed,
    Verdict,
)
from rules.record_codec import decode, encode

Data = dict[str, Json]


class _Pool:
    """Findings and parameter values of one line, referred to by number."""

    def __init__(self) -> None:
        self.findings: list[Json] = []
        self.parameters: list[Json] = []
        self._numbers: dict[int, int] = {}

    def finding(self, finding: Finding) -> int:
        """The number of the finding; the same object is written once."""
        if id(finding) not in self._numbers:
            written = self._written(finding)
            self._numbers[id(finding)] = len(self.findings)
            self.findings.append(written)
        return self._numbers[id(finding)]

    def _written(self, finding: Finding) -> Json:
        return {
            "code": finding.code,
            "citation": encode(finding.citation),
            "verdict": finding.verdict.value,
            "ground": finding.ground,
            "facts": dict(finding.facts),
            "parameters": [self._parameter(used) for used in finding.parameters],
            "mapping_blocked": finding.mapping_blocked,
        }

    def _parameter(self, used: ParameterUsed) -> int:
        if id(used) not in self._numbers:
            self._numbers[id(used)] = len(self.parameters)
            self.parameters.append(encode(used))
        return self._numbers[id(used)]


def line_to_json(line: LineDetermination) -> Data:
    """The whole line with facts, findings and parameter values."""
    pool = _Pool()
    return {
        "policy": line.policy,
        "edition": line.edition,
        "ordered": encode(line.ordered),
        "outcome": line.outcome.value,
        "coverage": encode(line.coverage),
        "unheld": list(line.unheld),
        "request": encode(line.parts[0].determination.facts.request),
        "cover": pool.finding(line.cover) if line.cover else None,
        "parts": [_part_to_json(part, pool) for part in line.parts],
        "left_out": [_part_to_json(part, pool) for part in line.left_out],
        "findings": pool.findings,
        "parameters": pool.parameters,
    }


def _part_to_json(part: Part, pool: _Pool) -> Data:
    facts = part.determination.facts
    return {
        "names": list(part.names),
        "elements": [list(element) for element in part.elements],
        "outcome": part.determination.outcome.value,
        "item": encode(facts.item),
        "report": encode(facts.report),
        "lab": encode(facts.lab),
        "imaging": encode(facts.imaging),
        "eqa_day": encode(facts.eqa_day),
        "findings": [pool.finding(finding) for finding in part.determination.findings],
    }


class _Reader:
    """Reads one line back."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.request = decode(RequestFacts, data["request"])
        self.parameters = [ParameterUsed(**used) for used in data["parameters"]]
        self.findings = [self._finding(finding) for finding in data["findings"]]

    def part(self, data: Mapping[str, Any]) -> Part:
        determination = Determination(
            outcome=Outcome(data["outcome"]),
            findings=tuple(self.findings[number] for number in data["findings"]),
            facts=part_facts(data, self.request),
            policy=self.data["policy"],
            edition=self.data["edition"],
        )
        elements = tuple(LabElement(LabItemCode(code), part) for code, part in data["elements"])
        return Part(tuple(data["names"]), elements, determination)

    def _finding(self, data: Mapping[str, Any]) -> Finding:
        return Finding(
            code=data["code"],
            citation=_citation(**data["citation"]),
            verdict=Verdict(data["verdict"]),
            ground=data["ground"],
            facts=data["facts"],
            parameters=tuple(self.parameters[number] for number in data["parameters"]),
            mapping_blocked=data["mapping_blocked"],
        )


#: One object per paragraph cited, however many findings cite it.
_citation = lru_cache(maxsize=256)(Citation)


def part_facts(data: Mapping[str, Any], request: RequestFacts) -> Facts:
    """The facts of one part as `line_to_json` wrote it; the request is that of its line."""
    return Facts(
        request=request,
        item=decode(ItemFacts, data["item"]),
        report=decode(ReportFacts, data["report"]),
        lab=data["lab"] and decode(LabFacts, data["lab"]),
        imaging=data["imaging"] and decode(ImagingFacts, data["imaging"]),
        eqa_day=data["eqa_day"] and date.fromisoformat(data["eqa_day"]),
    )


def line_from_json(data: Mapping[str, Any]) -> LineDetermination:
    """The line that `line_to_json` wrote, with its findings as they were stored.

    Raises:
        KeyError, TypeError, ValueError: the data were not written by `line_to_json`.
    """
    reader = _Reader(data)
    return LineDetermination(
        ordered=decode(OrderedItem, data["ordered"]),
        outcome=Outcome(data["outcome"]),
        coverage=decode(Coverage, data["coverage"]),
        parts=tuple(reader.part(part) for part in data["parts"]),
        left_out=tuple(reader.part(part) for part in data["left_out"]),
        unheld=tuple(data["unheld"]),
        cover=None if data["cover"] is None else reader.findings[data["cover"]],
        policy=data["policy"],
        edition=data["edition"],
    )
