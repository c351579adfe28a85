"""What follows from the physician's decision, 四（二）.

四（二） 在诊疗过程中，由诊治医生根据患者的具体病情判断是否接受互认。对认可的外院检查检验结果
应采用信息化技术在病历中予以记录，包括机构名称、检查日期、档案号等；……对不予认可的检查检验结果，
应向患者或家属充分告知，并将复查依据记录在病历中。

Not a condition of recognition: this says what must be recorded afterwards, what the physician may
accept against, and which repeat reasons exist. Spec: test_four_two_duties.py.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from rules.outcome import Finding, Verdict

#: Conditions that no physician can set aside: another item or side, or a report that is not valid.
NEVER_ACCEPTABLE: Final = frozenset({"SCOPE", "STATUS"})
_TO_ACKNOWLEDGE: Final = frozenset({Verdict.VIOLATED, Verdict.UNKNOWN, Verdict.DISCRETIONARY})


@dataclass(frozen=True, slots=True)
class RepeatReason:
    """One of the ten grounds for a repeat (四（三）); text_required marks the tenth."""

    code: str
    clause: str
    text: str
    imaging_only: bool = False
    text_required: bool = False


REPEAT_REASONS: Final = (
    RepeatReason("E01", "四（三）1", "因病情变化，已有的检验、检查结果难以反映病人当前实际病情"),
    RepeatReason("E02", "四（三）2", "检查、检验结果与疾病发展关联程度高、变化幅度大"),
    RepeatReason("E03", "四（三）3", "手术、输血等重大医疗措施前的检查检验"),
    RepeatReason("E04", "四（三）4", "原检查、检验结果与目前病情明显不符"),
    RepeatReason("E05", "四（三）5", "认为原检查诊断结果有疑"),
    RepeatReason("E06", "四（三）6", "图像质量和方法不能满足诊断要求", imaging_only=True),
    RepeatReason("E07", "四（三）7", "急诊、急救等抢救生命的紧急状态"),
    RepeatReason("E08", "四（三）8", "患者或其家属要求进一步复查"),
    RepeatReason("E09", "四（三）9", "司法、伤残及病退等鉴定所需"),
    RepeatReason("E10", "四（三）10", "其他符合诊疗需要，确需进行复查的情形", text_required=True),
)
_REASONS: Final = {reason.code: reason for reason in REPEAT_REASONS}


def repeat_reasons(kind: str) -> tuple[RepeatReason, ...]:
    """The grounds offered for an item of this kind (`lab` or `imaging`); none is preselected."""
    return tuple(r for r in REPEAT_REASONS if kind == "imaging" or not r.imaging_only)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Whether a line may be accepted: codes that forbid it, and codes still to be acknowledged."""

    forbidden: tuple[str, ...]
    unacknowledged: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against the acceptance any more."""
        return not self.forbidden and not self.unacknowledged


def acceptance(findings: Iterable[Finding], acknowledged: Collection[str] = ()) -> Acceptance:
    """What stands against accepting these findings.

    SCOPE and STATUS, and images of another modality or side, can never be accepted. Everything else
    that is violated, unknown or discretionary must be acknowledged by its code.
    """
    weighed = tuple(findings)
    forbidden = tuple(f.code for f in weighed if _forbids(f))
    open_ = (f.code for f in weighed if f.verdict in _TO_ACKNOWLEDGE and f.code not in forbidden)
    return Acceptance(forbidden, tuple(code for code in open_ if code not in acknowledged))


def _forbids(finding: Finding) -> bool:
    if finding.mapping_blocked:
        return True
    return finding.code in NEVER_ACCEPTABLE and finding.verdict is Verdict.VIOLATED


def rejection_defects(code: str, text: str | None, kind: str) -> tuple[str, ...]:
    """Why this ground cannot be recorded: `unknown_reason`, `imaging_only`, `text_required`."""
    reason = _REASONS.get(code)
    if reason is None:
        return ("unknown_reason",)
    defects = ["imaging_only"] if reason.imaging_only and kind != "imaging" else []
    if reason.text_required and not (text or "").strip():
        defects.append("text_required")
    return tuple(defects)


def repeat_grounds(
    code: str, text: str | None, informed: bool | None, clause: str | None = None
) -> str:
    """The text of the repeat grounds (复查依据) for the record.

    Args:
        code: one of E01–E10.
        text: the physician's words.
        informed: whether patient or family were informed; None when the channel could not say.
        clause: where another document knows the same ground; None is the place in this one.

    Raises:
        KeyError: the code is none of E01–E10.
    """
    reason = _REASONS[code]
    detail = f"（{text.strip()}）" if text and text.strip() else ""
    told = {True: "已充分告知患者或家属", False: "尚未告知患者或家属", None: "告知情况待确认"}
    return f"复查依据：{clause or reason.clause} {reason.text}{detail}；{told[informed]}。"


@dataclass(frozen=True, slots=True)
class CitedReport:
    """One report that an accepted line relies on, as the record must name it.

    day is the day of examination or collection, None when it is not known.
    """

    institution: str
    kind: str
    day: date | None
    file_number: str
    report_id: str
    version: int


def citation_text(item: str, reports: Iterable[CitedReport]) -> str:
    """The citation block for the medical record: institution, date, file number, item, report."""
    return f"互认项目：{item}。" + "".join(_cited(report) for report in reports)


def _cited(report: CitedReport) -> str:
    label = "检查日期" if report.kind == "imaging" else "采样日期"
    day = report.day.isoformat() if report.day else "未注明"
    number = report.file_number or "未注明"
    return (
        f"机构名称：{report.institution}；{label}：{day}；档案号：{number}；"
        f"报告编号：{report.report_id}（第{report.version}版）。"
    )
