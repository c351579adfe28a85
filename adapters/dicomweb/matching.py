"""Attribute matching over DICOM JSON (PS3.4 section C.2.2.2)."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from adapters.dicomweb.query import Path, Query, representation_of

Attributes = Mapping[str, Any]
_TEMPORAL = frozenset({"DA", "TM", "DT"})
#: Matched without regard to case: the standard asks it of names, and viewers rely on it for texts.
_CASELESS = frozenset({"PN", "LO", "SH", "ST", "LT", "UC", "UT"})
_HIGHEST = "~"


def matches(attributes: Attributes, query: Query, tags: frozenset[str]) -> bool:
    """Whether the attributes match every filter whose first tag is one of `tags`."""
    return all(
        _matches(attributes, path, value)
        for path, value in query.filters.items()
        if path[0] in tags
    )


def _matches(attributes: Attributes, path: Path, wanted: str) -> bool:
    attribute = attributes.get(path[0], {})
    values = attribute.get("Value", ())
    if path[1:]:
        return any(isinstance(v, Mapping) and _matches(v, path[1:], wanted) for v in values)
    vr = attribute.get("vr") or representation_of(path[0])
    found = _matcher(vr, wanted)
    return any(found(text) for value in values for text in _texts(value)) or wanted == "*"


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [str(group) for group in value.values()]
    if isinstance(value, float) and value.is_integer():
        return [str(int(value))]
    return [str(value)]


@lru_cache(maxsize=256)
def _matcher(vr: str, wanted: str) -> Callable[[str], bool]:
    if vr == "UI":
        uids = frozenset(re.split(r"[,\\]", wanted))
        return uids.__contains__
    if vr in _TEMPORAL:
        return _range(vr, wanted)
    caseless = vr in _CASELESS
    folded = _fold(wanted) if caseless else wanted
    pattern = "|".join(_pattern(each) for each in folded.split("\\"))
    compiled = re.compile(pattern, re.DOTALL)
    return lambda text: bool(compiled.fullmatch(_fold(text) if caseless else text))


def _pattern(wanted: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(letter) or re.escape(letter) for letter in wanted)


def _fold(text: str) -> str:
    """Case, and the sign between family and given name, which people type as a blank or not."""
    return text.casefold().replace("^", " ").strip()


def _range(vr: str, wanted: str) -> Callable[[str], bool]:
    plain = wanted.replace(":", "") if vr == "TM" else wanted
    first, dash, last = plain.partition("-")
    if not dash:
        return lambda text: text == plain or (vr != "DA" and text.startswith(plain))
    low, high = first, (last + _HIGHEST if last else _HIGHEST)
    return lambda text: low <= text <= high
