"""Sender profiles from TOML files, one for each institution: `<institution code>.toml`.

Every key is optional; one that is not known is an error, so that a misspelt one is not overlooked.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfoNotFoundError

from adapters.hl7v2.acknowledgment import Report
from adapters.hl7v2.charset import codec_of
from adapters.hl7v2.sender_profile import (
    FieldPlace,
    Habits,
    OffsetRule,
    SenderProfile,
    profile_of,
    zone_named,
)
from gateway.canonical.directory import Sender

_PLACE = re.compile(r"([A-Z][A-Z0-9]{2})-([1-9]\d?)", re.ASCII)


class InvalidProfile(ValueError):
    """A profile file that cannot be used; the message names the file and the key."""


def read_profile(path: Path, registered: SenderProfile) -> SenderProfile:
    """The registered profile with what the file says of the sender.

    Raises:
        InvalidProfile: the file is no TOML, or a key or value is not one of a profile.
        OSError: the file cannot be read.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidProfile(f"{path.name}: {error}") from None
    profile, habits = dict[str, Any](), dict[str, Any]()
    for key, value in content.items():
        try:
            if key in _PROFILE:
                name, read = _PROFILE[key]
                profile[name] = read(value)
            else:
                habits[key] = _HABITS[key](value)
        except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError):
            raise InvalidProfile(f"{path.name}: {key} = {value!r} is not understood") from None
    return replace(registered, **profile, habits=Habits(**habits))


class ProfileFolder:
    """The profiles of a folder, read again when a file changes; a sender without one is plain.

    A file that becomes unusable is reported, and what it said before stays in force.
    """

    def __init__(self, folder: Path, report: Report) -> None:
        self._folder = folder
        self._report = report
        self._known: dict[Sender, tuple[int | None, SenderProfile]] = {}

    def __call__(self, sender: Sender) -> SenderProfile:
        """The profile of a registered sender."""
        path = self._folder / f"{sender.institution}.toml"
        known, changed = self._known.get(sender), _changed_at(path)
        if known is not None and known[0] == changed:
            return known[1]
        profile = self._read(path, sender, changed, known[1] if known else profile_of(sender))
        self._known[sender] = changed, profile
        return profile

    def _read(
        self, path: Path, sender: Sender, changed: int | None, before: SenderProfile
    ) -> SenderProfile:
        if changed is None or path.parent != self._folder:
            return profile_of(sender)
        try:
            return read_profile(path, profile_of(sender))
        except (InvalidProfile, OSError) as error:
            self._report(
                "hl7_profile_unusable",
                {"institution": sender.institution, "error_type": type(error).__name__},
            )
            return before


def _changed_at(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _charset(value: object) -> str:
    if codec_of(_text(value)) is None:
        raise ValueError
    return _text(value)


def _is_original(value: object) -> bool:
    return {"original": True, "as_asked": False}[_text(value)]


def _place(text: object) -> FieldPlace:
    found = _PLACE.fullmatch(_text(text))
    if found is None:
        raise ValueError
    return found[1], int(found[2])


def _places(value: object) -> tuple[FieldPlace, ...]:
    return tuple(map(_place, _list(value)))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(_text, _list(value)))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _moves(value: object) -> tuple[tuple[FieldPlace, FieldPlace], ...]:
    moves = tuple((_place(source), _place(target)) for source, target in _table(value).items())
    if any(source[0] != target[0] for source, target in moves):
        raise ValueError
    return moves


def _components(value: object) -> tuple[tuple[FieldPlace, int], ...]:
    return tuple((_place(place), _number(each)) for place, each in _table(value).items())


def _number(value: object) -> int:
    # A bool is an int to Python, but no place to a person.
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError
    return value


_PROFILE: dict[str, tuple[str, Callable[[object], object]]] = {
    "charset": ("charset", _charset),
    "charset_is_known": ("charset_is_known", _flag),
    "time_zone": ("zone", lambda value: zone_named(_text(value))),
    "offsets": ("offsets", lambda value: OffsetRule(cast(str, value))),
    "acknowledgment": ("original_mode_only", _is_original),
    "close_instead_of_retry": ("close_instead_of_retry", _flag),
}
_HABITS: dict[str, Callable[[object], object]] = {
    "moves": _moves,
    "components": _components,
    "narrow": _places,
    "identifier_types": _texts,
    "name_marks": _text,
    "status_from_order": _flag,
}
