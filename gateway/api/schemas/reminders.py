"""`POST /api/v1/reminders`: the question of a workstation. Unknown members are tolerated."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

ExceptionCode = Annotated[
    Literal["E01", "E02", "E03", "E04", "E05", "E06", "E07", "E08", "E09", "E10"],
    Field(description="an exception of 四（三）, E01–E10 in the order of the text"),
]


def _day(value: object) -> object:
    """The day of a date or instant in ISO 8601; what is no text stays as it is."""
    return value[:10] or None if isinstance(value, str) else value


def _text(value: object) -> object:
    return "" if value is None else value


Day = Annotated[date | None, BeforeValidator(_day)]
Text = Annotated[str, BeforeValidator(_text)]


class Shape(BaseModel):
    """Base of all requests: what is not known is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class IdentifierIn(Shape):
    """A number of the patient; type by CV02.01.101, `local` (or none) for the institution's own."""

    type: str | None = None
    value: str = Field(min_length=1)


class PatientIn(Shape):
    """The patient, found by exact number only."""

    identifiers: list[IdentifierIn]
    name: str | None = None


class VisitIn(Shape):
    """The visit that is the legal basis of the question."""

    id: str = Field(min_length=1)
    visit_class: Literal["outpatient", "inpatient", "emergency"] | None = Field(None, alias="class")
    purpose: Literal["treatment", "forensic", "disability", "retirement"] | None = None
    rescue: bool | None = None
    triage: int | None = Field(None, ge=1, le=5)


class DeclaredIn(Shape):
    """An exception that the physician invokes on an order line."""

    code: ExceptionCode
    text: str | None = None


class OrderIn(Shape):
    """One draft order, by catalogue code or by local code; the id defaults to its position."""

    id: str | None = Field(None, min_length=1)
    item_code: str | None = None
    local_code: str | None = None
    declared: list[DeclaredIn] | None = None

    @model_validator(mode="after")
    def _names_an_item(self) -> "OrderIn":
        if not self.item_code and not self.local_code:
            raise ValueError("an order line needs item_code or local_code")
        return self


class DiagnosisIn(Shape):
    """A diagnosis of the visit (ICD-10)."""

    code: str
    name: Text = ""
    onset: Day = None
    status: Literal["active", "history"] | None = None


class ProcedureIn(Shape):
    """A planned or performed procedure (ICD-9-CM-3)."""

    code: str
    name: Text = ""
    date: Day = None
    department: Text = ""


class ContextIn(Shape):
    """What exceptions look at."""

    diagnoses: list[DiagnosisIn] | None = None
    planned_procedures: list[ProcedureIn] | None = None
    performed_procedures: list[ProcedureIn] | None = None
    anaesthesia: str | None = None
    blood_request: bool | None = None


class ReminderIn(Shape):
    """A question at arrival (everything held is listed) or at ordering (lines are matched)."""

    institution: str = Field(min_length=1)
    department: Text = ""
    practitioner: Text = ""
    visit: VisitIn
    patient: PatientIn
    trigger: Literal["arrival", "order"]
    orders: list[OrderIn] | None = None
    context: ContextIn | None = None

    @model_validator(mode="before")
    @classmethod
    def _number_the_orders(cls, value: Any) -> Any:
        """Give every order line without an id its position, counted from 1."""
        if not isinstance(value, dict) or not isinstance(value.get("orders"), list):
            return value
        orders = [
            {**order, "id": order.get("id") or str(place)} if isinstance(order, dict) else order
            for place, order in enumerate(value["orders"], 1)
        ]
        return {**value, "orders": orders}

    @model_validator(mode="after")
    def _ids_differ(self) -> "ReminderIn":
        ids = [order.id for order in self.orders or ()]
        if len(ids) != len(set(ids)):
            raise ValueError("two order lines have the same id")
        return self
