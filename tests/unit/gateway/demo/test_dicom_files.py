import numpy as np
import pydicom
import pytest
from pydicom.uid import JPEG2000Lossless

from gateway.demo.city import City
from gateway.demo.dicom_files import StudyFiles, write_study
from gateway.demo.lab_scenarios import Patient


@pytest.fixture(scope="module")
def studies(city: City, tmp_path_factory: pytest.TempPathFactory) -> dict[Patient, StudyFiles]:
    folder = tmp_path_factory.mktemp("studies")
    return {plan.scenario.patient: write_study(plan, folder) for plan in city.studies}


def test_studies_are_readable_and_have_contrast(studies: dict[Patient, StudyFiles]) -> None:
    for files in studies.values():
        dataset = pydicom.dcmread(files.files[len(files.files) // 2])
        pixels = dataset.pixel_array
        assert pixels.shape == (dataset.Rows, dataset.Columns)
        assert np.std(pixels) > 50
        assert pixels.max() <= 4095
        assert dataset.AccessionNumber == files.plan.accession
        assert dataset.StudyInstanceUID == files.study_instance_uid
        assert str(dataset.PatientName) == files.plan.person.name
        expected = files.plan.institution.local_code(files.plan.procedure.code)
        assert dataset.ProcedureCodeSequence[0].CodeValue == expected


def test_instances_are_all_different(studies: dict[Patient, StudyFiles]) -> None:
    uids = [
        pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID
        for files in studies.values()
        for path in files.files
    ]
    assert len(uids) == len(set(uids)) > 100


def test_declared_count_is_met_except_once(studies: dict[Patient, StudyFiles]) -> None:
    short = [
        patient
        for patient, files in studies.items()
        if pydicom.dcmread(files.files[0], stop_before_pixels=True).NumberOfStudyRelatedInstances
        != len(files.files)
    ]
    assert short == [Patient.INCOMPLETE_STUDY]


def test_one_study_names_no_patient_number(studies: dict[Patient, StudyFiles]) -> None:
    without = [
        patient
        for patient, files in studies.items()
        if not pydicom.dcmread(files.files[0], stop_before_pixels=True).PatientID
    ]
    assert without == [Patient.NO_PATIENT_ID]


def test_one_right_knee_is_labelled_left(studies: dict[Patient, StudyFiles]) -> None:
    wrong = pydicom.dcmread(studies[Patient.WRONG_SIDE].files[0], stop_before_pixels=True)
    right = pydicom.dcmread(studies[Patient.SIDES].files[0], stop_before_pixels=True)
    assert (wrong.StudyDescription, wrong.ImageLaterality) == ("右膝关节正侧位", "L")
    assert (right.StudyDescription, right.ImageLaterality) == ("右膝关节正侧位", "R")


def test_enhanced_study_shows_both_phases(studies: dict[Patient, StudyFiles]) -> None:
    headers = [
        pydicom.dcmread(path, stop_before_pixels=True) for path in studies[Patient.ABDOMEN].files
    ]
    agents = {h.SeriesNumber: h.get("ContrastBolusAgent") for h in headers}
    assert agents == {1: None, 2: "碘海醇注射液"}


def test_compressed_study_loses_nothing(studies: dict[Patient, StudyFiles]) -> None:
    dataset = pydicom.dcmread(studies[Patient.TWO_CHARSETS].files[7])
    assert dataset.file_meta.TransferSyntaxUID == JPEG2000Lossless
    assert dataset.pixel_array.shape == (256, 256)


def test_knees_of_two_sides_are_mirror_images(studies: dict[Patient, StudyFiles]) -> None:
    right = pydicom.dcmread(studies[Patient.SIDES].files[0]).pixel_array.astype(float)
    left = pydicom.dcmread(studies[Patient.LEFT_KNEE].files[0]).pixel_array.astype(float)
    assert np.abs(right - left[:, ::-1]).mean() < np.abs(right - left).mean()
