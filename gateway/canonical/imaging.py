"""Imaging reports, instances and studies. For imaging the study is what is recognised."""

from dataclasses import dataclass

from gateway.canonical.attachment import Attachment
from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.lab import LocalCode, ReportStatus
from gateway.canonical.patient import Patient
from gateway.canonical.times import EventTime


@dataclass(frozen=True, slots=True)
class ImagingReport:
    """The text report of an imaging examination (ORU^R01), context to the images.

    findings and impression are for display; a conclusion is never a fact of the rules.
    modality is OBR-24 as sent; study_instance_uid is None when not stated.
    """

    institution: InstitutionCode
    filler_order_number: str
    file_number: str
    accession_number: str
    procedure: LocalCode
    patient: Patient
    status: ReportStatus
    modality: str
    examined_at: EventTime | None
    issued_at: EventTime | None
    message_at: EventTime | None
    findings: str = ""
    impression: str = ""
    study_instance_uid: str | None = None
    placer_order_number: str = ""
    department: str = ""
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        if not self.filler_order_number:
            raise InvalidRecord("filler_order_number", "must not be empty")


@dataclass(frozen=True, slots=True)
class ImagingInstance:
    """What the header of one DICOM instance says; no pixel data.

    laterality is `R`, `L`, `B` or ""; contrast is True when (0018,0010) names an agent.
    declared_series_count and declared_study_count are (0020,1209) and (0020,1208) when stated.
    image_type keeps (0008,0008); slice_thickness is in millimetres; dose is CTDIvol (0018,9345) in
    milligray; digest is the file's SHA-256.
    """

    institution: InstitutionCode
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    modality: str
    accession_number: str
    patient: Patient
    procedures: tuple[LocalCode, ...]
    acquired_at: EventTime | None
    body_part: str = ""
    laterality: str = ""
    view_position: str = ""
    contrast: bool = False
    series_number: int | None = None
    instance_number: int | None = None
    number_of_frames: int = 1
    rows: int | None = None
    columns: int | None = None
    slice_thickness: float | None = None
    image_type: tuple[str, ...] = ()
    series_description: str = ""
    study_description: str = ""
    declared_series_count: int | None = None
    declared_study_count: int | None = None
    digest: str = ""
    size: int = 0
    dose: float | None = None

    def __post_init__(self) -> None:
        for field in ("study_instance_uid", "series_instance_uid", "sop_instance_uid"):
            if not getattr(self, field):
                raise InvalidRecord(field, "must not be empty")
