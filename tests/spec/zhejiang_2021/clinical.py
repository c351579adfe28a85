"""Visits with diagnoses and procedures, read with the real catalogues."""

from datetime import date, timedelta
from typing import Any

from item_catalog.items import ImagingItem
from item_catalog.loader import load_clinical_contexts
from rules.calendar import local_day
from rules.clinical_facts import ClinicalFacts
from rules.clinical_lookup import (
    RecordedContext,
    RecordedDiagnosis,
    RecordedProcedure,
    clinical_facts,
)
from rules.facts import Anchor, Facts
from rules.items import item_facts
from tests.spec.zhejiang_2021.arrange import (
    AT,
    EDITION,
    POLICY,
    found,
    images,
    imaging_facts,
    lab,
    lab_facts,
    report,
    request,
)

CONTEXT = load_clinical_contexts().edition_on(date(2025, 6, 30))
BOTH = CONTEXT.procedures.documents
TODAY = local_day(AT)
TOMORROW = TODAY + timedelta(days=1)

POTASSIUM, GLUCOSE, LIPIDS = "25030400101", "25030200100", "25030300100"
PROTHROMBIN, CREATININE, CEA = "25020302000", "25030700200", "25040400100"
LIVER_CT, CHEST_CT = "BF2510ZZZ-00", "BW23ZYZZZ-00"
ACUTE_FAILURE = RecordedDiagnosis("J96.000", "急性呼吸衰竭")


def plan(name: str, code: str = "", day: date | None = TOMORROW, **changes: Any):
    """A procedure planned for tomorrow."""
    return RecordedProcedure(code, name, day, **changes)


def read(documents=BOTH, **recorded: Any) -> ClinicalFacts:
    """What the catalogues say of the recorded context."""
    values = POLICY.parameters.on(TODAY)
    return clinical_facts(RecordedContext(**recorded), CONTEXT, documents, values)


def visit(item: str, hours: int = 1, documents=BOTH, **recorded: Any) -> Facts:
    """A result of the item, so many hours old, in a visit with this context."""
    asked = request(clinical=read(documents, **recorded))
    at = AT - timedelta(hours=hours)
    ordered = EDITION.find(item)
    if isinstance(ordered, ImagingItem):
        shown = images(
            modalities=(),
            body_parts=(),
            plain_series=1,
            contrast_series=1 if "enhanced" in ordered.minimum.phases else 0,
        )
        taken = report(item, anchors=(Anchor("acquired", at),))
        return imaging_facts(item, request=asked, imaging=shown, report=taken)
    taken = report(item, anchors=(Anchor("collected", at),))
    whole = item_facts(EDITION, item).components
    return lab_facts(item, request=asked, report=taken, lab=lab(components=whole))


def exception(code: str, facts: Facts) -> tuple[str, str]:
    """Verdict and ground of an exception."""
    finding = found(facts, code)
    return finding.verdict.value, finding.ground


def planned(item: str, *plans: RecordedProcedure, **recorded: Any) -> tuple[str, str]:
    """E03 for the item before these procedures."""
    return exception("E03", visit(item, planned=plans, **recorded))
