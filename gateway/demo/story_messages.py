"""The steps about messages: resent, corrected, wrong, or from strangers."""

import asyncio
from datetime import timedelta

from adapters.dicom import store_scu
from gateway.demo.lab_messages import lab_message
from gateway.demo.lab_plans import corrected
from gateway.demo.lab_scenarios import Patient
from gateway.demo.senders import acknowledgment_code, send_message
from gateway.demo.stage import Seen, Stage, Step, line
from gateway.demo.story_results import LIVER, THYROID

_NEW_TSH = "12.600"


async def _resend(stage: Stage) -> Seen:
    plan = stage.city.lab_report(Patient.TWO_CHARSETS, "LIVER")
    message = lab_message(plan, plan.versions[0])
    answers = [await send_message(stage.ports, message) for _ in range(2)]
    reminder = await stage.physician.order(stage.visit(Patient.TWO_CHARSETS), LIVER)
    report = line(reminder, LIVER)["report"]["id"]
    versions = await stage.physician.get(f"/api/v1/reports/{report}/versions")
    count = len(versions.json()["versions"])
    codes = [acknowledgment_code(answer) for answer in answers]
    return Seen(f"{'、'.join(codes)}；{count}个版本", codes == ["AA", "AA"] and count == 1)


async def _same_number_other_content(stage: Stage) -> Seen:
    plan = stage.city.lab_report(Patient.TWO_CHARSETS, "LIVER")
    message = lab_message(plan, plan.versions[0]).replace(b"41.2", b"14.2")
    code = acknowledgment_code(await send_message(stage.ports, message))
    return Seen(code, code == "AE")


async def _stranger(stage: Stage) -> Seen:
    plan = stage.city.lab_report(Patient.TWO_CHARSETS, "LIVER")
    message = lab_message(plan, plan.versions[0]).replace(b"FAC-B", b"FAC-X")
    code = acknowledgment_code(await send_message(stage.ports, message))
    return Seen(code, code == "AR")


async def _strange_modality(stage: Stage) -> Seen:
    ports, files = stage.ports, stage.pictures
    try:
        await asyncio.to_thread(
            store_scu.send, files, ports.host, ports.dicom, "STRANGER", ports.ae_title
        )
    except ConnectionError:
        return Seen("关联被拒绝", True)
    return Seen("关联被接受", False)


async def _correction(stage: Stage) -> Seen:
    plan = stage.city.lab_report(Patient.CORRECTED, "THYROID")
    again = corrected(plan, {"TSH": _NEW_TSH}, plan.versions[-1].issued_at + timedelta(hours=20))
    answer = await send_message(stage.ports, lab_message(again, again.versions[-1]))
    reminder = await stage.physician.order(stage.visit(Patient.CORRECTED), THYROID)
    item = line(reminder, THYROID)
    values = [r["value"] for r in item["results"] if r["name"] == "促甲状腺激素"]
    flagged = item["decision"] == {"state": "accepted", "changed": True}
    told = "已标明" if flagged else "未标明"
    seen = f"{acknowledgment_code(answer)}；TSH {'、'.join(values)}；{told}"
    return Seen(seen, values == [_NEW_TSH] and flagged)


STEPS = (
    Step("同一消息重发两次", "AA，只存一个版本", _resend),
    Step("同一消息号，内容不同", "AE，进入待处理区", _same_number_other_content),
    Step("未登记的发送方", "AR", _stranger),
    Step("未登记的影像设备", "拒绝关联", _strange_modality),
    Step("认可后来源机构更正报告", "提醒新值，并标明曾被认可", _correction),
)
