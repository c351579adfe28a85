"""What the policy looks at and nothing else: one ordered item, one report or study. Frozen.

Facts carry everything that a clause reads, also what came from the catalogue edition, so that a
stored determination can be replayed after a newer edition was installed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from rules.clinical_facts import ClinicalFacts

#: A visit of which nothing clinical was said.
NO_CONTEXT: Final = ClinicalFacts()


@dataclass(frozen=True, slots=True)
class Party:
    """An institution as it stands on the day that matters.

    tier is the Chinese text (二级甲等); tier and kind are None when it is not registered that day.
    """

    code: str
    tier: str | None
    kind: str | None
    alliances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """An exception of 四（三） that the physician invokes on the order line."""

    code: str
    text: str | None = None
    author: str = ""


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Who asks, when, and in what situation.

    visit_class and purpose are the canonical words (`emergency`, `forensic`), None when not stated.
    """

    at: datetime
    receiver: Party
    visit_class: str | None = None
    purpose: str | None = None
    rescue: bool = False
    triage: int | None = None
    blood_request: bool = False
    declared: tuple[Declared, ...] = ()
    clinical: ClinicalFacts = NO_CONTEXT


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """The ordered item (or the item that a panel component is), as its edition describes it.

    listed: whether the edition in force lists it. kind: `lab` or `imaging`. panel: code of the
    ordered panel when this is one component of it. components: what one report must hold as a
    whole (rows 1 and 2 of 附件1), empty otherwise. detection_system_rule: None, `stated`, `same`.
    The rest is what images of the item show: DICOM modalities and body parts (any one suffices),
    laterality (`R`, `L`, `B` or ""), views (one group of alternatives per view), contrast (True
    with, False without, None not applicable), phases (`plain`, `enhanced`), least image count.
    technique: what the code asks of the scan (`thin`, `low_dose` or "").
    """

    code: str
    name: str
    listed: bool
    kind: str
    edition: str
    panel: str | None = None
    components: tuple[str, ...] = ()
    detection_system_rule: str | None = None
    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    laterality: str = ""
    views: tuple[tuple[str, ...], ...] = ()
    contrast: bool | None = None
    phases: tuple[str, ...] = ()
    images: int = 1
    technique: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A quality assessment of the performing laboratory for the item, valid that day."""

    scheme: str
    result: str


@dataclass(frozen=True, slots=True)
class LabFacts:
    """What a laboratory report says about the item.

    results: how many results carry a value. components: names of the components held (rows 1 and 2
    only). systems: detection systems after synonyms, None where a result states none;
    receiver_system likewise. performer: the laboratory that did the test, as it stood on the day
    of collection, with its assessments for the item that day; assessed: whether it has any row at
    all that day. internal_qc: state of its internal quality control for the item that day
    (`in_control`, `out_of_control`), None where nobody reports it.
    """

    results: int
    result_statuses: tuple[str, ...]
    components: tuple[str, ...] = ()
    systems: tuple[str | None, ...] = ()
    receiver_system: str | None = None
    performer: Party | None = None
    assessments: tuple[Assessment, ...] = ()
    assessed: bool = False
    internal_qc: str | None = None


@dataclass(frozen=True, slots=True)
class ImagingFacts:
    """What the images and their report show.

    available: None when the source was not asked. declared_count: None when nothing declares one.
    closed: whether the quiet time has passed. views: one per instance, "" where not stated.
    slice_micrometers: the thinnest slices of any scan; dose_micrograys: the highest CTDIvol of any
    scan (DICOM (0018,9345)); both None where no header states them.
    """

    report_present: bool
    received_count: int
    declared_count: int | None = None
    closed: bool = False
    available: bool | None = None
    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    lateralities: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    plain_series: int = 0
    contrast_series: int = 0
    slice_micrometers: int | None = None
    dose_micrograys: int | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """A time from which the validity period can be counted.

    kind: `collected`, `received`, `first_issued` (laboratory), `acquired`, `examined` (imaging).
    """

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The report version (or study) that might be recognised.

    code is the item it was mapped to; status the canonical word, None when unknown. anchors holds
    the times that are known, at most one of each kind; first_issued survives corrections. viewed:
    whether the physician has opened it in this visit, None when that is not known.
    """

    id: str
    version: int
    code: str
    source: Party
    status: str | None
    anchors: tuple[Anchor, ...]
    patient_present: bool = True
    viewed: bool | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is looked at for one ordered item or component and one report or study.

    Exactly one of lab and imaging is given, matching item.kind; eqa_day is the day on which the
    assessments were read, None when no anchor is known.
    """

    request: RequestFacts
    item: ItemFacts
    report: ReportFacts
    lab: LabFacts | None = None
    imaging: ImagingFacts | None = None
    eqa_day: date | None = None
