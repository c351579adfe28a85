"""Canonical records ↔ bytes: JSON by orjson out, decoders compiled once from the type hints in."""

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

T = TypeVar("T")
Convert = Callable[[Any], Any]
_AS_IS = (str, int, float, bool, type(None), Any)


def encode(record: object) -> bytes:
    """A canonical record as compact JSON (times in ISO 8601, tuples as lists, decimals as text)."""
    return orjson.dumps(record, default=_encode_other)


def decode(kind: type[T], data: bytes) -> T:
    """The record of type `kind` that `encode` wrote."""
    convert = _converter(cast(Any, kind))
    value = orjson.loads(data)
    record: T = value if convert is None else convert(value)
    return record


def _encode_other(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


@cache
def _converter(hint: Any) -> Convert | None:
    """What turns a JSON value into `hint`; None where the JSON value already is it."""
    if hint in _AS_IS:
        return None
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _optional(hint)
    if origin in (tuple, frozenset):
        return _collection(origin, get_args(hint)[0])
    if origin is dict:
        return _mapping(get_args(hint)[1])
    return _of_class(hint)


def _of_class(hint: Any) -> Convert:
    if is_dataclass(hint):
        return _dataclass(hint)
    if issubclass(hint, datetime | date):
        from_text: Convert = hint.fromisoformat
        return from_text
    if issubclass(hint, Enum | str | Decimal):
        as_class: Convert = hint
        return as_class
    raise TypeError(f"no decoder for {hint}")


def _optional(hint: Any) -> Convert | None:
    (inner,) = [part for part in get_args(hint) if part is not type(None)]
    convert = _converter(inner)
    if convert is None:
        return None
    return lambda value: None if value is None else convert(value)


def _collection(make: Callable[..., Any], inner: Any) -> Convert:
    convert = _converter(inner)
    if convert is None:
        return make
    return lambda values: make(convert(value) for value in values)


def _mapping(inner: Any) -> Convert | None:
    convert = _converter(inner)
    if convert is None:
        return None
    return lambda values: {key: convert(value) for key, value in values.items()}


def _dataclass(kind: Any) -> Convert:
    hints = get_type_hints(kind)
    converters = {
        field.name: convert
        for field in fields(kind)
        if (convert := _converter(hints[field.name])) is not None
    }
    known = frozenset(field.name for field in fields(kind))
    required = [f.name for f in fields(kind) if f.default is f.default_factory is MISSING]

    def build(values: dict[str, Any]) -> Any:
        if missing := [name for name in required if name not in values]:
            raise TypeError(f"{kind.__name__} lacks {missing}")
        arguments = {name: value for name, value in values.items() if name in known}
        for name, convert in converters.items():
            if name in arguments:
                arguments[name] = convert(arguments[name])
        return kind(**arguments)

    return build
