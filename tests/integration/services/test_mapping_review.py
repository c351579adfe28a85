"""Coverage counts the codes that arrived; suggestions are for a reviewer only."""

from datetime import date

import pytest
from sqlalchemy import insert

from gateway.canonical.identifiers import InstitutionCode
from gateway.services.mapping_review import MappingCoverage, coverage, suggestions_for
from gateway.services.registry import load_registry
from gateway.storage.registry import ReceivedCode
from gateway.storage.session import Connection, Database
from gateway.storage.tables import received_code
from item_catalog.catalog import Catalog
from item_catalog.loader import load_catalog, load_synonyms
from tests.integration.services.register_files import NOON, import_all

H001 = InstitutionCode("H001")
TODAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


async def measured(database: Database, catalog: Catalog, code: str) -> MappingCoverage:
    async def unit(connection: Connection) -> MappingCoverage:
        registry = await load_registry(connection, catalog)
        return await coverage(connection, registry, InstitutionCode(code), TODAY)

    return await database.read(unit)


async def test_coverage_is_the_share_of_codes_that_are_mapped(
    database: Database, catalog: Catalog
) -> None:
    await import_all(database, catalog)
    received = [
        ("lab", "ALB", "白蛋白", 90), ("lab", "GLU", "葡萄糖", 6), ("lab", "XYZ", "怪项目", 8),
        ("imaging", "CT0100", "颅脑平扫", 4),
    ]  # fmt: skip
    rows = [
        {
            "institution": "H001", "kind": kind, "local_code": code, "local_name": name,
            "count": count, "last_seen": NOON,
        }
        for kind, code, name, count in received
    ]  # fmt: skip
    await database.write(lambda conn: conn.run(insert(received_code), rows))
    found = await measured(database, catalog, "H001")
    assert (found.codes, found.mapped_codes, found.share) == (4, 2, 0.5)
    assert (found.results, found.mapped_results) == (108, 94)
    assert [code.local_code for code in found.unmapped] == ["XYZ", "GLU"]


async def test_institution_that_sent_nothing_has_no_share(
    database: Database, catalog: Catalog
) -> None:
    assert (await measured(database, catalog, "H002")).share is None


def test_unmapped_code_gets_candidates_by_name(catalog: Catalog) -> None:
    code = ReceivedCode("lab", "GLU", "葡萄糖", 6)
    found = suggestions_for(code, catalog, load_synonyms(), TODAY)
    assert {("25030200100", None), ("25010200100", "葡萄糖")} <= {one.target for one in found}
