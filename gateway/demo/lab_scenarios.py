"""The laboratory reports the story relies on: whose, from where, how old, what is special."""

from dataclasses import dataclass
from enum import IntEnum


class Patient(IntEnum):
    """The patients of the story, by what their results show; values number `people`."""

    TWO_CHARSETS = 1
    WINDOW = 2
    TIER = 3
    OUTSOURCED = 4
    PARTIAL_PANEL = 5
    SIDES = 6
    DETECTION_SYSTEM = 7
    NO_DETECTION_SYSTEM = 8
    CORRECTED = 9
    CANCELLED = 10
    REJECTED = 11
    EMERGENCY = 12
    UNMAPPED = 13
    LATE_MESSAGE = 14
    CRITICAL = 15
    INCOMPLETE_STUDY = 16
    LUMBAR_SPINE = 17
    LEFT_KNEE = 18
    CHEST_VIEWS = 19
    HEAD = 20
    ABDOMEN = 21
    LOWER_TIER_STUDY = 22
    NO_PATIENT_ID = 23
    WRONG_SIDE = 24
    OLD_STUDY = 25
    FAILED_ASSESSMENT = 26


@dataclass(frozen=True, slots=True)
class LabScenario:
    """One report to make: statuses are its issues (OBR-25), values overrule the drawn ones."""

    person: int
    sender: str
    order: str
    days_ago: int
    statuses: str = "F"
    oldest_arrives_last: bool = False
    outsourced: bool = False
    left_out: frozenset[str] = frozenset()
    values: tuple[tuple[str, str], ...] = ()
    corrected_values: tuple[tuple[str, str], ...] = ()


SCENARIOS = (
    LabScenario(Patient.TWO_CHARSETS, "B", "LIVER", 5, values=(("ALB", "41.2"), ("TP", "70.5"))),
    LabScenario(Patient.TWO_CHARSETS, "C", "KIDNEY", 4),
    LabScenario(Patient.WINDOW, "C", "DIAB", 30),
    LabScenario(Patient.WINDOW, "C", "LIPID", 31),
    LabScenario(Patient.TIER, "D", "INFL", 3),
    LabScenario(Patient.TIER, "F", "LIVER", 4),
    LabScenario(Patient.TIER, "E", "LIPID", 6),
    LabScenario(Patient.OUTSOURCED, "D", "THYROID", 8, outsourced=True),
    LabScenario(Patient.PARTIAL_PANEL, "B", "KIDNEY", 9, left_out=frozenset({"UA"})),
    LabScenario(Patient.DETECTION_SYSTEM, "B", "TUMOR", 12),
    LabScenario(Patient.DETECTION_SYSTEM, "C", "LUNGTM", 11),
    LabScenario(Patient.NO_DETECTION_SYSTEM, "G", "TUMOR", 10),
    LabScenario(Patient.CORRECTED, "B", "THYROID", 6, values=(("TSH", "2.310"),)),
    LabScenario(Patient.CANCELLED, "B", "LIVER", 3, statuses="FX"),
    LabScenario(Patient.CANCELLED, "C", "ELEC", 1, statuses="P"),
    LabScenario(Patient.REJECTED, "C", "LIPID", 7),
    LabScenario(Patient.EMERGENCY, "B", "CBC", 2),
    LabScenario(Patient.UNMAPPED, "G", "DIAB", 5),
    LabScenario(
        Patient.LATE_MESSAGE, "C", "KIDNEY", 5, statuses="FC", oldest_arrives_last=True,
        values=(("CREA", "80"),), corrected_values=(("CREA", "180"),),
    ),
    LabScenario(Patient.CRITICAL, "B", "ELEC", 1, values=(("K", "6.90"),)),
    LabScenario(Patient.FAILED_ASSESSMENT, "B", "HEART", 5),
)  # fmt: skip
