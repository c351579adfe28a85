"""Bodies of the item actions and of visit events."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from gateway.api.schemas.reminders import ExceptionCode, Shape, Text


class ShownIn(Shape):
    """The reminder was really shown; nothing to say beyond that."""


class ViewIn(Shape):
    """Content of a report was delivered to the physician."""

    report: str = Field(min_length=1)
    what: Literal["report", "images"]


class ReliedOnIn(Shape):
    """A report version that the physician relies on."""

    id: str = Field(min_length=1)
    version: int = Field(ge=1)


class AcceptIn(Shape):
    """予以认可: with the findings that the physician has acknowledged, by code."""

    acknowledged: list[str] = Field(default_factory=list)
    reports: list[ReliedOnIn] = Field(default_factory=list)


class RejectIn(Shape):
    """不予认可: the reason of 四（三） and whether patient or family were informed (四（二）)."""

    code: ExceptionCode
    text: str | None = None
    informed: bool


class UndoIn(Shape):
    """Taking the decision back."""

    reason: str = Field("", max_length=500)


class CiteIn(Shape):
    """The citation was filed into the medical record, under this name or number."""

    filed_as: str = Field(min_length=1, max_length=200)


class FaultIn(Shape):
    """A technical fault of what was offered; not a rejection."""

    kind: Literal["report", "image", "unreachable"]
    text: Text = Field("", max_length=1000)


class VisitEventIn(Shape):
    """Something that happened to the visit or to one of its orders."""

    institution: str = Field(min_length=1)
    event: Literal["order_signed", "order_withdrawn", "order_repeated", "visit_closed"]
    order_id: str | None = None
    at: datetime = Field(description="ISO 8601; without an offset it is China Standard Time")
