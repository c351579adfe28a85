"""The register in memory answers every question as of a day, from what was imported."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, update

from gateway.canonical.directory import PeerDirectory, Sender
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.lab import LocalCode
from gateway.services.ports import Registry
from gateway.services.registry import RegistryHolder, RegistrySnapshot, load_registry
from gateway.storage.registry_tables import registry_row
from gateway.storage.session import Database
from item_catalog.catalog import Catalog
from item_catalog.loader import load_catalog
from tests.integration.services.register_files import (
    INSTITUTIONS,
    MAPPINGS,
    import_all,
    import_text,
)

TODAY = date(2026, 3, 1)
H001, H002, L001 = (InstitutionCode(code) for code in ("H001", "H002", "L001"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
async def registry(database: Database, catalog: Catalog) -> RegistrySnapshot:
    await import_all(database, catalog)
    return await database.read(lambda conn: load_registry(conn, catalog))


def test_snapshot_is_what_services_and_listeners_ask_for(registry: RegistrySnapshot) -> None:
    as_registry: Registry = registry
    as_directory: PeerDirectory = registry
    assert as_registry is as_directory


def test_institution_is_known_on_the_days_of_its_registration(registry: RegistrySnapshot) -> None:
    found = registry.institution(L001, date(2025, 12, 31))
    assert found is not None
    assert (found.kind, found.time_zone, found.charset) == (
        "independent_laboratory", "Asia/Shanghai", "UTF-8",
    )  # fmt: skip
    assert registry.institution(L001, date(2026, 1, 1)) is None
    assert registry.institution(InstitutionCode("H404"), TODAY) is None
    assert [one.code for one in registry.institutions(TODAY)] == ["H001", "H002"]


def test_alliances_hold_on_their_days(registry: RegistrySnapshot) -> None:
    assert registry.alliances_of(H002, date(2024, 12, 31)) == {"A1", "A2"}
    assert registry.alliances_of(H002, TODAY) == {"A2"}
    assert registry.alliances_of(H001, TODAY) == frozenset()


def test_assessments_hold_on_their_days(registry: RegistrySnapshot) -> None:
    assert {(one.scheme, one.result) for one in registry.assessments_of(H001, TODAY)} == {
        ("national", "pass"), ("provincial", "fail"),
    }  # fmt: skip
    assert [one.scheme for one in registry.assessments_of(H001, date(2026, 7, 1))] == ["national"]
    assert registry.assessments_of(H001, date(2025, 7, 1)) == ()


def test_sender_is_known_by_facility_and_ae_title(registry: RegistrySnapshot) -> None:
    assert registry.sender_of_facility("LIS1", TODAY) == Sender(H001, "UTF-8", "Asia/Shanghai")
    assert registry.sender_of_ae_title("CT2 ", TODAY) == Sender(H002, "GB18030", "Asia/Shanghai")
    assert registry.sender_of_facility("LIS1", date(2020, 12, 31)) is None
    assert registry.sender_of_facility("CT2", TODAY) is None
    assert registry.sender_of_ae_title("", TODAY) is None


def test_local_codes_mean_what_was_reviewed(registry: RegistrySnapshot) -> None:
    assert registry.map_code(H001, "lab", LocalCode(" ALB"), TODAY) == (("25030100200", None),)
    assert registry.map_code(H001, "lab", LocalCode("UGLU"), TODAY) == (("25010200100", "葡萄糖"),)
    assert registry.map_code(H001, "lab", LocalCode("alb"), TODAY) == ()
    assert registry.map_code(H002, "lab", LocalCode("ALB"), TODAY) == ()
    assert registry.map_code(H001, "lab", LocalCode("ALB"), date(2021, 10, 13)) == ()
    assert registry.is_imaging_code(H001, "CT0100", TODAY)
    assert not registry.is_imaging_code(H001, "ALB", TODAY)


def test_code_of_the_catalogue_itself_needs_no_mapping(registry: RegistrySnapshot) -> None:
    def meaning(kind: str, code: str, on: date = TODAY) -> tuple[tuple[str, str | None], ...]:
        return registry.map_code(H002, kind, LocalCode(code, "", "ZJHR"), on)

    assert meaning("lab", "25030100200") == (("25030100200", None),)
    assert meaning("imaging", "B020ZYZZZ-00") == (("B020ZYZZZ-00", None),)
    assert meaning("imaging", "25030100200") == ()
    assert meaning("lab", "ALB") == ()
    assert meaning("lab", "25030100200", date(2020, 1, 1)) == ()


def test_systems_are_compared_under_one_name(registry: RegistrySnapshot) -> None:
    own = registry.own_system(H001, "25040400600", TODAY)
    assert own == "Roche cobas e801"
    assert registry.canonical_system("罗氏E801") == registry.canonical_system(own)
    assert registry.canonical_system("Abbott  Alinity") == "abbott alinity"
    assert registry.own_system(H002, "25040400600", TODAY) is None


def test_price_is_the_receivers_own(registry: RegistrySnapshot) -> None:
    assert registry.price_of(H001, "25030100100", TODAY) == Decimal("6.50")
    assert registry.price_of(H001, "25030100100", date(2024, 12, 31)) is None
    assert registry.price_of(H002, "25030100100", TODAY) is None


async def test_holder_loads_anew_only_after_an_import(database: Database, catalog: Catalog) -> None:
    empty = await database.read(lambda conn: load_registry(conn, catalog))
    holder = RegistryHolder(empty, catalog)
    assert not await database.read(holder.refresh_if_changed)
    assert holder.current is empty
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    assert await database.read(holder.refresh_if_changed)
    assert holder.current.institution(H001, TODAY) is not None
    assert empty.institution(H001, TODAY) is None


async def test_holder_takes_in_what_was_added_to_what_it_knew(
    database: Database, catalog: Catalog
) -> None:
    await import_all(database, catalog)
    before = await database.read(lambda conn: load_registry(conn, catalog))
    holder = RegistryHolder(before, catalog)
    price = (
        "institution_code,item_code,price_cny,valid_from,valid_to\nH001,25030100100,7,2026-01-01,\n"
    )
    await import_text(database, catalog, "prices", price)
    assert await database.read(holder.refresh_if_changed)
    assert holder.current.price_of(H001, "25030100100", TODAY) == Decimal(7)
    assert holder.current.price_of(H001, "25030100100", date(2025, 6, 1)) == Decimal("6.50")
    assert before.price_of(H001, "25030100100", TODAY) == Decimal("6.50")
    assert holder.current.map_code(H001, "lab", LocalCode("ALB"), TODAY) != ()
    mapping = MAPPINGS.replace("25030100200", "25030100600")
    await import_text(database, catalog, "mappings", mapping)
    assert await database.read(holder.refresh_if_changed)
    assert holder.current.map_code(H001, "lab", LocalCode("ALB"), TODAY) == (("25030100600", None),)


async def test_stored_row_that_is_no_longer_readable_is_named(
    database: Database, catalog: Catalog
) -> None:
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    cells = func.replace(registry_row.c.cells, "二级乙等", "五级")
    spoiled = update(registry_row).where(registry_row.c.line == 3).values(cells=cells)
    await database.write(lambda conn: conn.run(spoiled))
    with pytest.raises(ValueError, match="batch 1, row 3"):
        await database.read(lambda conn: load_registry(conn, catalog))
