"""Frozen records of this package as JSON-able data and back, by readers made once per type."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from rules.outcome import Json

Record = TypeVar("Record")
Read = Callable[[Any], Any]
_SCALARS = frozenset({str, int, bool, NoneType})


def encode(value: object) -> Json:
    """A frozen record of this package as JSON-able data; times as ISO 8601 text."""
    if type(value) in _SCALARS:
        return cast(Json, value)
    if is_dataclass(value):
        return {name: encode(getattr(value, name)) for name in _names(cast(Hashable, type(value)))}
    if isinstance(value, tuple | list):
        return [encode(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return cast(Json, value)


def decode(kind: type[Record], data: Mapping[str, Any]) -> Record:
    """The record that `encode` wrote; a field added since has its default.

    Raises:
        TypeError, ValueError: the data were not written by `encode`.
    """
    record: Record = _reader(cast(Hashable, kind))(data)
    return record


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cast(Any, kind)))


@cache
def _reader(kind: Hashable) -> Read:
    """What makes a record of this dataclass from its members."""
    hints = get_type_hints(kind)
    named = [(name, _value_reader(hints[name])) for name in _names(kind)]
    readers = [(name, read) for name, read in named if read is not None]
    make = cast(Callable[..., Any], kind)

    def read_record(data: Mapping[str, Any]) -> Any:
        values = dict(data)
        for name, read in readers:
            if (value := values.get(name)) is not None:
                values[name] = read(value)
        return make(**values)

    return read_record


def _value_reader(hint: Any) -> Read | None:
    """What turns a JSON value into this type; None where the JSON value already is it."""
    if get_origin(hint) is UnionType:
        (hint,) = (part for part in get_args(hint) if part is not NoneType)
    if get_origin(hint) is tuple:
        return _tuple_reader(_value_reader(get_args(hint)[0]))
    if hint in {datetime, date}:
        from_text: Read = hint.fromisoformat
        return from_text
    if is_dataclass(hint):
        return _reader(cast(Hashable, hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return None


def _tuple_reader(read: Read | None) -> Read:
    if read is None:
        return tuple
    return lambda values: tuple([read(value) for value in values])
