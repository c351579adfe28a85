"""Findings as sentences a physician reads: Chinese, in one place, rendered on demand."""

from collections.abc import Mapping
from typing import Any, Final

from rules.outcome import Finding, Outcome, Verdict
from rules.sentences import EXCEPTION_SENTENCES, SENTENCES

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
    "IQC": "室内质控",
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
_PHASES = {"plain": "平扫", "enhanced": "增强"}
_SHOWN = {
    "forensic": "司法鉴定",
    "disability": "伤残鉴定",
    "retirement": "病退鉴定",
    "general": "全身麻醉",
    "neuraxial": "椎管内麻醉",
    **_PHASES,
}
_CATALOGUES = {"surgical": "手术（操作）分级目录", "interventional": "介入诊疗手术分级目录"}
_GRADES = "一二三四"

_TRANSLATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "anchor": _ANCHORS,
    "status": _STATUSES,
    "lateralities": _SIDES,
    "asked_laterality": _SIDES,
    "asked_phases": _PHASES,
    "shown": _SHOWN,
}


def sentence(finding: Finding) -> str:
    """The finding in one Chinese sentence, without its paragraph."""
    sentences = SENTENCES.get(finding.code, EXCEPTION_SENTENCES)
    words = {name: _word(name, value) for name, value in finding.facts.items()}
    return sentences[finding.ground].format_map(words)


def _word(name: str, value: Any) -> str:
    translation = _TRANSLATIONS.get(name, {})
    if isinstance(value, list):
        return "、".join(_word(name, part) for part in value) or "无"
    if isinstance(value, dict):
        return _grade(value)
    if value is None:
        return "未注明"
    return translation.get(str(value), str(value))


def _grade(found: Mapping[str, Any]) -> str:
    """The grade of one catalogue, as in `介入诊疗手术分级目录三级`."""
    lowest, highest = (f"{_GRADES[found[end] - 1]}级" for end in ("lowest", "highest"))
    grades = lowest if lowest == highest else f"{lowest}至{highest}"
    return f"{_CATALOGUES.get(found['catalogue'], found['catalogue'])}{grades}"


def explanation(finding: Finding) -> str:
    """The sentence with its paragraph, as in `四（一） 采样时间为…`."""
    return f"{finding.clause} {sentence(finding)}"
