"""Where two readings of the same data differ, one line each, for the operator's eyes. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ABSENT = "(absent)"


def differences(stored: Any, again: Any, place: str = "") -> Iterator[str]:
    """Lines such as `findings[3].verdict: satisfied → violated`, in the order of the data."""
    if stored == again:
        return
    if isinstance(stored, Mapping) and isinstance(again, Mapping):
        for name in dict.fromkeys([*stored, *again]):
            inner = f"{place}.{name}" if place else str(name)
            yield from differences(stored.get(name, _ABSENT), again.get(name, _ABSENT), inner)
    elif _is_list(stored) and _is_list(again) and len(stored) == len(again):
        for number, (old, new) in enumerate(zip(stored, again, strict=True)):
            yield from differences(old, new, f"{place}[{number}]")
    else:
        yield f"{place}: {stored} → {again}"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
