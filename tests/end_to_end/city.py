"""A small city as its register files: every kind of sender and receiver that a clause asks for."""

from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
#: Noon in China of the day on which the tests happen.
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=CHINA)

RECEIVER = "R3A"  # a hospital of grade 3A, where the physicians of the tests order
OTHER_RECEIVER = "R3B"
TOWN = "R1"  # a receiver below the line
UPPER = "S3A"  # a source above the line, sends UTF-8
GB_UPPER = "S2A"  # grade 2A, just above the line, registered for GB18030
UNASSESSED = "S3X"  # above the line, no assessment registered at all
COUNTY = "S2B"  # below the line
UNGRADED = "S0"  # not mentioned by the policy
ALLIED = "S1Y"  # below the line, in one alliance with RECEIVER
LABORATORY = "LAB"  # independent, assessed
OUTSIDER = "LAX"  # independent, assessed for another item only

TOTAL_PROTEIN, ALBUMIN, GLUCOSE = "25030100100", "25030100200", "25030200100"
UREA, CREATININE, URIC_ACID = "25030700100", "25030700200", "25030700500"
POTASSIUM, AMYLASE, CALCIUM = "25030400101", "25030800400-1", "25030400401"
BLOOD_COUNT, URINALYSIS = "25010101500", "25010200100"
LIPIDS = "25030390100"
CHOLESTEROL, TRIGLYCERIDES, HDL, LDL = (
    "25030300100", "25030300200", "25030300400", "25030300500",
)  # fmt: skip
PROTHROMBIN = "25020302000"
CEA, CA125, CA199 = "25040400100", "25040401107", "25040401105"
UNLISTED = "25039999900"

RIGHT_HIP, LEFT_HIP = "BQ00ZZZ00-00", "BQ01ZZZ00-00"
RIGHT_HIP_TWO_VIEWS = "BQ00ZZZ0B-00"
PELVIS_CT, PELVIS_CT_ENHANCED = "BW2GZYZZZ-00", "BW2G10ZZZ-00"

_PASSED = (
    TOTAL_PROTEIN, ALBUMIN, POTASSIUM, CHOLESTEROL, TRIGLYCERIDES, HDL, LDL, BLOOD_COUNT,
    URINALYSIS, PROTHROMBIN, CEA, CA125, CA199, CALCIUM,
)  # fmt: skip
_OPEN = "2026-01-01,"

_INSTITUTIONS = f"""\
code,name,tier,kind,city,county,hl7_facility,ae_title,time_zone,charset,valid_from,valid_to
{RECEIVER},测试接诊医院,三级甲等,hospital,杭州市,上城区,F-{RECEIVER},CT_{RECEIVER},,,{_OPEN}
{OTHER_RECEIVER},测试另一医院,三级乙等,hospital,杭州市,西湖区,F-{OTHER_RECEIVER},,,,{_OPEN}
{TOWN},测试镇卫生院,一级,primary_care,杭州市,淳安县,F-{TOWN},,,,{_OPEN}
{UPPER},测试第一医院,三级甲等,hospital,宁波市,海曙区,F-{UPPER},CT_{UPPER},Asia/Shanghai,UTF-8,{_OPEN}
{GB_UPPER},测试第二医院,二级甲等,hospital,温州市,鹿城区,F-{GB_UPPER},CT_{GB_UPPER},,GB18030,{_OPEN}
{UNASSESSED},测试第三医院,三级乙等,hospital,嘉兴市,南湖区,F-{UNASSESSED},,,,{_OPEN}
{COUNTY},测试县医院,二级乙等,hospital,杭州市,淳安县,F-{COUNTY},CT_{COUNTY},,,{_OPEN}
{UNGRADED},测试门诊部,未定级,hospital,杭州市,滨江区,F-{UNGRADED},,,,{_OPEN}
{ALLIED},测试社区中心,一级,primary_care,杭州市,上城区,F-{ALLIED},,,,{_OPEN}
{LABORATORY},测试检验所,未定级,independent_laboratory,杭州市,滨江区,F-{LABORATORY},,,,{_OPEN}
{OUTSIDER},测试外检所,未定级,independent_laboratory,杭州市,滨江区,F-{OUTSIDER},,,,{_OPEN}
"""

_ALLIANCES = f"""\
alliance_code,name,kind,institution_code,valid_from,valid_to
A1,测试医联体,城市医联体,{RECEIVER},{_OPEN}
A1,测试医联体,城市医联体,{ALLIED},{_OPEN}
A2,测试医共体,县域医共体,{COUNTY},{_OPEN}
"""

_COMPONENTS = {
    "WBC": "白细胞计数", "DIFF": "白细胞分类", "RBC": "红细胞", "HGB": "血红蛋白",
    "PLT": "血小板", "HCT": "红细胞压积", "MCV": "平均红细胞体积", "MCH": "平均血红蛋白量",
    "MCHC": "平均血红蛋白浓度",
}  # fmt: skip
#: Local codes of a whole blood count, all of them needed.
BLOOD_COUNT_CODES = tuple(_COMPONENTS)


def _eqa() -> str:
    assessed = (UPPER, GB_UPPER, COUNTY, UNGRADED, ALLIED, LABORATORY)
    rows = [f"{who},{item},provincial,pass,{_OPEN}" for who in assessed for item in _PASSED]
    rows += [
        f"{UPPER},{GLUCOSE},national,fail,{_OPEN}",
        f"{UPPER},{UREA},provincial,suspended,{_OPEN}",
        f"{UPPER},{AMYLASE},national,pass,2026-01-01,2026-11-10",
        f"{OUTSIDER},{POTASSIUM},national,pass,{_OPEN}",
    ]
    return "\n".join(["institution_code,item_code,scheme,result,valid_from,valid_to", *rows, ""])


def _mappings() -> str:
    lab = [("ALB", ALBUMIN, ""), ("UGLU", URINALYSIS, "葡萄糖"), ("TP", TOTAL_PROTEIN, "")]
    lab += [(code, BLOOD_COUNT, name) for code, name in _COMPONENTS.items()]
    imaging = [
        ("DR-RH", RIGHT_HIP), ("DR-LH", LEFT_HIP), ("DR-RH2", RIGHT_HIP_TWO_VIEWS),
        ("CT-P", PELVIS_CT), ("CT-PE", PELVIS_CT_ENHANCED),
    ]  # fmt: skip
    rows = []
    for who in (UPPER, GB_UPPER, COUNTY):
        rows += [f"{who},lab,{c},{c},{item},{part},{_OPEN},审核员" for c, item, part in lab]
        rows += [f"{who},imaging,{c},{c},{item},,{_OPEN},审核员" for c, item in imaging]
    rows.append(f"{RECEIVER},lab,OWN-ALB,白蛋白,{ALBUMIN},,{_OPEN},审核员")
    head = (
        "institution_code,kind,local_code,local_name,item_code,component,"
        "valid_from,valid_to,reviewed_by"
    )
    return "\n".join([head, *rows, ""])


_SYSTEMS = f"""\
institution_code,item_code,detection_system,valid_from,valid_to
{RECEIVER},{CA125},罗氏 Cobas e801,{_OPEN}
"""
_SYNONYMS = """\
detection_system,canonical
Roche cobas e 801,罗氏 Cobas e801
"""
_PRICES = f"""\
institution_code,item_code,price_cny,valid_from,valid_to
{RECEIVER},{ALBUMIN},8.50,{_OPEN}
{OTHER_RECEIVER},{ALBUMIN},8.50,{_OPEN}
"""

#: The files in the order in which they are imported.
REGISTERS = {
    "institutions": _INSTITUTIONS,
    "alliances": _ALLIANCES,
    "eqa": _eqa(),
    "mappings": _mappings(),
    "systems": _SYSTEMS,
    "synonyms": _SYNONYMS,
    "prices": _PRICES,
}
