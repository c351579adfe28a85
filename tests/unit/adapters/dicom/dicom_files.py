"""DICOM files for tests: small, valid by default, written by pydicom as a modality would."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from adapters.dicom.header_file import Header, read_header
from adapters.dicom.header_values import HeaderValues
from adapters.dicom.instance_header import WANTED_TAGS, HeaderReading, instance_of
from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode

SENDER = Sender(InstitutionCode("H1"), "GB18030", "Asia/Shanghai")


def ct_slice(**elements: Any) -> Dataset:
    """A CT slice of 16 × 16 pixels; keywords set elements, None removes one."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "GB18030"
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID = generate_uid()
    dataset.SeriesInstanceUID = generate_uid()
    dataset.Modality = "CT"
    dataset.AccessionNumber = "ACC1"
    dataset.PatientName = "王^小东"
    dataset.PatientID = "P1"
    dataset.Rows = dataset.Columns = 16
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 0
    dataset.PixelData = np.arange(256, dtype="<u2").tobytes()
    for keyword, value in elements.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return dataset


def item(**elements: Any) -> Dataset:
    """A sequence item."""
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def sequence(**elements: Any) -> Sequence:
    """A sequence of one item."""
    return Sequence([item(**elements)])


def encoded(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """The DICOM file of a data set."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", CTImageStorage)
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "1.2.3")
    meta.TransferSyntaxUID = syntax
    dataset.file_meta = meta
    out = BytesIO()
    dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue()


def written(folder: Path, dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> Path:
    """The DICOM file of a data set, in a folder."""
    path = folder / f"{dataset.get('SOPInstanceUID', 'none')}.dcm"
    path.write_bytes(encoded(dataset, syntax))
    return path


def header_of(folder: Path, dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> Header:
    """The header as the receiver reads it from the file."""
    return read_header(written(folder, dataset, syntax), WANTED_TAGS)


def reading_of(
    folder: Path, dataset: Dataset, syntax: str = ExplicitVRLittleEndian
) -> HeaderReading:
    """What the receiver makes of a data set."""
    return instance_of(header_of(folder, dataset, syntax), SENDER)


def data_set_bytes(file: bytes) -> bytes:
    """The data set of a DICOM file, without preamble and file meta information (PS3.10 7.1)."""
    return file[144 + int.from_bytes(file[140:144], "little") :]


def raw_values(*elements: tuple[int, str, bytes]) -> HeaderValues:
    """A header of elements (tag, VR, bytes) as devices send them and pydicom refuses to write."""
    return HeaderValues(
        Dataset(
            {
                BaseTag(tag): RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, True)
                for tag, vr, value in elements
            }
        )
    )
