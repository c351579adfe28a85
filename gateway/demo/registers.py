"""The register of the fake city as the CSV texts that `gateway import` takes."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from gateway.demo.analytes import Analyte, LabOrder
from gateway.demo.imaging_plans import PROCEDURES
from gateway.demo.institutions import (
    ALLIANCES,
    CITY,
    COMMUNITY,
    DISTRICT,
    INSTITUTIONS,
    LABORATORY,
    MUNICIPAL,
    TRADITIONAL,
    DemoInstitution,
)
from gateway.demo.lab_plans import DETECTION_SYSTEMS
from item_catalog.catalog import Edition
from item_catalog.items import ImagingItem

_REVIEWER = "演示对码员"
#: Local codes that a hospital has in use and nobody has mapped yet.
UNMAPPED = {TRADITIONAL.key: frozenset({"HBA1C", "FERR"}), DISTRICT.key: frozenset({"HCY"})}
#: Laboratories that lately failed or lost the assessment of one item (二（一）).
_FAILED_ASSESSMENTS = {
    (MUNICIPAL.key, "LDH"): "fail",
    (COMMUNITY.key, "UA"): "suspended",
}
_SYSTEM_SYNONYMS = (
    ("Cobas e801 罗氏", "罗氏 Cobas e801"),
    ("Roche Cobas e801", "罗氏 Cobas e801"),
)


def register_texts(
    today: date, edition: Edition, analytes: Iterable[Analyte], orders: Iterable[LabOrder]
) -> dict[str, str]:
    """CSV text by import kind, in an order in which each finds what it refers to."""
    measured, offered = tuple(analytes), tuple(orders)
    start = today - timedelta(days=400)
    return {
        "institutions": _institutions(start),
        "alliances": _alliances(start),
        "eqa": _assessments(start, measured),
        "mappings": _mappings(start, measured, offered),
        "prices": _prices(start, edition),
        "systems": _systems(start, measured),
        "synonyms": _table(("detection_system", "canonical"), _SYSTEM_SYNONYMS),
    }


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def _institutions(start: date) -> str:
    header = "code,name,tier,kind,city,county,hl7_facility,ae_title,time_zone,charset"
    return _table(
        [*header.split(","), "valid_from", "valid_to"],
        (
            (
                i.code, i.name, i.tier, i.kind, CITY, i.county, i.facility, ";".join(i.ae_titles),
                "Asia/Shanghai", i.encoding.upper(), start, "",
            )
            for i in INSTITUTIONS
        ),
    )  # fmt: skip


def _alliances(start: date) -> str:
    return _table(
        ("alliance_code", "name", "kind", "institution_code", "valid_from", "valid_to"),
        ((a.code, a.name, a.kind, m.code, start, "") for a in ALLIANCES for m in a.members),
    )


def _assessments(start: date, analytes: Iterable[Analyte]) -> str:
    items: dict[str, str] = {a.item_code: a.abbreviation for a in analytes if a.item_code}
    return _table(
        ("institution_code", "item_code", "scheme", "result", "valid_from", "valid_to"),
        (
            (i.code, code, i.eqa_scheme, _FAILED_ASSESSMENTS.get((i.key, name), "pass"), start, "")
            for i in INSTITUTIONS
            for code, name in items.items()
        ),
    )


def _mappings(start: date, analytes: Sequence[Analyte], orders: Sequence[LabOrder]) -> str:
    header = "institution_code,kind,local_code,local_name,item_code,component"
    return _table(
        [*header.split(","), "valid_from", "valid_to", "reviewed_by"],
        (
            (*row, start, "", _REVIEWER)
            for institution in INSTITUTIONS
            for row in (
                *_lab_rows(institution, analytes, orders),
                *_imaging_rows(institution),
            )
        ),
    )


def _lab_rows(
    institution: DemoInstitution, analytes: Iterable[Analyte], orders: Iterable[LabOrder]
) -> Iterable[tuple[str, ...]]:
    unmapped = UNMAPPED.get(institution.key, frozenset())
    for order in orders:
        if order.item_code and order.code not in unmapped and len(order.analytes) > 1:
            local = institution.local_code(order.code)
            yield institution.code, "lab", local, order.name, order.item_code, ""
    for analyte in analytes:
        if analyte.item_code and analyte.abbreviation not in unmapped:
            local = institution.local_code(analyte.abbreviation)
            target = (analyte.item_code, analyte.component)
            yield institution.code, "lab", local, analyte.name, *target


def _imaging_rows(institution: DemoInstitution) -> Iterable[tuple[str, ...]]:
    for procedure in PROCEDURES.values():
        if procedure.modality in institution.modalities:
            local = institution.local_code(procedure.code)
            yield institution.code, "imaging", local, procedure.name, procedure.item_code, ""


def _prices(start: date, edition: Edition) -> str:
    return _table(
        ("institution_code", "item_code", "price_cny", "valid_from", "valid_to"),
        (
            (i.code, item.code, _price(item.seq, isinstance(item, ImagingItem)), start, "")
            for i in INSTITUTIONS
            for item in edition.items()
        ),
    )


def _price(seq: int, imaging: bool) -> str:
    return f"{80 + seq * 2}.00" if imaging else f"{4 + seq % 30}.50"


def _systems(start: date, analytes: Iterable[Analyte]) -> str:
    markers = [a.item_code for a in analytes if a.kind == "marker"]
    receivers = (i for i in INSTITUTIONS if i.key in DETECTION_SYSTEMS and i is not LABORATORY)
    return _table(
        ("institution_code", "item_code", "detection_system", "valid_from", "valid_to"),
        (
            (i.code, code, " ".join(DETECTION_SYSTEMS[i.key]), start, "")
            for i in receivers
            for code in markers
        ),
    )
