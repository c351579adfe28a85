"""The file meta information is readable by others and always the same."""

from io import BytesIO

import pytest
from pydicom import dcmread

from adapters.dicom.file_meta import file_meta


@pytest.mark.parametrize("uid", ["1.2.3", "1.2.34"])
def test_file_meta_information_is_read_back_by_pydicom(uid: str) -> None:
    raw = file_meta("1.2.840.10008.5.1.4.1.1.2", uid, "1.2.840.10008.1.2.1")
    meta = dcmread(BytesIO(raw)).file_meta
    assert meta.MediaStorageSOPClassUID == "1.2.840.10008.5.1.4.1.1.2"
    assert meta.MediaStorageSOPInstanceUID == uid
    assert meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert meta.FileMetaInformationGroupLength == len(raw) - 144
    assert meta.ImplementationClassUID.startswith("2.25.")
