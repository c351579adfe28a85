"""The steps about imaging: sides, completeness, tiers, and the pictures themselves."""

import asyncio

from gateway.demo.lab_scenarios import Patient
from gateway.demo.stage import Seen, Stage, Step, find, line, outcome_is, words
from gateway.demo.workstation import Json

RIGHT_KNEE = "BQ07ZZZ0B-00"
LEFT_KNEE = "BQ08ZZZ0B-00"
CHEST_VIEWS = "BW03ZZZ8B-00"
CHEST_FRONTAL = "BW03ZZZZ1-00"
HEAD_CT = "B020ZYZZZ-00"
HEAD_MR = "B030ZYZZZ-00"
CHEST_CT = "BW23ZYZZZ-00"
ENHANCED_ABDOMEN_CT = "BW2610ZZZ-00"
LUMBAR_MR = "BR39ZYZZZ-00"
WHOLE_STUDIES = {
    Patient.CHEST_VIEWS: CHEST_VIEWS,
    Patient.HEAD: HEAD_CT,
    Patient.ABDOMEN: ENHANCED_ABDOMEN_CT,
    Patient.LUMBAR_SPINE: LUMBAR_MR,
    Patient.LEFT_KNEE: LEFT_KNEE,
    Patient.TWO_CHARSETS: CHEST_CT,
}
_CHEST_SLICES = 24
_ARRIVAL_SECONDS, _PAUSE_SECONDS = 20, 0.2
_PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff")


async def _sides(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.SIDES), LEFT_KNEE, RIGHT_KNEE)
    right, left = line(reminder, RIGHT_KNEE), find(reminder, LEFT_KNEE)
    seen = f"右膝 {words(right)}；左膝 {words(left) if left else '无结果'}"
    return Seen(seen, right["outcome"] == "RECOGNIZABLE" and left is None)


async def _whole_studies(stage: Stage) -> Seen:
    async with asyncio.timeout(_ARRIVAL_SECONDS):
        outcomes = [await _settled(stage, patient, code) for patient, code in WHOLE_STUDIES.items()]
    return Seen(f"{len(outcomes)}项 {'、'.join(set(outcomes))}", set(outcomes) == {"RECOGNIZABLE"})


async def _settled(stage: Stage, patient: Patient, code: str) -> str:
    """The outcome once the images are indexed, which is a moment after they were answered."""
    while True:
        outcome = str((await _line(stage, patient, code))["outcome"])
        if outcome == "RECOGNIZABLE":
            return outcome
        await asyncio.sleep(_PAUSE_SECONDS)


async def _incomplete(stage: Stage) -> Seen:
    item = await _line(stage, Patient.INCOMPLETE_STUDY, HEAD_CT)
    return outcome_is(item, "NOT_RECOGNIZABLE", "COMPLETE", "violated")


async def _wrong_side(stage: Stage) -> Seen:
    item = await _line(stage, Patient.WRONG_SIDE, RIGHT_KNEE)
    return outcome_is(item, "NOT_RECOGNIZABLE", "COMPLETE", "violated")


async def _lower_tier(stage: Stage) -> Seen:
    item = await _line(stage, Patient.LOWER_TIER_STUDY, CHEST_CT)
    return outcome_is(item, "NOT_RECOGNIZABLE", "TIER", "violated")


async def _old(stage: Stage) -> Seen:
    item = await _line(stage, Patient.OLD_STUDY, HEAD_MR)
    return outcome_is(item, "NOT_RECOGNIZABLE", "WINDOW", "violated")


async def _no_patient_id(stage: Stage) -> Seen:
    item = await _line(stage, Patient.NO_PATIENT_ID, CHEST_FRONTAL)
    return outcome_is(item, "RECOGNIZABLE", "ALLIANCE", "satisfied")


async def _pictures(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.TWO_CHARSETS), CHEST_CT)
    item = line(reminder, CHEST_CT)
    report = item["report"]["id"]
    listed = await stage.physician.get(f"/api/v1/reports/{report}/images")
    first = await stage.physician.get(f"/api/v1/reports/{report}/images/0")
    viewed = await stage.physician.act(reminder, item, "view", {"report": report, "what": "images"})
    is_picture = first.is_success and first.content.startswith(_PICTURE_STARTS)
    count = len(listed.json()["slices"]) if listed.is_success else 0
    seen = f"{count}幅，首幅{len(first.content) // 1024} KB {first.headers['content-type']}"
    return Seen(seen, is_picture and count == _CHEST_SLICES and viewed.is_success)


async def _line(stage: Stage, patient: Patient, code: str) -> Json:
    return line(await stage.physician.order(stage.visit(patient), code), code)


STEPS = (
    Step("开单左膝和右膝，外院有右膝", "只提醒右膝", _sides),
    Step("六项完整的影像检查", "均为 RECOGNIZABLE", _whole_studies),
    Step("头颅CT只传来12/20幅", "NOT_RECOGNIZABLE（三（二））", _incomplete),
    Step("右膝检查的图像标注为左", "NOT_RECOGNIZABLE（三（二））", _wrong_side),
    Step("二级乙等的胸部CT到三级甲等", "NOT_RECOGNIZABLE（二（二））", _lower_tier),
    Step("45天前的头颅MR", "NOT_RECOGNIZABLE（四（一））", _old),
    Step("图像无患者编号，由报告认定", "RECOGNIZABLE（二（三））", _no_patient_id),
    Step("调阅胸部CT", "24幅可见图像", _pictures),
)
