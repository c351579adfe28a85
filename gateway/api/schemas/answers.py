"""What the hot routes answer, for the description of the API; nothing is checked at run time."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class CodedOut(BaseModel):
    """An item of the catalog."""

    code: str
    name: str


class CoverageOut(BaseModel):
    """How much of the ordered item is held; `missing` is the residual order."""

    kind: Literal["full", "partial", "none"]
    held: list[str]
    missing: list[str]


class ReportRefOut(BaseModel):
    """The report version that is offered."""

    id: str
    version: int
    institution: str
    institution_name: str
    kind: Literal["lab", "imaging", "study"]
    status: str | None = None
    performed_by: list[str] = Field(default_factory=list)
    collected_at: str | None = None
    issued_at: str | None = None
    file_number: str | None = None
    hr_marks: list[str] = Field(default_factory=list)


class ResultOut(BaseModel):
    """One result as sent, with the detection systems of sender and receiver side by side."""

    code: str | None = None
    name: str
    component: str | None = None
    value: str
    unit: str
    range: str
    flags: list[str]
    critical: bool
    report: str
    used: bool
    detection_system: str | None = None
    own_detection_system: str | None = None
    hr_marks: list[str] = Field(default_factory=list)


class FindingOut(BaseModel):
    """The answer of one clause, with its paragraph and a sentence to read."""

    code: str
    clause: str
    verdict: Literal[
        "satisfied", "violated", "discretionary", "established", "hint", "unknown",
        "not_applicable",
    ]  # fmt: skip
    text: str
    facts: dict[str, Any]


class DecisionOut(BaseModel):
    """The decision that stands; changed: a report relied on was corrected since."""

    state: str
    changed: bool


class ItemOut(BaseModel):
    """One line of the answer."""

    key: str
    order_id: str | None
    item: CodedOut
    outcome: Literal[
        "NOT_RECOGNIZABLE", "EXEMPT", "UNDETERMINED", "DISCRETIONARY", "RECOGNIZABLE"
    ]  # fmt: skip
    coverage: CoverageOut
    report: ReportRefOut
    reports: list[ReportRefOut]
    results: list[ResultOut]
    findings: list[FindingOut]
    quiet: bool = False
    critical: bool = False
    determination_id: str
    decision: DecisionOut | None = None
    view_url: str | None = None


class ReminderOut(BaseModel):
    """The answer; past the time limit reminder_id is null and items is empty."""

    reminder_id: str | None
    policy: str | None
    catalog_edition: str | None
    patient_match: Literal["exact", "none", "conflict"] | None = None
    items: list[ItemOut]


class FieldFaultOut(BaseModel):
    """One located fault: a JSON pointer into the body, or a parameter of path or query."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class ProblemOut(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    errors: list[FieldFaultOut] = Field(default_factory=list)
    details: dict[str, Any] = Field(default_factory=dict)
