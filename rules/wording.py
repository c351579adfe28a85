"""Findings as sentences a physician reads: Chinese, in one place, rendered on demand."""

from collections.abc import Mapping
from typing import Any, Final

from rules.outcome import Finding, Outcome, Verdict

OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.NOT_RECOGNIZABLE: "不符合互认条件",
    Outcome.EXEMPT: "不受互认限制",
    Outcome.UNDETERMINED: "条件不明",
    Outcome.DISCRETIONARY: "酌情互认",
    Outcome.RECOGNIZABLE: "可互认",
}

VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.SATISFIED: "符合",
    Verdict.VIOLATED: "不符合",
    Verdict.DISCRETIONARY: "酌情",
    Verdict.ESTABLISHED: "成立",
    Verdict.HINT: "提示",
    Verdict.UNKNOWN: "不明",
    Verdict.NOT_APPLICABLE: "不适用",
}

#: Short names of the clauses, for tables and screens.
CLAUSES: Final[Mapping[str, str]] = {
    "EQA": "室间质评",
    "TIER": "机构等级",
    "ALLIANCE": "医联体、医共体",
    "SCOPE": "项目范围",
    "COVER": "项目齐全",
    "COMPLETE": "资料完整",
    "WINDOW": "互认时限",
    "STATUS": "报告状态",
    "SYSTEM": "检测系统",
    "E01": "病情变化",
    "E02": "变化幅度大",
    "E03": "重大医疗措施前",
    "E04": "与病情不符",
    "E05": "结果有疑",
    "E06": "图像质量和方法",
    "E07": "抢救生命",
    "E08": "患者或家属要求",
    "E09": "鉴定所需",
    "E10": "其他情形",
}

_ANCHORS = {
    "collected": "采样时间",
    "received": "标本接收时间",
    "first_issued": "首次报告时间",
    "acquired": "图像采集时间",
    "examined": "检查时间",
}
_STATUSES = {
    "registered": "已登记",
    "preliminary": "初步报告",
    "cancelled": "已取消",
    "deleted": "已删除",
    "withdrawn": "已撤回",
    "wrong_patient": "患者有误",
}
_SIDES = {"L": "左", "R": "右", "B": "双侧", "": "未限侧别"}
_PURPOSES = {"forensic": "司法鉴定", "disability": "伤残鉴定", "retirement": "病退鉴定"}

_SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "EQA": {
        "imaging": "影像检查不要求室间质评。",
        "day_unknown": "检测日期不明，无法核对室间质评。",
        "no_rows": "没有检测机构{laboratory}在{day}的室间质评记录。",
        "passed": "检测机构{laboratory}该项目在{day}持有有效的室间质评合格结果。",
        "suspended": "检测机构{laboratory}该项目的室间质评在{day}处于暂停状态。",
        "fail": "检测机构{laboratory}该项目在{day}的室间质评不合格。",
        "none_for_item": "检测机构{laboratory}在{day}没有该项目的室间质评合格结果。",
    },
    "TIER": {
        "alliance": "双方同属一个医联体或医共体，不再比较等级。",
        "source_unknown": "报告机构{source}的等级不明。",
        "receiver_unknown": "报告机构为{source_tier}，本机构的等级不明。",
        "source_upper": "报告机构属二级甲等及以上，或为独立第三方医学检测机构（{source_tier}）。",
        "both_lower": "双方均为二级乙等及以下（{source_tier}、{receiver_tier}）。",
        "outsourced": "该项目由符合要求的独立第三方医学检测机构{performer}检测。",
        "outsourced_unknown": "该项目由独立第三方医学检测机构{performer}检测，是否符合要求不明。",
        "outsourced_unqualified": "独立第三方医学检测机构{performer}未通过该项目室间质评。",
        "source_lower": "报告机构为{source_tier}，低于本机构（{receiver_tier}）的互认等级线。",
    },
    "ALLIANCE": {
        "shared": "双方同属一个医联体或医共体（{shared}）。",
        "none_shared": "双方不在同一医联体或医共体。",
    },
    "SCOPE": {
        "not_listed": "项目{ordered}不在现行互认项目清单（{edition}）内。",
        "other_item": "已有结果是另一项目（{held}），左右侧别不同亦不得互认。",
        "listed": "项目在现行互认项目清单（{edition}）内。",
    },
    "COVER": {
        "imaging": "影像检查按整项互认。",
        "not_whole": "须由同一份报告完整提供，缺少：{missing}。",
        "held": "项目内容齐全。",
        "in_part": "已有：{held}；尚缺：{missing}，可仅补开所缺项目。",
        "panel_whole": "组合内项目齐全：{held}。",
    },
    "COMPLETE": {
        "no_results": "报告没有结果数值。",
        "no_patient": "报告没有患者基本信息。",
        "no_date": "报告没有检查日期。",
        "results_present": "结果、患者信息和日期齐全。",
        "other_modality": "图像的设备类型（{modalities}）与项目不符，对码待复核。",
        "other_side": "图像标注侧别为{lateralities}，项目为{asked_laterality}，对码待复核。",
        "other_region": "图像标注部位（{body_parts}）与项目不符。",
        "other_contrast": "图像的增强情况与项目不符。",
        "no_images": "只有报告，没有影像资料。",
        "no_report": "只有影像资料，没有报告。",
        "unreachable": "影像资料目前无法调阅。",
        "declared_count_met": "应有图像{declared}幅，已收到{images}幅。",
        "fewer_than_declared": "应有图像{declared}幅，只收到{images}幅。",
        "still_arriving": "图像仍在上传，未申报图像总数。",
        "phase_missing": "缺少项目要求的期相（{asked_phases}）。",
        "view_missing": "缺少项目要求的体位（{asked_views}）。",
        "views_not_stated": "图像未注明体位，无法确认是否齐全（{asked_views}）。",
        "count_not_declared": "未申报图像总数；检查已结束，收到{images}幅，体位和期相齐全。",
    },
    "WINDOW": {
        "no_date": "没有可用于计算时限的日期（时限{limit_days}天）。",
        "in_future": "{anchor}为{anchor_day}，晚于当前时间。",
        "too_old": "{anchor}为{anchor_day}，距今{age_days}天，超过{limit_days}天。",
        "in_time": "{anchor}为{anchor_day}，距今{age_days}天，在{limit_days}天内。",
    },
    "STATUS": {
        "status_unknown": "报告状态不明。",
        "not_final": "报告状态为“{status}”，不是正式报告。",
        "final": "正式报告。",
    },
    "SYSTEM": {
        "no_rule": "该项目不要求标注检测系统。",
        "not_stated": "该项目须标注检测系统，报告未标注。",
        "stated": "已标注检测系统（{systems}）。",
        "own_unknown": "检测系统为{systems}，本机构的检测系统未登记，请酌情。",
        "other_system": "检测系统为{systems}，与本机构（{own}）不同，请酌情。",
        "same_system": "检测系统与本机构相同（{own}）。",
    },
}

_EXCEPTION_SENTENCES: Final[Mapping[str, str]] = {
    "not_invoked": "未援引。",
    "declared": "医生已援引。",
    "imaging_only": "仅适用于医学影像检查。",
    "not_viewed": "请先查看原结果再援引。",
    "text_required": "须写明具体情形。",
    "blood_request": "已申请用血。",
    "rescue": "患者处于抢救状态。",
    "triage": "分诊级别为{shown}级。",
    "emergency_visit": "本次为急诊就诊。",
    "appraisal": "就诊目的为{shown}。",
}

_TRANSLATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "anchor": _ANCHORS,
    "status": _STATUSES,
    "lateralities": _SIDES,
    "asked_laterality": _SIDES,
    "asked_phases": {"plain": "平扫", "enhanced": "增强"},
    "shown": _PURPOSES,
}


def sentence(finding: Finding) -> str:
    """The finding in one Chinese sentence, without its paragraph."""
    sentences = _SENTENCES.get(finding.code, _EXCEPTION_SENTENCES)
    words = {name: _word(name, value) for name, value in finding.facts.items()}
    return sentences[finding.ground].format_map(words)


def _word(name: str, value: Any) -> str:
    translation = _TRANSLATIONS.get(name, {})
    if isinstance(value, list):
        return "、".join(_word(name, part) for part in value) or "无"
    if value is None:
        return "未注明"
    return translation.get(str(value), str(value))


def explanation(finding: Finding) -> str:
    """The sentence with its paragraph, as in `四（一） 采样时间为…`."""
    return f"{finding.clause} {sentence(finding)}"
