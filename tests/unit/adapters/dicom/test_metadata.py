"""Headers as DICOM JSON: repaired texts, numbers as numbers, bulk by address."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from pydicom.data.data_manager import DATA_ROOT
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from adapters.dicom.frames import (
    NoSuchFrame,
    bulk_value,
    decoded_frames,
    stored_frames,
    stored_media_type,
)
from adapters.dicom.metadata import BULK, metadata_of
from adapters.dicom.pixel_location import read_header_of
from adapters.dicom.rendering import UndecodableImage
from adapters.dicom.transcoding import uncompressed_file
from adapters.errors import MappingFailure
from tests.unit.adapters.dicom.dicom_files import ct_slice, item, written

SYNTAXES = [
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
]
SAMPLES = Path(str(DATA_ROOT), "test_files")


def json_of(folder: Path, dataset: Dataset, syntax: Any = ExplicitVRLittleEndian) -> Any:
    return orjson.loads(metadata_of(read_header_of(in_syntax(folder, dataset, syntax))))


def in_syntax(folder: Path, dataset: Dataset, syntax: Any) -> Path:
    path = written(folder, dataset)
    if syntax != ExplicitVRLittleEndian:
        if syntax == ExplicitVRBigEndian:
            dataset.PixelData = swapped(dataset.PixelData)
        dataset.file_meta.TransferSyntaxUID = syntax
        dcmwrite(path, dataset, enforce_file_format=True, implicit_vr=syntax.is_implicit_VR,
                 little_endian=syntax.is_little_endian)  # fmt: skip
    return path


def swapped(value: bytes) -> bytes:
    return b"".join(value[at : at + 2][::-1] for at in range(0, len(value), 2))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_plain_syntax_reads_the_same(tmp_path: Path, syntax: Any) -> None:
    dataset = ct_slice(
        SliceThickness="5.0", InstanceNumber=3, WindowCenter=[40, 50], Laterality="",
        ReferencedImageSequence=[item(ReferencedSOPInstanceUID="1.2.3")],
        FrameIncrementPointer=0x00181063, ImagePositionPatient=[0, -1.5, 2],
    )  # fmt: skip
    found = json_of(tmp_path, dataset, syntax)
    assert found["00100010"]["Value"] == [{"Alphabetic": "王^小东"}]
    assert found["00180050"] == {"vr": "DS", "Value": [5.0]}
    assert found["00200013"]["Value"] == [3]
    assert found["00281050"]["Value"] == [40.0, 50.0]
    assert found["00200060"] == {"vr": "CS"}
    assert found["00081140"]["Value"][0]["00081155"]["Value"] == ["1.2.3"]
    assert found["00280009"] == {"vr": "AT", "Value": ["00181063"]}
    assert found["00280010"] == {"vr": "US", "Value": [16]}
    assert found["7FE00010"]["BulkDataURI"] == f"{BULK}/bulkdata/7FE00010"
    assert found["00083002"]["Value"] == [str(syntax)]


def test_mislabelled_chinese_is_repaired(tmp_path: Path) -> None:
    dataset = ct_slice(SpecificCharacterSet="GB18030")
    path = written(tmp_path, dataset)
    content = path.read_bytes().replace(b"GB18030 ", b"ISO_IR 6", 1)
    path.write_bytes(content)
    found = orjson.loads(metadata_of(read_header_of(path)))
    assert found["00100010"]["Value"] == [{"Alphabetic": "王^小东"}]


def test_large_values_are_bulk_and_small_ones_inline(tmp_path: Path) -> None:
    icon = item(Rows=64, Columns=64, BitsAllocated=8, PixelData=bytes(range(256)) * 16)
    dataset = ct_slice(IconImageSequence=[icon], EncapsulatedDocument=b"%PDF" * 500)
    private = dataset.private_block(0x0011, "OURS", create=True)
    private.add_new(1, "OB", b"\1\2")
    path = written(tmp_path, dataset)
    found = orjson.loads(metadata_of(read_header_of(path)))
    assert found["00110010"]["Value"] == ["OURS"]
    assert found["00111001"] == {"vr": "OB", "InlineBinary": "AQI="}
    for place, size in (("00420011", 2000), ("00880200.0.7FE00010", 4096), ("7FE00010", 512)):
        assert len(bulk_value(path, place)) == size
    nested = found["00880200"]["Value"][0]["7FE00010"]
    assert nested["BulkDataURI"] == f"{BULK}/bulkdata/00880200.0.7FE00010"
    for place in ("00880200.3.7FE00010", "00091001", "00100010.0.00100010"):
        with pytest.raises(KeyError):
            bulk_value(path, place)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_native_frames_are_little_endian(tmp_path: Path, syntax: Any) -> None:
    pixels = bytes(range(256)) * 4
    dataset = ct_slice(NumberOfFrames=2, PixelData=pixels)
    path = in_syntax(tmp_path, dataset, syntax)
    found = stored_frames(path, [2, 1])
    assert found.parts == (pixels[512:], pixels[:512])
    assert found.transfer_syntax_uid == ExplicitVRLittleEndian
    assert decoded_frames(path, []).parts == (pixels[:512], pixels[512:])
    assert bulk_value(path, "7FE00010") == pixels
    with pytest.raises(NoSuchFrame):
        stored_frames(path, [3])


def test_compressed_frames_as_stored_and_decoded() -> None:
    path = SAMPLES / "MR_small_RLE.dcm"
    stored = stored_frames(path, [1])
    assert stored.media_type == "image/dicom-rle"
    plain = decoded_frames(path, [1])
    assert plain.parts == stored_frames(SAMPLES / "MR_small.dcm", [1]).parts
    assert len(stored.parts[0]) < len(plain.parts[0])
    with pytest.raises(KeyError):
        bulk_value(path, "7FE00010")
    assert stored_media_type("1.2.3") == "application/octet-stream"


def test_file_is_given_uncompressed() -> None:
    content = uncompressed_file(SAMPLES / "MR_small_RLE.dcm", str(ExplicitVRLittleEndian))
    assert len(content) > (SAMPLES / "MR_small_RLE.dcm").stat().st_size


def test_pixels_that_are_missing_short_or_absurd_are_refused(tmp_path: Path) -> None:
    for elements in ({"PixelData": None}, {"NumberOfFrames": 9}, {"Rows": None}):
        path = written(tmp_path, ct_slice(**elements))
        with pytest.raises(UndecodableImage):
            stored_frames(path, [1])
    absurd = written(tmp_path, ct_slice(Rows=65535, Columns=65535, SamplesPerPixel=3))
    with pytest.raises(UndecodableImage):
        decoded_frames(absurd, [1])
    with pytest.raises(UndecodableImage):
        uncompressed_file(absurd, str(ImplicitVRLittleEndian))


def test_bytes_that_are_no_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.dcm"
    for content in (b"", b"x" * 500, b"\0" * 128 + b"DICM"):
        path.write_bytes(content)
        with pytest.raises(MappingFailure):
            read_header_of(path)
