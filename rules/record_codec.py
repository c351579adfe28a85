"""Frozen records of this package as JSON-able data and back, by functions made once per type."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from rules.outcome import Json

Record = TypeVar("Record")
Convert = Callable[[Any], Any]


def encode(value: object) -> Json:
    """A frozen record of this package as JSON-able data; times as ISO 8601 text."""
    write = _value_writer(cast(Any, type(value)))
    return cast(Json, value if write is None else write(value))


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
def _writer(kind: Hashable) -> Convert:
    """What makes the members of a record of this dataclass."""
    hints, names = get_type_hints(kind), _names(kind)
    written = [(name, _value_writer(hints[name])) for name in names]
    writers = [(name, write) for name, write in written if write is not None]
    values_of = attrgetter(*names)

    def write_record(record: object) -> Any:
        members = dict(zip(names, values_of(record), strict=True))
        for name, write in writers:
            if (value := members[name]) is not None:
                members[name] = write(value)
        return members

    return write_record


@cache
def _value_writer(hint: Any) -> Convert | None:
    """What turns a value of this type into JSON-able data; None where it is that already."""
    hint = _stated(hint)
    if get_origin(hint) is tuple:
        return _list_writer(_value_writer(get_args(hint)[0]))
    if hint in {datetime, date}:
        return cast(Convert, hint.isoformat)
    return _writer(cast(Hashable, hint)) if is_dataclass(hint) else None


def _list_writer(write: Convert | None) -> Convert:
    if write is None:
        return list
    return lambda values: [write(value) for value in values]


def _stated(hint: Any) -> Any:
    """The type of an optional value when it is there; a union of several is JSON already."""
    if get_origin(hint) is not UnionType:
        return hint
    parts = [part for part in get_args(hint) if part is not NoneType]
    return parts[0] if len(parts) == 1 else Any


@cache
def _reader(kind: Hashable) -> Convert:
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


def _value_reader(hint: Any) -> Convert | None:
    """What turns a JSON value into this type; None where the JSON value already is it."""
    hint = _stated(hint)
    if get_origin(hint) is tuple:
        return _tuple_reader(_value_reader(get_args(hint)[0]))
    if hint in {datetime, date}:
        from_text: Convert = hint.fromisoformat
        return from_text
    if is_dataclass(hint):
        return _reader(cast(Hashable, hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return None


def _tuple_reader(read: Convert | None) -> Convert:
    if read is None:
        return tuple
    return lambda values: tuple([read(value) for value in values])
