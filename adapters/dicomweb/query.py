"""The parameters of a QIDO-RS request, read as tolerantly as clients write them (PS3.18 8.3.4)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydicom.datadict import dictionary_VR, tag_for_keyword

Path = tuple[str, ...]
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
#: Not matching keys; `token` and `_` are added by some clients against caches.
_CONTROL = frozenset({"limit", "offset", "fuzzymatching", "includefield", "accept"})
_MODALITY = "00080060"
_MODALITIES_IN_STUDY = "00080061"
DEFAULT_LIMIT = 100
MAX_LIMIT = 5000


class InvalidQuery(ValueError):
    """A parameter whose value cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Query:
    """filters: path of tags (`00080061`, or sequence and inner tag) → the value as sent.

    include: tags asked for beyond the standard's own; include_all stands for `all`. ignored:
    parameters that are no attribute, named for the warning.
    """

    filters: Mapping[Path, str]
    include: frozenset[str]
    include_all: bool
    limit: int
    offset: int
    ignored: tuple[str, ...] = ()

    def value(self, tag: str) -> str:
        """The value of a top-level filter, "" where there is none."""
        return self.filters.get((tag,), "")

    def uids(self, tag: str) -> tuple[str, ...]:
        """The UIDs that a filter lists, separated by comma or backslash."""
        return tuple(uid for uid in re.split(r"[,\\]", self.value(tag)) if uid)


def query_of(parameters: Iterable[tuple[str, str]], *, studies: bool = False) -> Query:
    """The query of decoded (name, value) pairs; `studies` for a search on that level.

    Keywords and tags are equal; `includefield` may be repeated or a list. Modality asked of studies
    means Modalities in Study. Raises InvalidQuery for a limit or offset that is no number.
    """
    filters: dict[Path, str] = {}
    include: set[str] = set()
    numbers = {"limit": DEFAULT_LIMIT, "offset": 0}
    ignored: list[str] = []
    for name, value in parameters:
        lowered = name.lower()
        if lowered == "includefield":
            include.update(part.strip() for part in value.split(",") if part.strip())
        elif lowered in numbers:
            numbers[lowered] = _number(lowered, value)
        elif lowered not in _CONTROL:
            path = path_of(name)
            if path is None:
                ignored.append(name[:64])
            elif value:
                filters[_of_studies(path) if studies else path] = value
    tags = {path[0] for path in map(path_of, include - {"all"}) if path is not None}
    return Query(
        filters, frozenset(tags), "all" in include, min(numbers["limit"], MAX_LIMIT),
        numbers["offset"], tuple(ignored),
    )  # fmt: skip


def path_of(name: str) -> Path | None:
    """The tags that a keyword, a tag or a dotted path of them names; None for anything else."""
    tags = [_tag(part) for part in name.split(".")]
    return tuple(tag for tag in tags if tag) if all(tags) else None


def representation_of(tag: str) -> str:
    """The value representation of a tag; UN for one that the dictionary does not know."""
    try:
        return str(dictionary_VR(int(tag, 16)))
    except KeyError:
        return "UN"


def _tag(part: str) -> str:
    if _TAG.fullmatch(part):
        return part.upper()
    tag = tag_for_keyword(part)
    return f"{tag:08X}" if tag is not None else ""


def _of_studies(path: Path) -> Path:
    return (_MODALITIES_IN_STUDY,) if path == (_MODALITY,) else path


def _number(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise InvalidQuery(f"{name} must be a whole number")
    return int(value[:9])
