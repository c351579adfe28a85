"""Twelve studies: each with its procedure, its pictures, its report and its one peculiarity."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from gateway.canonical.times import CHINA_STANDARD_TIME
from gateway.demo.institutions import (
    COMMUNITY,
    COUNTY,
    DISTRICT,
    MUNICIPAL,
    TRADITIONAL,
    DemoInstitution,
)
from gateway.demo.lab_scenarios import Patient
from gateway.demo.people import Person


@dataclass(frozen=True, slots=True)
class Procedure:
    """An imaging examination that hospitals offer, with the words of an unremarkable report."""

    code: str
    name: str
    item_code: str
    modality: str
    body_part: str
    findings: str
    impression: str


@dataclass(frozen=True, slots=True)
class StudyScenario:
    """What is special about one study.

    laterality is what the header says, which may be wrong on purpose. withheld images are declared
    in (0020,1208) and never sent. states_study_uid tells whether the text report names the study,
    or has to be joined by accession number.
    """

    patient: Patient
    institution: DemoInstitution
    procedure: str
    days_ago: int
    laterality: str = ""
    with_patient_id: bool = True
    withheld: int = 0
    states_study_uid: bool = True
    compressed: bool = False


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """One study to make and send, with its report."""

    scenario: StudyScenario
    procedure: Procedure
    person: Person
    acquired_at: datetime
    accession: str

    @property
    def institution(self) -> DemoInstitution:
        """Where it was made."""
        return self.scenario.institution


_PROCEDURES = (
    Procedure(
        "DRCHEST2", "胸部正侧位", "BW03ZZZ8B-00", "DR", "CHEST",
        "两肺纹理清晰，走行自然，未见明显实质性病变。心影大小形态正常。两膈面光整，肋膈角锐利。",
        "心肺膈未见明显异常。",
    ),
    Procedure(
        "DRCHEST1", "胸部正位", "BW03ZZZZ1-00", "DR", "CHEST",
        "两肺野清晰，肺门影不大，心影不大，膈面光整。", "胸部正位片未见明显异常。",
    ),
    Procedure(
        "DRKNEER", "右膝关节正侧位", "BQ07ZZZ0B-00", "DR", "KNEE",
        "右膝关节诸骨骨质完整，髁间隆突变尖，关节间隙未见明显狭窄，周围软组织未见肿胀。",
        "右膝关节轻度退行性改变。",
    ),
    Procedure(
        "DRKNEEL", "左膝关节正侧位", "BQ08ZZZ0B-00", "DR", "KNEE",
        "左膝关节诸骨骨质完整，关节面光整，关节间隙正常。", "左膝关节未见明显骨质异常。",
    ),
    Procedure(
        "CTHEAD", "头颅平扫", "B020ZYZZZ-00", "CT", "HEAD",
        "脑实质密度未见明显异常，脑室系统大小形态正常，中线结构居中，颅骨未见骨折征象。",
        "颅脑CT平扫未见明显异常。",
    ),
    Procedure(
        "CTCHEST", "胸部平扫", "BW23ZYZZZ-00", "CT", "CHEST",
        "右肺上叶见一实性小结节，直径约6mm，边界清。余肺未见实变。纵隔内未见肿大淋巴结。",
        "右肺上叶实性小结节，建议年度随访。",
    ),
    Procedure(
        "CTABDE", "上腹部增强", "BW2610ZZZ-00", "CT", "ABDOMEN",
        "肝脏形态大小正常，平扫及增强未见异常密度灶。胆囊不大。脾、胰、双肾未见明显异常。",
        "上腹部CT平扫加增强未见明显异常。",
    ),
    Procedure(
        "MRLSPINE", "腰椎平扫", "BR39ZYZZZ-00", "MR", "LSPINE",
        "腰椎生理曲度存在，L4/5椎间盘T2信号减低并向后轻度突出，硬膜囊前缘受压。",
        "L4/5椎间盘变性并轻度突出。",
    ),
    Procedure(
        "MRBRAIN", "头颅平扫", "B030ZYZZZ-00", "MR", "BRAIN",
        "脑实质内未见异常信号，脑室系统不大，中线居中。", "颅脑MRI平扫未见明显异常。",
    ),
)  # fmt: skip
PROCEDURES = {procedure.code: procedure for procedure in _PROCEDURES}


_SCENARIOS = (
    StudyScenario(Patient.SIDES, MUNICIPAL, "DRKNEER", 6, "R"),
    StudyScenario(Patient.LEFT_KNEE, COUNTY, "DRKNEEL", 7, "L"),
    StudyScenario(Patient.CHEST_VIEWS, MUNICIPAL, "DRCHEST2", 3),
    StudyScenario(Patient.TWO_CHARSETS, MUNICIPAL, "CTCHEST", 5, compressed=True),
    StudyScenario(Patient.HEAD, COUNTY, "CTHEAD", 2, states_study_uid=False),
    StudyScenario(Patient.ABDOMEN, MUNICIPAL, "CTABDE", 9),
    StudyScenario(Patient.LUMBAR_SPINE, MUNICIPAL, "MRLSPINE", 12),
    StudyScenario(Patient.OLD_STUDY, MUNICIPAL, "MRBRAIN", 45),
    StudyScenario(Patient.LOWER_TIER_STUDY, DISTRICT, "CTCHEST", 4),
    StudyScenario(Patient.NO_PATIENT_ID, COMMUNITY, "DRCHEST1", 5, with_patient_id=False),
    StudyScenario(Patient.INCOMPLETE_STUDY, COUNTY, "CTHEAD", 3, withheld=8),
    StudyScenario(Patient.WRONG_SIDE, TRADITIONAL, "DRKNEER", 4, "L", states_study_uid=False),
)


def plan_studies(people: tuple[Person, ...], today: date) -> tuple[StudyPlan, ...]:
    """The studies of the city; days are counted back from `today`, a local date in China."""
    return tuple(
        _study(number, scenario, people, today) for number, scenario in enumerate(_SCENARIOS, 1)
    )


def _study(
    number: int, scenario: StudyScenario, people: tuple[Person, ...], today: date
) -> StudyPlan:
    day = today - timedelta(days=scenario.days_ago)
    minute = (number * 17) % 60
    return StudyPlan(
        scenario=scenario,
        procedure=PROCEDURES[scenario.procedure],
        person=people[scenario.patient - 1],
        acquired_at=datetime.combine(day, time(9, minute), CHINA_STANDARD_TIME),
        accession=f"{scenario.institution.key}X{day:%y%m%d}{number:03d}",
    )
