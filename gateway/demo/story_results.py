"""The steps about laboratory results: what is offered, and why or why not."""

from gateway.demo.institutions import TRADITIONAL
from gateway.demo.lab_scenarios import Patient
from gateway.demo.stage import Seen, Stage, Step, find, line, outcome_is, verdict, words

ALBUMIN = "25030100200"
GLUCOSE = "25030200100"
GLYCATED_HEMOGLOBIN = "25030200300"
LIPIDS = "25030390100"
LIVER = "25030590100"
KIDNEY = "25030790100"
POTASSIUM = "25030400101"
THYROID = "25031090100"
C_REACTIVE_PROTEIN = "25040102500"
LACTATE_DEHYDROGENASE = "25030600500"
BLOOD_COUNT = "25010101500"
CEA = "25040400100"
NSE = "25040400900"
CA19_9 = "25040401105"
_UNMAPPED = TRADITIONAL.local_code("HBA1C")


async def _arrival(stage: Stage) -> Seen:
    reminder = await stage.physician.arrival(stage.visit(Patient.TWO_CHARSETS))
    sources = {item["report"]["institution"] for item in reminder["items"]}
    return Seen(f"{len(reminder['items'])}项，来自{len(sources)}家机构", len(sources) > 1)


async def _exact_order(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.TWO_CHARSETS), ALBUMIN)
    item = line(reminder, ALBUMIN)
    reasons = {f["code"] for f in item["findings"] if f["verdict"] == "satisfied"}
    needed = {"SCOPE", "EQA", "TIER", "WINDOW", "STATUS"}
    value = next((r["value"] for r in item["results"] if r["value"] == "41.2"), None)
    seen = f"{words(item, 'WINDOW')}；白蛋白 {value} g/L"
    return Seen(seen, item["outcome"] == "RECOGNIZABLE" and needed <= reasons and bool(value))


async def _one_name(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.TWO_CHARSETS), LIVER, KIDNEY)
    names = set()
    for code in (LIVER, KIDNEY):
        report = line(reminder, code)["report"]["id"]
        answer = await stage.physician.get(f"/api/v1/reports/{report}")
        names.add(answer.json()["patient"]["name"])
    return Seen("、".join(sorted(names)), names == {"王珅"})


async def _day_thirty(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.WINDOW), GLUCOSE)
    return outcome_is(line(reminder, GLUCOSE), "RECOGNIZABLE", "WINDOW", "satisfied")


async def _day_thirty_one(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.WINDOW), LIPIDS)
    return outcome_is(line(reminder, LIPIDS), "NOT_RECOGNIZABLE", "WINDOW", "violated")


async def _lower_tier(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.TIER), C_REACTIVE_PROTEIN)
    return outcome_is(line(reminder, C_REACTIVE_PROTEIN), "NOT_RECOGNIZABLE", "TIER", "violated")


async def _among_lower(stage: Stage) -> Seen:
    reminder = await stage.township.order(stage.visit(Patient.TIER, "E"), C_REACTIVE_PROTEIN)
    return outcome_is(line(reminder, C_REACTIVE_PROTEIN), "RECOGNIZABLE", "TIER", "satisfied")


async def _alliance(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.TIER), LIVER)
    return outcome_is(line(reminder, LIVER), "RECOGNIZABLE", "ALLIANCE", "satisfied")


async def _outsourced(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.OUTSOURCED), THYROID)
    return outcome_is(line(reminder, THYROID), "RECOGNIZABLE", "TIER", "satisfied")


async def _failed_assessment(stage: Stage) -> Seen:
    visit = stage.visit(Patient.FAILED_ASSESSMENT)
    reminder = await stage.physician.order(visit, LACTATE_DEHYDROGENASE)
    item = line(reminder, LACTATE_DEHYDROGENASE)
    return outcome_is(item, "NOT_RECOGNIZABLE", "EQA", "violated")


async def _partial_panel(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.PARTIAL_PANEL), KIDNEY)
    item = line(reminder, KIDNEY)
    coverage = item["coverage"]
    holds = item["outcome"] == "DISCRETIONARY" and coverage["missing"] == ["尿酸"]
    return Seen(f"{words(item)}；尚缺{'、'.join(coverage['missing'])}", holds)


async def _same_system(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.DETECTION_SYSTEM), CA19_9)
    return outcome_is(line(reminder, CA19_9), "RECOGNIZABLE", "SYSTEM", "satisfied")


async def _other_system(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.DETECTION_SYSTEM), NSE)
    return outcome_is(line(reminder, NSE), "DISCRETIONARY", "SYSTEM", "discretionary")


async def _no_system(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.NO_DETECTION_SYSTEM), CEA)
    return outcome_is(line(reminder, CEA), "NOT_RECOGNIZABLE", "SYSTEM", "violated")


async def _critical_first(stage: Stage) -> Seen:
    reminder = await stage.physician.arrival(stage.visit(Patient.CRITICAL))
    first = reminder["items"][0]
    values = [r for r in first["results"] if r["critical"]]
    seen = "、".join(f"{r['name']} {r['value']} {r['flags']}" for r in values) or "无危急值"
    return Seen(seen, any(r["value"] == "6.90" for r in values))


async def _emergency(stage: Stage) -> Seen:
    details = {"class": "emergency", "rescue": True, "triage": 1}
    visit = stage.visit(Patient.EMERGENCY, details=details)
    reminder = await stage.physician.order(visit, BLOOD_COUNT)
    return outcome_is(line(reminder, BLOOD_COUNT), "EXEMPT", "E07", "established")


async def _preliminary(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.CANCELLED), POTASSIUM)
    return outcome_is(line(reminder, POTASSIUM), "NOT_RECOGNIZABLE", "STATUS", "violated")


async def _unmapped(stage: Stage) -> Seen:
    visit = stage.visit(Patient.UNMAPPED)
    reminder = await stage.physician.order(visit, GLUCOSE, GLYCATED_HEMOGLOBIN)
    silent = find(reminder, GLYCATED_HEMOGLOBIN) is None
    report = line(reminder, GLUCOSE)["report"]["id"]
    answer = await stage.physician.get(f"/api/v1/reports/{report}")
    visible = any(r["local_code"] == _UNMAPPED for r in answer.json()["results"])
    listed = _UNMAPPED in await stage.reach.unmapped_codes(TRADITIONAL)
    seen = (
        f"{'未提醒' if silent else '被提醒'}；报告中{'可见' if visible else '不可见'}；"
        f"{'已列入' if listed else '未列入'}待对码"
    )
    return Seen(seen, silent and visible and listed)


async def _late_message(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.LATE_MESSAGE), KIDNEY)
    item = line(reminder, KIDNEY)
    values = [r["value"] for r in item["results"] if r["name"] == "肌酐"]
    holds = values == ["180"] and verdict(item, "STATUS") == "satisfied"
    return Seen(f"肌酐 {'、'.join(values)}", holds)


STEPS = (
    Step("王珅到院", "列出两家外院的结果", _arrival),
    Step("开单白蛋白，外院肝功能已含", "RECOGNIZABLE，逐条说明", _exact_order),
    Step("UTF-8 与 GB18030 两家医院", "同一个姓名", _one_name),
    Step("第30天的血糖", "RECOGNIZABLE", _day_thirty),
    Step("第31天的血脂", "NOT_RECOGNIZABLE（四（一））", _day_thirty_one),
    Step("二级乙等的结果到三级甲等", "NOT_RECOGNIZABLE（二（二））", _lower_tier),
    Step("同一结果到乡镇卫生院", "RECOGNIZABLE（二（二））", _among_lower),
    Step("医联体成员的结果", "RECOGNIZABLE（二（三））", _alliance),
    Step("委托独立检测机构的项目", "RECOGNIZABLE（二（二））", _outsourced),
    Step("室间质评不合格的项目", "NOT_RECOGNIZABLE（二（一））", _failed_assessment),
    Step("组合只有部分项目", "DISCRETIONARY，尚缺尿酸", _partial_panel),
    Step("肿瘤标志物，相同检测系统", "RECOGNIZABLE", _same_system),
    Step("肿瘤标志物，不同检测系统", "DISCRETIONARY", _other_system),
    Step("肿瘤标志物，未标注检测系统", "NOT_RECOGNIZABLE", _no_system),
    Step("危急值", "排在最前", _critical_first),
    Step("抢救中的急诊患者", "EXEMPT（四（三）7）", _emergency),
    Step("初步报告", "NOT_RECOGNIZABLE", _preliminary),
    Step("未对码的项目", "不提醒；报告中可见；列入待对码", _unmapped),
    Step("迟到的旧报告", "不覆盖更正后的180", _late_message),
)
