"""Bodies about what could not be taken."""

from typing import Literal

from pydantic import Field, model_validator

from gateway.api.schemas.reminders import Shape


class ReplayIn(Shape):
    """Which entries to replay: those named, or all of a reason and a place."""

    ids: list[str] = Field(default_factory=list, max_length=500)
    institution: str | None = None
    reason: str | None = None
    location: str | None = None
    state: Literal["open", "refused_again"] | None = None

    @model_validator(mode="after")
    def _names_something(self) -> "ReplayIn":
        if not self.ids and self.reason is None:
            raise ValueError("name the entries by ids, or all of one reason")
        return self
