"""Policies with other parameter values than those in force, to ask what would be. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from rules.outcome import Json, ParameterUsed
from rules.parameters import EFFECTS, DatedValue, Parameters
from rules.policy import Policies, Policy

SOURCE: Final = "模拟值"


class InvalidChange(ValueError):
    """A parameter that no policy has, or a text that is no value of it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A text put in the place of every dated value of a parameter.

    Without item it is the value of every item that has none of its own.
    """

    name: str
    item: str | None
    text: str


def changed_policies(policies: Policies, changes: Sequence[Change]) -> Policies:
    """The policies with the changes; each applies wherever its parameter exists.

    Raises:
        InvalidChange: no policy has the parameter, or the text is no value of it.
    """
    for change in changes:
        if not any((change.name, None) in p.parameters.series for p in policies.policies):
            raise InvalidChange(f"no installed policy has a parameter {change.name!r}")
    return replace(policies, policies=tuple(changed_policy(p, changes) for p in policies.policies))


def changed_policy(policy: Policy, changes: Iterable[Change]) -> Policy:
    """The policy with the changes, and usable on days before it came into force.

    Raises:
        InvalidChange: a text is no value of its parameter.
    """
    series = {key: _opened(values, policy) for key, values in policy.parameters.series.items()}
    for change in changes:
        if (general := policy.parameters.series.get((change.name, None))) is not None:
            value = _value(change, general[-1].used.value)
            series[change.name, change.item] = (_always(change.name, value, policy),)
    return replace(policy, parameters=Parameters(series))


def _opened(values: tuple[DatedValue, ...], policy: Policy) -> tuple[DatedValue, ...]:
    """The values, the first one holding on all days before the policy too."""
    first, *later = values
    if first.valid_from > policy.valid_from:
        return values
    return (replace(first, valid_from=date.min), *later)


def _always(name: str, value: Json, policy: Policy) -> DatedValue:
    used = ParameterUsed(name, value, policy.valid_from.isoformat(), None, SOURCE)
    return DatedValue(date.min, None, used)


def _value(change: Change, present: Json) -> Json:
    """The text as a value of the kind that the parameter has now."""
    try:
        if isinstance(present, list):
            like = present[0] if present else ""
            return [_scalar(word.strip(), like) for word in change.text.split(",")]
        return _scalar(change.text, present)
    except ValueError as fault:
        raise InvalidChange(f"{change.name}: {fault}") from None


def _scalar(text: str, present: Json) -> Json:
    if isinstance(present, int):
        return int(text)
    if present in EFFECTS and text not in EFFECTS:
        raise ValueError(f"{text!r} is none of {', '.join(EFFECTS)}")
    return text
