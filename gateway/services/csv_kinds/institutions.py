"""institutions.csv: who takes part, its tier and kind, and how its systems name themselves."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from gateway.canonical.institution import Institution, InstitutionKind, InstitutionTier
from gateway.services.csv_kinds.cells import (
    VALIDITY,
    charset,
    institution_code,
    separated,
    time_zone,
)
from gateway.services.csv_kinds.kind import CsvKind, KnownFacts, Reason, validity_of
from gateway.services.timeline import Entry, Key, Span, Timeline, overlap
from item_catalog.tables import filled, member_of

_LONGEST_AE_TITLE = 16  # DICOM PS3.5 6.2, value representation AE
NamesOf: TypeAlias = Callable[[Institution], tuple[str, ...]]


def _ae_titles(text: str) -> tuple[str, ...]:
    titles = separated(text)
    for title in titles:
        if len(title) > _LONGEST_AE_TITLE or not title.isascii() or "\\" in title:
            raise ValueError(f"{title!r} is not an AE title (16 ASCII characters at most)")
    return titles


def _build(cells: Mapping[str, Any]) -> Institution:
    return Institution(
        code=cells["code"],
        name=cells["name"],
        tier=cells["tier"],
        kind=cells["kind"],
        city=cells["city"],
        county=cells["county"],
        hl7_facilities=cells["hl7_facility"],
        ae_titles=cells["ae_title"],
        time_zone=cells["time_zone"],
        charset=cells["charset"],
        validity=validity_of(cells),
    )


def _check(_record: Institution, _known: KnownFacts) -> Iterator[Reason]:
    return iter(())


def shared_names(
    timelines: Mapping[Key, Timeline[Institution]],
) -> Iterable[tuple[Entry[Institution], Reason]]:
    """Facilities and AE titles that belong to two institutions on one day."""
    yield from _shared(timelines, "hl7_facility", lambda institution: institution.hl7_facilities)
    yield from _shared(timelines, "ae_title", lambda institution: institution.ae_titles)


def _shared(
    timelines: Mapping[Key, Timeline[Institution]], column: str, names_of: NamesOf
) -> Iterator[tuple[Entry[Institution], Reason]]:
    holders: defaultdict[str, list[Span[Institution]]] = defaultdict(list)
    for timeline in timelines.values():
        for span in timeline:
            for name in names_of(span.entry.record):
                holders[name].append(span)
    for name, spans in holders.items():
        for one, other in _clashing(spans):
            reason = f"{name!r} belongs to institution {other.record.code} on the same days"
            yield one, (column, reason)


def _clashing(
    spans: list[Span[Institution]],
) -> Iterator[tuple[Entry[Institution], Entry[Institution]]]:
    """Pairs of different institutions that share a day, the later row first."""
    ordered = sorted(spans, key=lambda span: (span.entry.batch, span.entry.line))
    for position, later in enumerate(ordered):
        for earlier in ordered[:position]:
            if earlier.entry.key != later.entry.key and overlap(earlier.validity, later.validity):
                yield later.entry, earlier.entry
                break


INSTITUTIONS: CsvKind[Institution] = CsvKind(
    name="institutions",
    columns={
        "code": institution_code,
        "name": filled,
        "tier": member_of(InstitutionTier),
        "kind": member_of(InstitutionKind),
        "city": str,
        "county": str,
        "hl7_facility": separated,
        "ae_title": _ae_titles,
        "time_zone": time_zone,
        "charset": charset,
        **VALIDITY,
    },
    build=_build,
    key=lambda institution: (institution.code,),
    check=_check,
    conflicts=shared_names,
)
