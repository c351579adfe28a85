"""CSV imports on both databases: all or nothing, every bad row named, nothing ever deleted."""

import asyncio
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from gateway.canonical.identifiers import InstitutionCode
from gateway.errors import InvalidRequest
from gateway.services.onboarding import ImportRefused, ImportRequest, import_csv
from gateway.services.registry import load_registry
from gateway.storage.registry_tables import import_batch, registry_row
from gateway.storage.session import Connection, Database
from item_catalog.catalog import Catalog
from item_catalog.loader import load_catalog
from tests.integration.services.register_files import (
    FILES,
    INSTITUTIONS,
    MAPPINGS,
    NOON,
    import_all,
    import_text,
)

INSTITUTION_HEADER = INSTITUTIONS.splitlines()[0]
MAPPING_HEADER = MAPPINGS.splitlines()[0]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


async def refusal(database: Database, catalog: Catalog, kind: str, text: str) -> list[str]:
    """The defects for which a file is refused, without its name."""
    with pytest.raises(ImportRefused) as refused:
        await import_text(database, catalog, kind, text)
    return [str(defect).removeprefix(f"{kind}.csv, ") for defect in refused.value.defects]


async def stored(database: Database) -> tuple[int, int]:
    """How many batches and rows the register holds."""

    async def count(connection: Connection) -> tuple[int, int]:
        (batches,) = await connection.all(select(func.count()).select_from(import_batch))
        (rows,) = await connection.all(select(func.count()).select_from(registry_row))
        return batches[0], rows[0]

    return await database.read(count)


def with_rows(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


async def test_every_kind_of_file_is_taken(database: Database, catalog: Catalog) -> None:
    await import_all(database, catalog)
    rows = sum(len(text.splitlines()) - 1 for text in FILES.values())
    assert await stored(database) == (len(FILES), rows)


async def test_dry_run_checks_and_writes_nothing(database: Database, catalog: Catalog) -> None:
    report = await import_text(database, catalog, "institutions", INSTITUTIONS, dry_run=True)
    assert (report.rows, report.batch) == (3, None)
    assert await stored(database) == (0, 0)
    with pytest.raises(ImportRefused):
        await import_text(database, catalog, "eqa", FILES["eqa"], dry_run=True)


async def test_same_file_again_changes_nothing(database: Database, catalog: Catalog) -> None:
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    again = await import_text(database, catalog, "institutions", INSTITUTIONS)
    assert (again.unchanged, again.batch) == (True, None)
    assert await stored(database) == (1, 3)


async def test_one_bad_row_keeps_the_whole_file_out(database: Database, catalog: Catalog) -> None:
    text = INSTITUTIONS + "H009,坏,五级,hospital,杭州,,,,,,2021-01-01,\n"
    (defect,) = await refusal(database, catalog, "institutions", text)
    assert defect.startswith("row 5, tier: '五级' is none of 三级特等, 三级甲等")
    assert await stored(database) == (0, 0)


async def test_every_bad_cell_of_every_row_is_named(database: Database, catalog: Catalog) -> None:
    text = with_rows(
        INSTITUTION_HEADER,
        ",,三级甲等,clinic,杭州,,,A-TITLE-TOO-LONG-FOR-DICOM,Mars,latin-99,2021-13-01,soon",
        "H2,乙,三级甲等,hospital,杭州,,,,,,2022-01-01,2021-01-01",
        "H3,丙,三级甲等,hospital,杭州,,,,,,,",
    )
    found = await refusal(database, catalog, "institutions", text)
    assert [line.split(":")[0] for line in found] == [
        "row 2, ae_title", "row 2, charset", "row 2, code", "row 2, kind", "row 2, name",
        "row 2, time_zone", "row 2, valid_from", "row 2, valid_to", "row 3, valid_to",
        "row 4, valid_from",
    ]  # fmt: skip
    assert "row 3, valid_to: lies before valid_from" in found


async def test_two_rows_of_one_key_may_not_share_a_day(
    database: Database, catalog: Catalog
) -> None:
    text = with_rows(
        INSTITUTION_HEADER,
        "H1,甲,三级甲等,hospital,杭州,,,,,,2021-01-01,2023-12-31",
        "H1,甲,三级乙等,hospital,杭州,,,,,,2023-12-31,",
    )
    assert await refusal(database, catalog, "institutions", text) == [
        "row 3, valid_from: is valid on days of row 2, which has the same key"
    ]


async def test_facility_and_ae_title_belong_to_one_institution_on_a_day(
    database: Database, catalog: Catalog
) -> None:
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    text = with_rows(
        INSTITUTION_HEADER,
        "H003,丙,三级甲等,hospital,杭州,,LIS1;HIS3,CT3,,,2024-01-01,",
        "H004,丁,三级甲等,hospital,杭州,,HIS4,CT3,,,2024-01-01,",
        "H005,戊,三级甲等,hospital,杭州,,LAB1,,,,2026-01-01,",
    )
    assert await refusal(database, catalog, "institutions", text) == [
        "row 2, hl7_facility: 'LIS1' belongs to institution H001 on the same days",
        "row 3, ae_title: 'CT3' belongs to institution H003 on the same days",
    ]


async def test_facility_may_pass_on_when_its_owner_gives_it_up(
    database: Database, catalog: Catalog
) -> None:
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    text = with_rows(
        INSTITUTION_HEADER,
        "H001,市第一医院,三级甲等,hospital,杭州,,LIS1,CT1,,,2026-01-01,",
        "H002,县人民医院,二级乙等,hospital,杭州,,HIS2;HIS1,CT2,,,2026-01-01,",
    )
    await import_text(database, catalog, "institutions", text)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("H404,lab,X,,25030100200,,2021-10-14,,王", "institution_code: 'H404' is not a registered"),
        ("H001,lab,X,,25030199999,,2021-10-14,,王", "item_code: 25030199999 is in no edition"),
        ("H001,lab,X,,ALB,,2021-10-14,,王", "item_code: 'ALB' is not a laboratory or imaging"),
        ("H001,lab,X,,B020ZYZZZ-00,,2021-10-14,,王", "kind: B020ZYZZZ-00 is not an item of kind"),
        ("H001,lab,X,,25010200100,糖,2021-10-14,,王", "component: 25010200100 has no component"),
        ("H001,ecg,X,,25030100200,,2021-10-14,,王", "kind: 'ecg' is none of lab, imaging"),
        ("H001,lab,X,,25030100200,,2021-10-14,,", "reviewed_by: must not be empty"),
        ("H001,lab,,,25030100200,,2021-10-14,,王", "local_code: must not be empty"),
    ],
)
async def test_mapping_that_means_nothing_is_refused(
    database: Database, catalog: Catalog, row: str, reason: str
) -> None:
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    (defect,) = await refusal(database, catalog, "mappings", with_rows(MAPPING_HEADER, row))
    assert defect.startswith(f"row 2, {reason}")


async def test_lab_code_has_one_target_on_a_day_and_imaging_code_may_have_more(
    database: Database, catalog: Catalog
) -> None:
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    text = with_rows(
        MAPPING_HEADER,
        "H001,lab,ALB,,25030100200,,2021-10-14,2022-12-31,王",
        "H001,lab,ALB,,25030100100,,2023-01-01,,王",
        "H001,lab,\uff21\uff2c\uff22,,25030100600,,2024-01-01,,王",
        "H001,imaging,CT1,,B020ZYZZZ-00,,2021-10-14,,王",
        "H001,imaging,CT1,,B02010ZZZ-00,,2021-10-14,,王",
        "H001,imaging,CT1,,B02010ZZZ-00,,2022-10-14,,王",
    )
    assert await refusal(database, catalog, "mappings", text) == [
        "row 4, item_code: gives this local code another target on days of row 3",
        "row 7, valid_from: maps this code to the same item on days of row 6",
    ]


@pytest.mark.parametrize(
    ("kind", "row", "reason"),
    [
        ("alliances", "A1,甲,医院集团,H001,2021-01-01,", "kind: '医院集团' is none of"),
        ("alliances", "A1,甲,城市医联体,H404,2021-01-01,", "institution_code: 'H404' is not"),
        ("eqa", "H001,25030100100,private,pass,2021-01-01,", "scheme: 'private' is none of"),
        ("eqa", "H001,25030100100,national,good,2021-01-01,", "result: 'good' is none of"),
        ("eqa", "H001,25030199999,national,pass,2021-01-01,", "item_code: '25030199999' is not"),
        ("prices", "H001,25030100100,-1,2021-01-01,", "price_cny: '-1' is not an amount"),
        ("prices", "H001,25030100100,1,2021-1-1,", "valid_from: '2021-1-1' is not a date"),
        ("systems", "H404,25040400600,e801,2021-01-01,", "institution_code: 'H404' is not"),
        ("synonyms", "e801,", "canonical: must not be empty"),
        ("overrides", "H001,,,lower,2021-01-01,", "procedure_code: either the code or the name"),
        ("overrides", "H001,47.0,切除,middle,2021-01-01,", "list: 'middle' is none of"),
        ("procedure_mappings", "H001,S1,切除,,2021-01-01,,王", "catalogue_key: must not be empty"),
        ("procedure_mappings", "H001,S1,切除,阑尾,2021-01-01,,王", "catalogue_key: '阑尾' is not"),
    ],
)
async def test_bad_row_of_any_kind_is_named(
    database: Database, catalog: Catalog, kind: str, row: str, reason: str
) -> None:
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    header = FILES[kind].splitlines()[0]
    (defect,) = await refusal(database, catalog, kind, with_rows(header, row))
    assert defect.startswith(f"row 2, {reason}")


async def test_synonyms_do_not_repeat_and_do_not_chain(
    database: Database, catalog: Catalog
) -> None:
    header = "detection_system,canonical"
    repeated = with_rows(header, "罗氏,Roche", "罗氏 ,Roche Cobas")
    assert await refusal(database, catalog, "synonyms", repeated) == [
        "row 3, detection_system: is given a canonical name by row 2 already"
    ]
    await import_text(database, catalog, "synonyms", with_rows(header, "Roche,Roche Cobas"))
    assert await refusal(database, catalog, "synonyms", with_rows(header, "罗氏,ROCHE")) == [
        "row 2, canonical: is itself listed as a synonym of another system"
    ]


async def test_unknown_kind_is_refused_with_the_known_ones(
    database: Database, catalog: Catalog
) -> None:
    with pytest.raises(InvalidRequest, match="institutions, alliances, eqa"):
        await import_text(database, catalog, "staff", "a,b\n")


async def test_imports_at_the_same_time_get_numbers_of_their_own(
    database: Database, catalog: Catalog
) -> None:
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    kinds = ["alliances", "eqa", "prices", "systems", "synonyms", "overrides"]
    reports = await asyncio.gather(
        *(import_text(database, catalog, kind, FILES[kind]) for kind in kinds)
    )
    assert sorted(report.batch or 0 for report in reports) == [2, 3, 4, 5, 6, 7]


async def test_newer_file_decides_and_older_rows_stay(database: Database, catalog: Catalog) -> None:
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    text = with_rows(
        INSTITUTION_HEADER, "H002,县人民医院,二级甲等,hospital,杭州,桐庐,HIS2,CT2,,,2026-01-01,"
    )
    await import_text(database, catalog, "institutions", text)
    assert await stored(database) == (2, 4)
    registry = await database.read(lambda conn: load_registry(conn, catalog))
    days = (date(2025, 12, 31), date(2026, 1, 1))
    found = [registry.institution(InstitutionCode("H002"), day) for day in days]
    assert [one and one.tier for one in found] == ["二级乙等", "二级甲等"]


@pytest.fixture
def big_mapping() -> Callable[[int], str]:
    """A mapping file of many rows."""
    return lambda rows: with_rows(
        MAPPING_HEADER,
        *(f"H001,lab,C{number},名,25030100200,,2021-10-14,,王" for number in range(rows)),
    )


async def test_file_of_thousands_of_rows_is_taken_whole(
    database: Database, catalog: Catalog, big_mapping: Callable[[int], str]
) -> None:
    await import_text(database, catalog, "institutions", INSTITUTIONS)
    request = ImportRequest("mappings", "big.csv", big_mapping(2500).encode(), "tester")
    report = await database.write(lambda conn: import_csv(conn, request, catalog, NOON))
    assert report.rows == 2500
    assert await stored(database) == (2, 2503)
