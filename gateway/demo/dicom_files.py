"""DICOM files of the fake modalities (PS3.3 CT, MR and DX image objects, PS3.10 files)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    MRImageStorage,
    generate_uid,
)

from gateway.demo.imaging_plans import StudyPlan
from gateway.demo.imaging_series import SAGITTAL, Pixels, Series, series_of

_SOP_CLASSES = {
    "CT": CTImageStorage,
    "MR": MRImageStorage,
    "DR": DigitalXRayImageStorageForPresentation,
}
_RESIDENT_ID_OID = "2.16.156.10011.1.3"
_CHARACTER_SETS = {"utf-8": "ISO_IR 192", "gb18030": "GB18030"}
_HOUNSFIELD_INTERCEPT = -1024


@dataclass(frozen=True, slots=True)
class StudyFiles:
    """The files of one study as its modality will send them."""

    plan: StudyPlan
    study_instance_uid: str
    files: tuple[Path, ...]


def study_instance_uid(plan: StudyPlan) -> str:
    """The Study Instance UID, equal for equal accession numbers."""
    return str(generate_uid(entropy_srcs=["study", plan.institution.code, plan.accession]))


def write_study(plan: StudyPlan, folder: Path) -> StudyFiles:
    """Write the study's files below `folder`, without those that get lost on purpose."""
    folder.mkdir(parents=True, exist_ok=True)
    all_series = series_of(plan)
    declared = sum(len(series.pictures) for series in all_series)
    paths = []
    for number, series in enumerate(all_series, start=1):
        for index, picture in enumerate(series.pictures, start=1):
            dataset = _instance(plan, series, number, index, picture)
            dataset.NumberOfStudyRelatedInstances = declared
            path = folder / f"{plan.accession}-{number}-{index:03d}.dcm"
            dataset.save_as(path, enforce_file_format=True)
            paths.append(path)
    kept = len(paths) - plan.scenario.withheld
    return StudyFiles(plan, study_instance_uid(plan), tuple(paths[:kept]))


def _instance(plan: StudyPlan, series: Series, number: int, index: int, picture: Pixels) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = _CHARACTER_SETS[plan.institution.encoding]
    _identify(dataset, plan, number, index)
    _describe_patient(dataset, plan)
    _describe_examination(dataset, plan, series)
    _put_pixels(dataset, plan, series, picture)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    if plan.scenario.compressed:
        dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    return dataset


def _identify(dataset: Dataset, plan: StudyPlan, number: int, index: int) -> None:
    study = study_instance_uid(plan)
    series = generate_uid(entropy_srcs=["series", study, str(number)])
    dataset.SOPClassUID = _SOP_CLASSES[plan.procedure.modality]
    dataset.SOPInstanceUID = generate_uid(entropy_srcs=["instance", series, str(index)])
    dataset.StudyInstanceUID = study
    dataset.SeriesInstanceUID = series
    dataset.SeriesNumber = number
    dataset.InstanceNumber = index
    dataset.AccessionNumber = plan.accession
    dataset.StudyID = plan.accession[-6:]


def _describe_patient(dataset: Dataset, plan: StudyPlan) -> None:
    person = plan.person
    dataset.PatientName = person.name
    dataset.PatientBirthDate = f"{person.born:%Y%m%d}"
    dataset.PatientSex = person.sex
    if not plan.scenario.with_patient_id:
        dataset.PatientID = ""
        return
    dataset.PatientID = person.local_number(plan.institution)
    dataset.IssuerOfPatientID = plan.institution.facility
    other = Dataset()
    other.PatientID = person.resident_id
    other.IssuerOfPatientID = _RESIDENT_ID_OID
    other.TypeOfPatientID = "TEXT"
    dataset.OtherPatientIDsSequence = Sequence([other])


def _describe_examination(dataset: Dataset, plan: StudyPlan, series: Series) -> None:
    procedure, at = plan.procedure, plan.acquired_at
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = f"{at:%Y%m%d}"
    dataset.StudyTime = dataset.SeriesTime = dataset.AcquisitionTime = f"{at:%H%M%S}"
    dataset.Modality = "DX" if procedure.modality == "DR" else procedure.modality
    dataset.InstitutionName = plan.institution.name
    dataset.Manufacturer = "DEMONSTRATION PHANTOM"
    dataset.StudyDescription = procedure.name
    dataset.SeriesDescription = series.description
    dataset.BodyPartExamined = procedure.body_part
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL" if procedure.modality == "CT" else ""]
    code = Dataset()
    code.CodeValue = plan.institution.local_code(procedure.code)
    code.CodingSchemeDesignator = f"99{plan.institution.facility}"
    code.CodeMeaning = procedure.name
    dataset.ProcedureCodeSequence = Sequence([code])
    _describe_technique(dataset, plan, series)


def _describe_technique(dataset: Dataset, plan: StudyPlan, series: Series) -> None:
    if series.contrast_agent:
        dataset.ContrastBolusAgent = series.contrast_agent
    if series.view_position:
        dataset.ViewPosition = series.view_position
        dataset.ImageLaterality = plan.scenario.laterality or "U"
        dataset.PresentationIntentType = "FOR PRESENTATION"
    if series.slice_thickness is not None:
        place = series.slice_thickness * (int(dataset.InstanceNumber) - 1)
        dataset.SliceThickness = series.slice_thickness
        dataset.FrameOfReferenceUID = generate_uid(entropy_srcs=["frame", plan.accession])
        dataset.ImageOrientationPatient = list(series.orientation)
        is_sagittal = series.orientation == SAGITTAL
        dataset.ImagePositionPatient = [place, 0, 0] if is_sagittal else [0, 0, place]


def _put_pixels(dataset: Dataset, plan: StudyPlan, series: Series, picture: Pixels) -> None:
    is_ct = plan.procedure.modality == "CT"
    stored = _stored_values(picture, is_ct)
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.PixelSpacing = [series.spacing, series.spacing]
    dataset.WindowCenter, dataset.WindowWidth = series.window
    if is_ct:
        dataset.RescaleIntercept, dataset.RescaleSlope = _HOUNSFIELD_INTERCEPT, 1
    dataset.PixelData = stored.tobytes()


def _stored_values(picture: Pixels, is_ct: bool) -> np.ndarray[Any, np.dtype[np.uint16]]:
    shifted = picture.astype(np.int32) - (_HOUNSFIELD_INTERCEPT if is_ct else 0)
    return np.clip(shifted, 0, 4095).astype("<u2")
