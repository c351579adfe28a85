"""The steps about figures and proof: indicators that moved, a determination replayed."""

from decimal import Decimal

from gateway.demo.lab_scenarios import Patient
from gateway.demo.stage import Seen, Stage, Step, line
from gateway.demo.story_results import ALBUMIN
from gateway.demo.workstation import Json, Workstation

_NAMES = ("reminder_view_rate", "first_reminder_view_rate", "recognition_rate", "savings")


async def _nothing_yet(stage: Stage) -> Seen:
    figures = await _figures(stage, stage.physician)
    rates = [figures[name] for name in _NAMES[:-1]]
    reasons = {figure["not_computed"] for figure in rates}
    silent = all(figure["value"] is None and figure["not_computed"] for figure in rates)
    return Seen("、".join(sorted(map(str, reasons))), silent)


async def _own_figures(stage: Stage) -> Seen:
    figures = await _figures(stage, stage.physician)
    excluded = figures["recognition_rate"]["excluded"]
    seen = f"{_shown(figures)}；急诊{excluded}项不计入"
    return Seen(seen, _computed(figures) and excluded == 1)


async def _provincial_figures(stage: Stage) -> Seen:
    figures = await _figures(stage, stage.province)
    others = [f for name, f in figures.items() if name not in _NAMES]
    silent = all(f["value"] is None and f["not_computed"] for f in others)
    return Seen(
        f"{_shown(figures)}；另{len(others)}项未计算并说明原因", silent and _computed(figures)
    )


async def _figures(stage: Stage, asked_by: Workstation) -> dict[str, Json]:
    day = stage.city.today.isoformat()
    answer = await asked_by.get("/api/v1/statistics/summary", start=day, end=day)
    answer.raise_for_status()
    (group,) = answer.json()["groups"]
    return {figure["name"]: figure for figure in group["indicators"]}


def _computed(figures: dict[str, Json]) -> bool:
    return all(figures[name]["value"] is not None for name in _NAMES) and (
        Decimal(figures["savings"]["value"]) > 0
    )


def _shown(figures: dict[str, Json]) -> str:
    return "，".join(f"{figures[name]['title']} {figures[name]['value']}" for name in _NAMES)


async def _replay(stage: Stage) -> Seen:
    reminder = await stage.physician.order(stage.visit(Patient.TWO_CHARSETS), ALBUMIN)
    name = line(reminder, ALBUMIN)["determination_id"]
    explained = await stage.physician.get(f"/api/v1/determinations/{name}")
    identical = await stage.reach.is_replayed_identically(name)
    count = len(explained.json()["findings"]) if explained.is_success else 0
    seen = f"{count}条结论，{'完全一致' if identical else '不一致'}"
    return Seen(seen, explained.is_success and identical)


async def _audit(stage: Stage) -> Seen:
    whole = await stage.reach.is_audit_whole()
    return Seen("完整" if whole else "有改动", whole)


BEFORE = (Step("故事开始前的统计", "各比率未计算", _nothing_yet),)
STEPS = (
    Step("本院统计", "指标已变动；急诊不计入", _own_figures),
    Step("省级统计", "四项指标；其余说明未计算", _provincial_figures),
    Step("重放一次判定", "结论完全一致", _replay),
    Step("审计链", "完整", _audit),
)
