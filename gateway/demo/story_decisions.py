"""The steps about what the physician decides, and what that leaves behind (四（二）)."""

from gateway.demo.lab_scenarios import Patient
from gateway.demo.stage import Seen, Stage, Step, line
from gateway.demo.story_images import WHOLE_STUDIES
from gateway.demo.story_results import LIPIDS, LIVER, THYROID
from gateway.demo.workstation import Json, order_id

_CONFLICT = 409
_THYROID_TESTS = 5
_HIDDEN = frozenset({403, 404})
_REFUSED = frozenset({400, 422})


async def _view(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.CORRECTED), THYROID)
    item = line(reminder, THYROID)
    report = item["report"]["id"]
    opened = await stage.physician.get(f"/api/v1/reports/{report}")
    body = {"report": report, "what": "report"}
    viewed = await stage.physician.act(reminder, item, "view", body)
    rows = len(opened.json()["results"])
    return Seen(f"报告{rows}项", viewed.is_success and rows == _THYROID_TESTS)


async def _accept(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.CORRECTED), THYROID)
    item = line(reminder, THYROID)
    answer = await stage.physician.accept(reminder, item)
    if not answer.is_success:
        return Seen(_problem(answer.json()), False)
    text = answer.json()["text"]
    plan = stage.city.lab_report(Patient.CORRECTED, "THYROID")
    named = all(part in text for part in (plan.institution.name, plan.filler))
    filed = await stage.physician.act(reminder, item, "cite", {"filed_as": "门诊病历 1"})
    return Seen(text, named and filed.is_success)


async def _withdraw(stage: Stage) -> Seen:
    visit = stage.visit(Patient.CORRECTED)
    event = {"event": "order_withdrawn", "order_id": order_id(THYROID), "at": stage.reach.now()}
    answer = await stage.physician.tell(visit, event)
    return Seen(str(answer.status_code), answer.is_success)


async def _accept_images(stage: Stage) -> Seen:
    accepted = 0
    for patient, code in WHOLE_STUDIES.items():
        reminder = await stage.physician.order(stage.visit(patient), code)
        item = line(reminder, code)
        body = {"report": item["report"]["id"], "what": "images"}
        viewed = await stage.physician.act(reminder, item, "view", body)
        answer = await stage.physician.accept(reminder, item)
        accepted += viewed.is_success and answer.is_success
    return Seen(f"{accepted}项", accepted == len(WHOLE_STUDIES))


async def _not_offered(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.CORRECTED), THYROID)
    report = line(reminder, THYROID)["report"]["id"]
    answer = await stage.township.get(f"/api/v1/reports/{report}")
    return Seen(str(answer.status_code), answer.status_code in _HIDDEN)


async def _never(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.CANCELLED), LIVER)
    answer = await stage.physician.accept(reminder, line(reminder, LIVER))
    return Seen(f"{answer.status_code} {_problem(answer.json())}", answer.status_code == _CONFLICT)


async def _no_reason(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.REJECTED), LIPIDS)
    item = line(reminder, LIPIDS)
    bare = await stage.physician.act(reminder, item, "reject", {"informed": True})
    silent = {"code": "E10", "informed": True}
    wordless = await stage.physician.act(reminder, item, "reject", silent)
    codes = {bare.status_code, wordless.status_code}
    return Seen(f"{bare.status_code}、{wordless.status_code}", codes <= _REFUSED)


async def _reject(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.REJECTED), LIPIDS)
    body = {"code": "E01", "text": "近日发热，进食明显减少", "informed": True}
    answer = await stage.physician.act(reminder, line(reminder, LIPIDS), "reject", body)
    text = answer.json().get("text", "")
    return Seen(text or _problem(answer.json()), answer.is_success and "四（三）1" in text)


async def _undo(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.REJECTED), LIPIDS)
    item = line(reminder, LIPIDS)
    undone = await stage.physician.act(reminder, item, "undo", {"reason": "患者情况已核实"})
    again = await stage.physician.act(reminder, item, "undo", {"reason": "再次撤销"})
    accepted = await stage.physician.accept(reminder, item)
    seen = f"撤销{undone.status_code}，再撤销{again.status_code}，改为认可{accepted.status_code}"
    holds = undone.is_success and again.status_code == _CONFLICT and accepted.is_success
    return Seen(seen, holds)


def _problem(body: Json) -> str:
    """The detail of an RFC 9457 problem document."""
    return str(body.get("detail") or body.get("title") or body)


STEPS = (
    Step("调阅报告", "报告5项，计入调阅", _view),
    Step("认可", "引用：机构、日期、档案号", _accept),
    Step("撤回医嘱", "记入就诊事件", _withdraw),
    Step("调阅并认可六项影像检查", "6项", _accept_images),
    Step("未获提醒的机构调阅该报告", "拒绝", _not_offered),
    Step("认可已取消的报告", "409，不得认可", _never),
    Step("不认可而无依据，或E10无说明", "拒绝", _no_reason),
    Step("不认可：病情变化，已告知", "复查依据（四（三）1）", _reject),
    Step("撤销后改为认可", "成功；重复撤销409", _undo),
)
