"""Small studies as files, written as a modality of the small city would write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from pydicom.uid import CTImageStorage, DigitalXRayImageStorageForPresentation, generate_uid

from tests.end_to_end.city import NOW, UPPER
from tests.end_to_end.house import House
from tests.end_to_end.messages import Person
from tests.unit.adapters.dicom.dicom_files import ct_slice, item, written

_accessions = count(1)


@dataclass(frozen=True)
class Study:
    """The files of one study and the numbers that join it to its report."""

    uid: str
    accession: str
    files: tuple[Path, ...]


def a_study(
    folder: Path,
    person: Person | None,
    accession: str,
    images: Sequence[dict[str, Any]],
    acquired: datetime = NOW - timedelta(days=3),
    **shared: Any,
) -> Study:
    """A study with one file per image; `person` None leaves the patient out."""
    uid = str(generate_uid())
    folder.mkdir(parents=True, exist_ok=True)
    common = {
        "SpecificCharacterSet": "ISO_IR 192",
        "StudyInstanceUID": uid,
        "AccessionNumber": accession,
        "StudyDate": f"{acquired:%Y%m%d}",
        "StudyTime": f"{acquired:%H%M%S}",
        "AcquisitionDate": f"{acquired:%Y%m%d}",
        "AcquisitionTime": f"{acquired:%H%M%S}",
        **_patient(person),
        **shared,
    }
    files = []
    for number, image in enumerate(images, 1):
        dataset = ct_slice(**(common | {"InstanceNumber": number} | image))
        files.append(written(folder, dataset))
    return Study(uid, accession, tuple(files))


def _patient(person: Person | None) -> dict[str, Any]:
    if person is None:
        return {"PatientID": "", "PatientName": ""}
    other = item(
        PatientID=person.resident_id, IssuerOfPatientID="2.16.156.10011.1.3",
        TypeOfPatientID="TEXT",
    )  # fmt: skip
    return {
        "PatientID": person.local_number,
        "PatientName": person.name,
        "OtherPatientIDsSequence": [other],
    }


def hip(side: str, view: str = "AP") -> dict[str, Any]:
    """One radiograph of a hip; an empty view is left out of the header."""
    return {
        "SOPClassUID": DigitalXRayImageStorageForPresentation,
        "Modality": "DX",
        "BodyPartExamined": "HIP",
        "ImageLaterality": side,
        "ViewPosition": view,
        "PresentationIntentType": "FOR PRESENTATION",
    }


def pelvis_slice(series: str, contrast: bool = False) -> dict[str, Any]:
    """One CT slice of the pelvis, plain or enhanced."""
    agent = {"ContrastBolusAgent": "碘海醇"} if contrast else {}
    return {
        "SOPClassUID": CTImageStorage,
        "Modality": "CT",
        "BodyPartExamined": "PELVIS",
        "SeriesInstanceUID": series,
        **agent,
    }


async def sent(
    house: House,
    storescu: Path,
    folder: Path,
    person: Person | None,
    images: Sequence[dict[str, Any]],
    settled: bool = True,
    **shared: Any,
) -> Study:
    """A study that arrived, and after which the quiet time has passed if it is `settled`."""
    study = a_study(folder, person, f"A{next(_accessions):05d}", images, **shared)
    printed = await house.store(storescu, study.files, f"CT_{UPPER}")
    assert printed.count("Received Store Response (Success)") == len(images), printed
    await house.indexed(study.uid, len(images))
    if settled:
        house.clock.advance(seconds=121)
    return study
