"""Elements are read from their bytes; what is broken is absent and never raises."""

from pathlib import Path
from struct import pack

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian

from adapters.dicom.header_values import HeaderValues
from tests.unit.adapters.dicom.dicom_files import ct_slice, header_of, item, raw_values, sequence

ROWS, INSTANCE_NUMBER, SLICE_THICKNESS = 0x00280010, 0x00200013, 0x00180050
PROCEDURES, CTDI_VOL = 0x00081032, 0x00189345


def values_of(folder: Path, dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> HeaderValues:
    return HeaderValues(header_of(folder, dataset, syntax).dataset)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_binary_number_follows_the_byte_order(tmp_path: Path, syntax: str) -> None:
    dataset = ct_slice(Rows=300, PixelData=None)
    assert values_of(tmp_path, dataset, syntax).unsigned_short(ROWS) == 300


def test_empty_binary_number_is_absent(tmp_path: Path) -> None:
    assert values_of(tmp_path, ct_slice(Rows=None)).unsigned_short(ROWS) is None


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_binary_double_follows_the_byte_order(tmp_path: Path, syntax: str) -> None:
    dataset = ct_slice(CTDIvol=2.5, PixelData=None)
    assert values_of(tmp_path, dataset, syntax).double(CTDI_VOL) == 2.5


@pytest.mark.parametrize("sent", [b"", b"\0\0", pack("<d", float("inf"))])
def test_binary_double_is_finite_or_absent(sent: bytes) -> None:
    assert raw_values((CTDI_VOL, "FD", sent)).double(CTDI_VOL) is None


@pytest.mark.parametrize(
    ("sent", "read"), [(b"12", 12), (b"-3 ", -3), (b"1.5 ", None), (b"1E9999999 ", None)]
)
def test_integer_string_is_a_number_or_absent(sent: bytes, read: int | None) -> None:
    assert raw_values((INSTANCE_NUMBER, "IS", sent)).integer(INSTANCE_NUMBER) == read


@pytest.mark.parametrize(
    ("sent", "read"), [(b"1.25", 1.25), (b"5 mm", None), (b"1E999 ", None), (b"nan ", None)]
)
def test_decimal_string_is_finite_or_absent(sent: bytes, read: float | None) -> None:
    assert raw_values((SLICE_THICKNESS, "DS", sent)).decimal(SLICE_THICKNESS) == read


def test_item_may_declare_a_character_set_of_its_own(tmp_path: Path) -> None:
    inner = item(SpecificCharacterSet="ISO_IR 192", CodeMeaning="胸部")
    outer = ct_slice(ProcedureCodeSequence=[inner, item(CodeMeaning="头颅")])
    values = values_of(tmp_path, outer)
    assert [one.text(0x00080104) for one in values.items(PROCEDURES)] == ["胸部", "头颅"]
    assert values.repairs == frozenset()


def test_repairs_inside_sequences_are_known_to_the_whole(tmp_path: Path) -> None:
    dataset = ct_slice(
        SpecificCharacterSet="GB18030", ProcedureCodeSequence=sequence(CodeMeaning="胸")
    )
    values = values_of(tmp_path, dataset)
    raw = values.items(PROCEDURES)[0]
    assert raw.text(0x00080104) == "胸"
    mislabelled = HeaderValues(
        header_of(tmp_path, dataset).dataset[PROCEDURES].value[0], ("latin-1",)
    )
    assert mislabelled.text(0x00080104) == "胸"
    assert mislabelled.repairs == {"read_as_gb18030"}


def test_element_that_is_no_sequence_has_no_items() -> None:
    values = raw_values((PROCEDURES, "SQ", b"abc"))
    assert values.items(PROCEDURES) == []


def test_absent_sequence_has_no_items(tmp_path: Path) -> None:
    assert values_of(tmp_path, ct_slice()).items(PROCEDURES) == []
