"""Facts that satisfy every clause; each spec changes the one thing it speaks of."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from item_catalog.items import LabElement
from item_catalog.loader import load_catalog
from rules.calendar import CHINA_STANDARD_TIME
from rules.candidates import Candidate
from rules.engine import determine
from rules.facts import (
    Anchor,
    Assessment,
    Declared,
    Facts,
    ImagingFacts,
    LabFacts,
    Party,
    ReportFacts,
    RequestFacts,
)
from rules.items import item_facts
from rules.line import LineDetermination, determine_line
from rules.outcome import Determination, Finding, Outcome
from rules.zhejiang_2021 import load_policy

CATALOG = load_catalog()
EDITION = CATALOG.edition_on(date(2025, 6, 30))
POLICY = load_policy()
AT = datetime(2025, 6, 30, 10, 0, tzinfo=CHINA_STANDARD_TIME)

ALBUMIN = "25030100200"
CHEST_TWO_VIEWS = "BW03ZZZ8B-00"
RIGHT_KNEE, LEFT_KNEE = "BQ07ZZZ0B-00", "BQ08ZZZ0B-00"
UPPER_ABDOMEN_CT, UPPER_ABDOMEN_CT_ENHANCED = "BW26ZYZZZ-00", "BW2610ZZZ-00"
BLOOD_COUNT, URINALYSIS = "25010101500", "25010200100"
COAGULATION, LIVER, TUMOR_PANEL = "25020390100", "25030590100", "25040490100"

HIGH = Party("H3A", "三级甲等", "hospital")
LOW = Party("H2B", "二级乙等", "hospital")
LABORATORY = Party("LAB", "未定级", "independent_laboratory")
UNKNOWN = Party("X", None, None)
PASSED = (Assessment("national", "pass"),)


def code_of(seq: int) -> str:
    """The laboratory item of this row of 附件1."""
    return next(item.code for item in EDITION.lab_items if item.seq == seq)


def days_ago(days: int, hour: int = 8) -> datetime:
    """An hour of the day that lies so many calendar days before the request."""
    return AT.replace(hour=hour, minute=0) - timedelta(days=days)


def request(**changes: Any) -> RequestFacts:
    """An outpatient visit at a 三级甲等 hospital."""
    return replace(RequestFacts(at=AT, receiver=HIGH), **changes)


def declared(code: str, text: str | None = None) -> RequestFacts:
    """The same visit with one exception declared on the order line."""
    return request(declared=(Declared(code, text, "D1"),))


def report(code: str = ALBUMIN, **changes: Any) -> ReportFacts:
    """A final report of yesterday from another 三级甲等 hospital."""
    base = ReportFacts(
        id="r1",
        version=1,
        code=code,
        source=Party("S3A", "三级甲等", "hospital"),
        status="final",
        anchors=(Anchor("collected", days_ago(1)),),
    )
    return replace(base, **changes)


def lab(**changes: Any) -> LabFacts:
    """One final result of a laboratory that passed its assessment."""
    performer = Party("S3A", "三级甲等", "hospital")
    base = LabFacts(1, ("final",), performer=performer, assessments=PASSED, assessed=True)
    return replace(base, **changes)


def images(**changes: Any) -> ImagingFacts:
    """A chest radiograph in two views, complete by its declared count, with its report."""
    base = ImagingFacts(
        report_present=True,
        received_count=2,
        declared_count=2,
        closed=True,
        available=True,
        modalities=("DX",),
        body_parts=("CHEST",),
        views=("LL", "PA"),
        plain_series=1,
    )
    return replace(base, **changes)


def lab_facts(code: str = ALBUMIN, **changes: Any) -> Facts:
    """Facts of a laboratory item for which everything is in order."""
    base = Facts(
        request=request(),
        item=item_facts(EDITION, code),
        report=report(code),
        lab=lab(),
        eqa_day=date(2025, 6, 29),
    )
    return replace(base, **changes)


def imaging_facts(code: str = CHEST_TWO_VIEWS, **changes: Any) -> Facts:
    """Facts of an imaging item for which everything is in order."""
    acquired = report(code, anchors=(Anchor("acquired", days_ago(1)),))
    base = Facts(request(), item_facts(EDITION, code), acquired, imaging=images())
    return replace(base, **changes)


def determined(facts: Facts) -> Determination:
    """The determination under the policy."""
    return determine(facts, POLICY)


def found(facts: Facts, code: str) -> Finding:
    """The finding of one clause."""
    return next(f for f in determined(facts).findings if f.code == code)


def verdict(facts: Facts, code: str) -> tuple[str, str]:
    """Verdict and ground of one clause."""
    finding = found(facts, code)
    return finding.verdict.value, finding.ground


def outcome(facts: Facts) -> Outcome:
    """The outcome under the policy."""
    return determined(facts).outcome


def elements(code: str) -> tuple[LabElement, ...]:
    """What the laboratory item needs."""
    return EDITION.elements_of(code)


def holding(id_: str, held: tuple[LabElement, ...], days: int = 1, **changes: Any) -> Candidate:
    """A report that holds these elements, collected so many days ago."""
    return Candidate(
        report=report("", id=id_, anchors=(Anchor("collected", days_ago(days)),)),
        lab={element: lab(**changes) for element in held},
        eqa_day=days_ago(days).date(),
    )


def imaged(id_: str, code: str, days: int = 1, **changes: Any) -> Candidate:
    """An examination mapped to the item, made so many days ago."""
    return Candidate(
        report=report("", id=id_, anchors=(Anchor("acquired", days_ago(days)),)),
        imaging=images(**changes),
        imaging_items=(code,),
    )


def line(code: str, *candidates: Candidate, **changes: Any) -> LineDetermination:
    """The determination of an order line; the patient holds something of it."""
    determined_line = maybe_line(code, *candidates, **changes)
    assert determined_line is not None
    return determined_line


def maybe_line(code: str, *candidates: Candidate, **changes: Any) -> LineDetermination | None:
    """The determination of an order line, None when the patient holds nothing of it."""
    return determine_line(code, candidates, request(**changes), EDITION, POLICY)
