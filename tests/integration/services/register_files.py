"""Small CSV files of a made-up county, and how tests import them."""

from datetime import UTC, datetime

from gateway.services.onboarding import ImportReport, ImportRequest, import_csv
from gateway.storage.session import Database
from item_catalog.catalog import Catalog

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)

INSTITUTIONS = """\
code,name,tier,kind,city,county,hl7_facility,ae_title,time_zone,charset,valid_from,valid_to
H001,市第一医院,三级甲等,hospital,杭州,,HIS1;LIS1,CT1;MR1,Asia/Shanghai,UTF-8,2021-01-01,
H002,县人民医院,二级乙等,hospital,杭州,桐庐,HIS2,CT2,Asia/Shanghai,GB18030,2021-01-01,
L001,金域检验所,未定级,independent_laboratory,杭州,,LAB1,,,,2021-01-01,2025-12-31
"""
ALLIANCES = """\
alliance_code,name,kind,institution_code,valid_from,valid_to
A1,桐庐医共体,县域医共体,H002,2022-01-01,2024-12-31
A2,杭州医联体,城市医联体,H002,2022-01-01,
"""
EQA = """\
institution_code,item_code,scheme,result,valid_from,valid_to
H001,25030100100,national,pass,2026-01-01,2026-12-31
H001,25030100100,provincial,fail,2026-01-01,2026-06-30
"""
MAPPINGS = """\
institution_code,kind,local_code,local_name,item_code,component,valid_from,valid_to,reviewed_by
H001,lab,ALB,白蛋白,25030100200,,2021-10-14,,王
H001,lab,UGLU,尿糖,25010200100,葡萄糖,2021-10-14,,王
H001,imaging,CT0100,颅脑平扫,B020ZYZZZ-00,,2021-10-14,,王
"""
PRICES = """\
institution_code,item_code,price_cny,valid_from,valid_to
H001,25030100100,6.50,2025-01-01,
"""
SYSTEMS = """\
institution_code,item_code,detection_system,valid_from,valid_to
H001,25040400600,Roche cobas e801,2025-01-01,
"""
SYNONYMS = """\
detection_system,canonical
罗氏e801,Roche cobas e801
"""
PROCEDURE_MAPPINGS = """\
institution_code,local_code,local_name,catalogue_key,valid_from,valid_to,reviewed_by
H001,SS01,阑尾切除术,surgical|第一部分（原文缺标题）|普通外科手术（操作）分级目录|777,2025-01-01,,王
"""
OVERRIDES = """\
institution_code,procedure_code,procedure_name,list,valid_from,valid_to
H001,47.0900,阑尾切除术,lower,2025-01-01,
"""
FILES = {
    "institutions": INSTITUTIONS,
    "alliances": ALLIANCES,
    "eqa": EQA,
    "mappings": MAPPINGS,
    "procedure_mappings": PROCEDURE_MAPPINGS,
    "prices": PRICES,
    "systems": SYSTEMS,
    "synonyms": SYNONYMS,
    "overrides": OVERRIDES,
}


async def import_text(
    database: Database, catalog: Catalog, kind: str, text: str, *, dry_run: bool = False
) -> ImportReport:
    """Import a file's text as `gateway import` does."""
    request = ImportRequest(kind, f"{kind}.csv", text.encode(), "tester", dry_run)
    return await database.write(lambda conn: import_csv(conn, request, catalog, NOON))


async def import_all(database: Database, catalog: Catalog) -> None:
    """Import one file of every kind."""
    for kind, text in FILES.items():
        await import_text(database, catalog, kind, text)
