"""Canonical records ↔ bytes: JSON arrays of field values, by functions compiled from type hints.

A record is the array of its values in the order of its fields. So a report takes a third of the
space and of the time that named members would, and the order of the fields of stored records is
part of the stored format: fields are only ever appended, with a default (tests hold them to it).
"""

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

T = TypeVar("T")
Convert = Callable[[Any], Any]
_AS_IS = (str, int, float, bool, type(None), Any)


def encode(record: object) -> bytes:
    """A record as compact JSON: times in ISO 8601, decimals as text, dicts as they are."""
    write = _writer(cast(Any, type(record)))
    return orjson.dumps(record if write is None else write(record), default=_encode_other)


def encode_with_and_without(record: object, field: str) -> tuple[bytes, bytes]:
    """A record as `encode` writes it, and as if one optional field were empty; in one pass."""
    kind = cast(Any, type(record))
    values = list(_record_writer(kind)(record))
    whole = orjson.dumps(values, default=_encode_other)
    values[[each.name for each in fields(kind)].index(field)] = None
    return whole, orjson.dumps(values, default=_encode_other)


def decode(kind: type[T], data: bytes) -> T:
    """The record of type `kind` that `encode` wrote; fields appended since have their default.

    Raises:
        TypeError: a field without default is missing.
        ValueError, KeyError: a value is not one of its field.
    """
    read = _reader(cast(Any, kind))
    value = orjson.loads(data)
    record: T = value if read is None else read(value)
    return record


def _encode_other(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


@cache
def _writer(hint: Any) -> Convert | None:
    """What turns a value of this type into arrays; None where JSON has it already."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _unless_none(_writer(_only_kind(hint)))
    if origin is tuple:
        return _each(list, _writer(get_args(hint)[0]))
    return _record_writer(cast(Any, hint)) if is_dataclass(hint) else None


@cache
def _record_writer(kind: Any) -> Convert:
    names, hints = [field.name for field in fields(kind)], get_type_hints(kind)
    writers = _by_place(_writer, [hints[name] for name in names])
    values_of = attrgetter(*names)
    if not writers:
        return values_of

    def write(record: object) -> list[object]:
        values = list(values_of(record))
        for place, convert in writers:
            values[place] = convert(values[place])
        return values

    return write


@cache
def _reader(hint: Any) -> Convert | None:
    """What turns a JSON value into this type; None where the JSON value already is it."""
    if hint in _AS_IS:
        return None
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _unless_none(_reader(_only_kind(hint)))
    if origin in (tuple, frozenset):
        return _each(origin, _reader(get_args(hint)[0])) or cast(Convert, origin)
    return _record_reader(hint) if is_dataclass(hint) else _scalar_reader(hint)


def _scalar_reader(hint: Any) -> Convert | None:
    if get_origin(hint) is dict:
        return None
    if issubclass(hint, datetime | date):
        from_text: Convert = hint.fromisoformat
        return from_text
    if issubclass(hint, Enum):
        member_of: Convert = {member.value: member for member in hint}.__getitem__
        return member_of
    if issubclass(hint, str | Decimal):
        as_class: Convert = hint
        return as_class
    raise TypeError(f"no decoder for {hint}")


def _record_reader(kind: Any) -> Convert:
    names, hints = [field.name for field in fields(kind)], get_type_hints(kind)
    readers = _by_place(_reader, [hints[name] for name in names])
    count = len(names)
    if not readers:
        return lambda values: kind(*values[:count])

    def read(values: list[Any]) -> Any:
        held = len(values)
        for place, convert in readers:
            if place < held:
                values[place] = convert(values[place])
        return kind(*values) if held <= count else kind(*values[:count])

    return read


def _by_place(compiled: Callable[[Any], Convert | None], hints: list[Any]) -> list[Any]:
    """(place, conversion) of the fields that need one."""
    found = ((place, compiled(hint)) for place, hint in enumerate(hints))
    return [(place, convert) for place, convert in found if convert is not None]


def _only_kind(union: Any) -> Any:
    """The type that an optional value has when it is there."""
    (kind,) = [part for part in get_args(union) if part is not type(None)]
    return kind


def _unless_none(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda value: None if value is None else convert(value)


def _each(make: Callable[..., Any], convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda values: make([convert(value) for value in values])
