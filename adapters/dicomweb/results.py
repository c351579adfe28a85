"""The attributes that searches answer, per level (PS3.18 tables 10.6.3-3 to 10.6.3-5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.dicomweb.query import Query, representation_of

Json = dict[str, Any]
STUDY_UID, SERIES_UID, INSTANCE_UID = "0020000D", "0020000E", "00080018"
MODALITIES_IN_STUDY = "00080061"
_RETRIEVE_URL = "00081190"
#: Always answered, even without a value, because viewers read them without asking.
STUDY_TAGS = frozenset(
    {
        "00080005", "00080020", "00080030", "00080050", "00080090", "00080201", "00081030",
        "00100010", "00100020", "00100030", "00100040", "00200010", STUDY_UID,
    }
)  # fmt: skip
SERIES_TAGS = frozenset(
    {
        "00080005", "00080021", "00080031", "00080060", "0008103E", "00180015", SERIES_UID,
        "00200011", "00200060", "00400244", "00400245", "00400275", STUDY_UID,
    }
)  # fmt: skip
INSTANCE_TAGS = frozenset(
    {
        "00080005", "00080016", INSTANCE_UID, "00080023", "00083002", STUDY_UID, SERIES_UID,
        "00200013", "00280008", "00280010", "00280011", "00280100",
    }
)  # fmt: skip
#: Attributes of patient and study that one instance tells for all of its study, on demand.
STUDY_EXTRAS = STUDY_TAGS | frozenset(
    {
        "00081032", "00081048", "00081060", "00081080", "00100021", "00100032", "00101000",
        "00101002", "00101010", "00101020", "00101030", "00102180", "001021B0", "00104000",
        "00321032", "00321060", "00321064",
    }
)  # fmt: skip
SERIES_EXTRAS = SERIES_TAGS | frozenset(
    {"00080070", "00080080", "00081010", "00081050", "00081090", "00180010", "00185100", "00081040"}
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What is held below a study or series."""

    modalities: Sequence[str]
    series: int
    instances: int


def study_extract(metadata: Mapping[str, Any]) -> Json:
    """What one instance's metadata say about patient and study."""
    return {tag: metadata[tag] for tag in sorted(STUDY_EXTRAS) if tag in metadata}


def study_result(extract: Mapping[str, Any], counts: Counts, query: Query, url: str) -> Json:
    """One study of a search."""
    found = _chosen(extract, STUDY_TAGS, query)
    return found | {
        "00080056": _value("CS", "ONLINE"),
        MODALITIES_IN_STUDY: _value("CS", *counts.modalities),
        "00201206": _value("IS", counts.series),
        "00201208": _value("IS", counts.instances),
        _RETRIEVE_URL: _value("UR", url),
    }


def series_result(metadata: Mapping[str, Any], instances: int, query: Query, url: str) -> Json:
    """One series of a search, from the metadata of one of its instances."""
    allowed = metadata
    if query.include_all:
        allowed = {tag: metadata[tag] for tag in SERIES_EXTRAS | STUDY_EXTRAS if tag in metadata}
    return _chosen(allowed, SERIES_TAGS, query) | {
        "00201209": _value("IS", instances),
        _RETRIEVE_URL: _value("UR", url),
    }


def instance_result(metadata: Mapping[str, Any], query: Query, url: str) -> Json:
    """One instance of a search."""
    return _chosen(metadata, INSTANCE_TAGS, query) | {
        "00080056": _value("CS", "ONLINE"),
        _RETRIEVE_URL: _value("UR", url),
    }


def first_text(metadata: Mapping[str, Any], tag: str) -> str:
    """The first value of an attribute as text; of a name its first group; "" when absent."""
    values = metadata.get(tag, {}).get("Value") or [""]
    value = values[0]
    return str(next(iter(value.values()), "")) if isinstance(value, Mapping) else str(value)


def in_order(found: Iterable[Json], *tags: str) -> list[Json]:
    """Sorted by number attributes, those without one last."""
    return sorted(found, key=lambda each: tuple(_number(each, tag) for tag in tags))


def _number(each: Json, tag: str) -> tuple[bool, float]:
    text = first_text(each, tag)
    try:
        return (False, float(text))
    except ValueError:
        return (True, 0.0)


def _chosen(metadata: Mapping[str, Any], always: frozenset[str], query: Query) -> Json:
    if query.include_all:
        wanted = always | metadata.keys()
    else:
        asked = query.include | {path[0] for path in query.filters if path[0] in metadata}
        wanted = always | asked
    return {
        tag: metadata.get(tag) or {"vr": representation_of(tag)}
        for tag in sorted(wanted)
        if tag in metadata or tag in always or tag in query.include
    }


def _value(vr: str, *values: object) -> Json:
    return {"vr": vr, "Value": list(values)} if values else {"vr": vr}
