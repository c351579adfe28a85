"""systems.csv and synonyms.csv: detection systems and their other names (附件1 备注)."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.canonical.institution import OwnDetectionSystem
from gateway.services.csv_kinds.cells import (
    VALIDITY,
    institution_code,
    unknown_institution,
    unknown_item,
)
from gateway.services.csv_kinds.kind import CsvKind, KnownFacts, Reason, validity_of
from gateway.services.timeline import Entry, Key, Timeline
from item_catalog.codes import parse_item_code
from item_catalog.tables import filled


@dataclass(frozen=True, slots=True)
class SystemSynonym:
    """Another name of a detection system."""

    detection_system: str
    canonical: str


def normalize_system(text: str) -> str:
    """The form in which names of detection systems are compared: NFKC, one blank, no case."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _build_system(cells: Mapping[str, Any]) -> OwnDetectionSystem:
    return OwnDetectionSystem(
        institution=cells["institution_code"],
        item_code=cells["item_code"],
        detection_system=cells["detection_system"],
        validity=validity_of(cells),
    )


def _check_system(record: OwnDetectionSystem, known: KnownFacts) -> Iterator[Reason]:
    yield from unknown_institution(record.institution, known, "institution_code")
    yield from unknown_item(record.item_code, known)


def _build_synonym(cells: Mapping[str, Any]) -> SystemSynonym:
    return SystemSynonym(cells["detection_system"], cells["canonical"])


def _check_synonym(_record: SystemSynonym, _known: KnownFacts) -> Iterator[Reason]:
    return iter(())


def _repeated(_one: SystemSynonym, _other: SystemSynonym) -> Reason:
    return "detection_system", "is given a canonical name by {place} already"


def chained_synonyms(
    timelines: Mapping[Key, Timeline[SystemSynonym]],
) -> Iterable[tuple[Entry[SystemSynonym], Reason]]:
    """A canonical name that is itself only a synonym of another one."""
    for timeline in timelines.values():
        for span in timeline:
            name = normalize_system(span.entry.record.canonical)
            further = timelines.get((name,), ())
            if any(normalize_system(other.entry.record.canonical) != name for other in further):
                yield span.entry, ("canonical", "is itself listed as a synonym of another system")


SYSTEMS: CsvKind[OwnDetectionSystem] = CsvKind(
    name="systems",
    columns={
        "institution_code": institution_code,
        "item_code": parse_item_code,
        "detection_system": filled,
        **VALIDITY,
    },
    build=_build_system,
    key=lambda row: (row.institution, row.item_code),
    check=_check_system,
)

SYNONYMS: CsvKind[SystemSynonym] = CsvKind(
    name="synonyms",
    columns={"detection_system": filled, "canonical": filled},
    build=_build_synonym,
    key=lambda row: (normalize_system(row.detection_system),),
    check=_check_synonym,
    clash=_repeated,
    conflicts=chained_synonyms,
)
