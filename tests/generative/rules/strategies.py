"""Arbitrary facts, well beyond what hospitals send."""

from datetime import timedelta

from hypothesis import strategies as st

from rules.calendar import local_day
from rules.clinical_facts import (
    CatalogueGrade,
    ClinicalFacts,
    DiagnosisFacts,
    PerformedFacts,
    PlannedFacts,
)
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
from tests.spec.zhejiang_2021.arrange import AT, EDITION

TIERS = [
    "三级特等",
    "三级甲等",
    "三级未定等",
    "二级甲等",
    "二级乙等",
    "二级未定等",
    "一级",
    "未定级",
    "甲",
]
KINDS = ["hospital", "independent_laboratory", "primary_care"]
SYSTEMS = st.sampled_from(["罗氏", "雅培", "贝克曼", None])
UNLISTED = ["25999999900", "B999999ZZ-00", "no-code"]

codes = st.sampled_from([item.code for item in EDITION.items()] + UNLISTED)
instants = st.integers(-60 * 24 * 60, 60 * 24).map(lambda minutes: AT + timedelta(minutes=minutes))
parties = st.builds(
    Party,
    code=st.sampled_from(["A", "B", "C"]),
    tier=st.none() | st.sampled_from(TIERS),
    kind=st.none() | st.sampled_from(KINDS),
    alliances=st.lists(st.sampled_from(["X", "Y"]), unique=True).map(tuple),
)
declarations = st.builds(
    Declared,
    code=st.sampled_from([f"E{n:02}" for n in range(1, 12)]),
    text=st.none() | st.sampled_from(["", " ", "说明"]),
)
DAYS = st.none() | st.integers(-40, 20).map(lambda days: local_day(AT) + timedelta(days=days))
DIAGNOSIS_CODES = st.sampled_from(["J96.000", "J96", "R57.200", "C22.000", "I10.x00", ""])
PROCEDURE_CODES = st.sampled_from(["50.3x00", "99.2503", "99.0301", "39.6500", "88.5500", ""])
grades = st.integers(1, 4).flatmap(
    lambda lowest: st.builds(
        CatalogueGrade,
        document=st.sampled_from(["surgical", "interventional"]),
        lowest=st.just(lowest),
        highest=st.integers(lowest, 4),
    )
)
clinicals = st.builds(
    ClinicalFacts,
    edition=st.just("context_2022"),
    diagnoses=st.lists(
        st.builds(
            DiagnosisFacts,
            code=DIAGNOSIS_CODES,
            name=st.sampled_from(["", "诊断甲"]),
            onset=DAYS,
            active=st.booleans(),
            organ_failure=st.sampled_from(["yes", "maybe", "no"]),
            neoplasm=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    performed=st.lists(
        st.builds(PerformedFacts, code=PROCEDURE_CODES, name=st.just("手术甲"), day=DAYS),
        max_size=2,
    ).map(tuple),
    planned=st.lists(
        st.builds(
            PlannedFacts,
            code=PROCEDURE_CODES,
            name=st.sampled_from(["", "手术乙", "脑动脉内溶栓术"]),
            day=DAYS,
            department=st.sampled_from(["", "小儿外科"]),
            grades=st.lists(grades, max_size=2).map(tuple),
            named=st.booleans(),
            section=st.sampled_from(["", "basic_invasive", "anesthesia"]),
            placed=st.sampled_from([None, "upper", "lower"]),
            listed=st.sampled_from([None, "major", "restricted", "silent"]),
            core_technique=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    anesthesia=st.sampled_from(["", "general", "local"]),
    infant=st.none() | st.booleans(),
)
requests = st.builds(
    RequestFacts,
    at=st.just(AT),
    receiver=parties,
    visit_class=st.sampled_from([None, "outpatient", "inpatient", "emergency"]),
    purpose=st.sampled_from([None, "treatment", "forensic", "disability", "retirement"]),
    rescue=st.booleans(),
    triage=st.none() | st.integers(0, 6),
    blood_request=st.booleans(),
    declared=st.lists(declarations, max_size=3).map(tuple),
    clinical=st.just(ClinicalFacts()) | clinicals,
)
statuses = st.sampled_from(["final", "corrected", "preliminary", "cancelled", "wrong_patient"])
assessments = st.builds(
    Assessment,
    scheme=st.sampled_from(["national", "provincial", "city"]),
    result=st.sampled_from(["pass", "fail", "suspended"]),
)
labs = st.builds(
    LabFacts,
    results=st.integers(0, 3),
    result_statuses=st.lists(statuses, max_size=2).map(tuple),
    components=st.lists(st.sampled_from(["白细胞计数", "红细胞", "各项镜检"]), unique=True).map(
        tuple
    ),
    systems=st.lists(SYSTEMS, max_size=2).map(tuple),
    receiver_system=SYSTEMS,
    performer=st.none() | parties,
    assessments=st.lists(assessments, max_size=2).map(tuple),
    assessed=st.booleans(),
    internal_qc=st.sampled_from([None, "in_control", "out_of_control"]),
)
imagings = st.builds(
    ImagingFacts,
    report_present=st.booleans(),
    received_count=st.integers(0, 4),
    declared_count=st.none() | st.integers(0, 5),
    closed=st.booleans(),
    available=st.none() | st.booleans(),
    modalities=st.lists(st.sampled_from(["DX", "CT", "MR"]), unique=True).map(tuple),
    body_parts=st.lists(st.sampled_from(["CHEST", "KNEE", "ABDOMEN"]), unique=True).map(tuple),
    lateralities=st.lists(st.sampled_from(["L", "R", "B"]), unique=True).map(tuple),
    views=st.lists(st.sampled_from(["", "AP", "PA", "LL"]), max_size=4).map(tuple),
    plain_series=st.integers(0, 2),
    contrast_series=st.integers(0, 2),
    slice_micrometers=st.none() | st.sampled_from([1000, 5000]),
    dose_micrograys=st.none() | st.sampled_from([1500, 9000]),
)


@st.composite
def reports(draw, kind: str, code: str) -> ReportFacts:
    """A report of that kind; usually of the ordered item."""
    names = ["collected", "received", "first_issued"] if kind == "lab" else ["acquired", "examined"]
    known = draw(st.lists(st.sampled_from(names), unique=True))
    return ReportFacts(
        id=draw(st.sampled_from(["r1", "r2", "r3"])),
        version=draw(st.integers(1, 3)),
        code=draw(st.sampled_from([code, code, code, "25030100100"])),
        source=draw(parties),
        status=draw(st.none() | statuses),
        anchors=tuple(Anchor(name, draw(instants)) for name in names if name in known),
        patient_present=draw(st.booleans()),
        viewed=draw(st.none() | st.booleans()),
    )


@st.composite
def facts(draw) -> Facts:
    """Any combination of facts for any item, listed or not."""
    item = item_facts(EDITION, draw(codes))
    is_lab = item.kind == "lab"
    return Facts(
        request=draw(requests),
        item=item,
        report=draw(reports(item.kind, item.code)),
        lab=draw(st.none() | labs) if is_lab else None,
        imaging=None if is_lab else draw(st.none() | imagings),
        eqa_day=draw(st.none() | instants.map(lambda at: at.date())),
    )
