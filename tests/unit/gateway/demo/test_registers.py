import csv
from datetime import date

import pytest

from gateway.demo.city import City
from gateway.demo.institutions import INSTITUTIONS
from item_catalog.catalog import Edition
from item_catalog.loader import load_catalog
from item_catalog.mapping import read_mappings

COLUMNS = {
    "institutions": "code,name,tier,kind,city,county,hl7_facility,ae_title,time_zone,charset,"
    "valid_from,valid_to",
    "alliances": "alliance_code,name,kind,institution_code,valid_from,valid_to",
    "eqa": "institution_code,item_code,scheme,result,valid_from,valid_to",
    "mappings": "institution_code,kind,local_code,local_name,item_code,component,valid_from,"
    "valid_to,reviewed_by",
    "prices": "institution_code,item_code,price_cny,valid_from,valid_to",
    "systems": "institution_code,item_code,detection_system,valid_from,valid_to",
    "synonyms": "detection_system,canonical",
}


def rows(city: City, kind: str) -> list[dict[str, str]]:
    return list(csv.DictReader(city.registers[kind].splitlines()))


@pytest.mark.parametrize("kind", COLUMNS)
def test_registers_have_the_agreed_columns(city: City, kind: str) -> None:
    assert city.registers[kind].splitlines()[0] == COLUMNS[kind]
    assert rows(city, kind)


def test_every_item_code_is_in_the_edition(city: City, edition: Edition) -> None:
    for kind in ("eqa", "mappings", "prices", "systems"):
        for row in rows(city, kind):
            assert edition.find(row["item_code"]) is not None


def test_mappings_are_free_of_defects(city: City) -> None:
    lines = city.registers["mappings"].splitlines()
    numbered = enumerate(csv.DictReader(lines), start=2)
    mappings, defects = read_mappings("mappings.csv", numbered, load_catalog())
    assert not defects
    assert len(mappings) == len(lines) - 1


def test_dates_begin_before_the_oldest_report(city: City) -> None:
    oldest = min(plan.collected_at.date() for plan in city.lab_reports)
    for row in rows(city, "institutions"):
        assert date.fromisoformat(row["valid_from"]) < oldest


def test_sender_names_belong_to_one_institution(city: City) -> None:
    titles = [t for i in INSTITUTIONS for t in i.ae_titles]
    assert len(titles) == len(set(titles))
    assert all(len(title) <= 16 for title in titles)
    facilities = {row["hl7_facility"] for row in rows(city, "institutions")}
    assert len(facilities) == len(INSTITUTIONS)


def test_some_codes_in_use_are_left_unmapped(city: City) -> None:
    mapped = {(row["institution_code"], row["local_code"]) for row in rows(city, "mappings")}
    sent = {
        (plan.institution.code, plan.institution.local_code(result.analyte.abbreviation))
        for plan in city.lab_reports
        for result in plan.versions[0].results
        if result.analyte.item_code
    }
    assert 2 <= len(sent - mapped) < 8
