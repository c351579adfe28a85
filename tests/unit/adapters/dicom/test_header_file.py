"""A file is measured to its end without decoding a pixel."""

from io import BytesIO
from pathlib import Path

import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)

from adapters.dicom.header_file import read_data_set, read_header
from adapters.dicom.instance_header import WANTED_TAGS
from adapters.errors import MappingFailure
from tests.unit.adapters.dicom.dicom_files import ct_slice, data_set_bytes, encoded, item, written

PLAIN = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]


def compressed() -> bytes:
    dataset = ct_slice(PixelData=encapsulate([b"first frame!", b"second frame"]))
    dataset["PixelData"].is_undefined_length = True
    return encoded(dataset, JPEGBaseline8Bit)


def fault(data_set: bytes, syntax: str) -> MappingFailure:
    with pytest.raises(MappingFailure) as failure:
        read_data_set(BytesIO(data_set), syntax, WANTED_TAGS)
    return failure.value


def test_announcement_comes_from_the_file_meta_information(tmp_path: Path) -> None:
    dataset = ct_slice()
    header = read_header(written(tmp_path, dataset), WANTED_TAGS)
    assert (header.sop_class_uid, header.sop_instance_uid, header.transfer_syntax_uid) == (
        dataset.SOPClassUID,
        dataset.SOPInstanceUID,
        ExplicitVRLittleEndian,
    )


@pytest.mark.parametrize("syntax", PLAIN)
def test_every_truncation_is_noticed(syntax: str) -> None:
    whole = data_set_bytes(encoded(ct_slice(PixelData=bytes(64), Rows=8, Columns=4), syntax))
    read_data_set(BytesIO(whole), syntax, WANTED_TAGS)
    boundaries = 0
    for length in range(8, len(whole)):
        try:
            read_data_set(BytesIO(whole[:length]), syntax, WANTED_TAGS)
        except MappingFailure as failure:
            assert failure.reason in {"data_set_truncated", "data_set_unreadable"}
        else:
            boundaries += 1  # cut between two elements: a shorter data set, but a whole one
    assert boundaries == 17


def test_truncated_fragments_are_noticed() -> None:
    whole = data_set_bytes(compressed())
    read_data_set(BytesIO(whole), JPEGBaseline8Bit, WANTED_TAGS)
    for cut in (1, 8, 9, 20, 30):
        failure = fault(whole[:-cut], JPEGBaseline8Bit)
        assert (failure.reason, failure.location) == ("data_set_truncated", "(7FE0,0010)")


def test_fragments_that_are_no_items_are_noticed() -> None:
    whole = data_set_bytes(compressed())
    at = whole.rindex(b"\xfe\xff\x00\xe0")
    assert fault(whole[:at] + b"\0" * 40, JPEGBaseline8Bit).location == "(7FE0,0010)"


def test_truncated_deflated_data_set_is_unreadable() -> None:
    whole = data_set_bytes(encoded(ct_slice(), DeflatedExplicitVRLittleEndian))
    read_data_set(BytesIO(whole), DeflatedExplicitVRLittleEndian, WANTED_TAGS)
    assert fault(whole[:-40], DeflatedExplicitVRLittleEndian).reason == "data_set_unreadable"


def test_last_sequence_of_undefined_length_must_be_closed() -> None:
    dataset = ct_slice(PixelData=None, RequestAttributesSequence=[item(AccessionNumber="1")])
    dataset["RequestAttributesSequence"].is_undefined_length = True
    whole = data_set_bytes(encoded(dataset))
    read_data_set(BytesIO(whole), ExplicitVRLittleEndian, WANTED_TAGS)
    assert fault(whole[:-8], ExplicitVRLittleEndian).reason in {
        "data_set_truncated",
        "data_set_unreadable",
    }


def test_empty_data_set_has_nothing_to_read() -> None:
    assert len(read_data_set(BytesIO(b""), ExplicitVRLittleEndian, WANTED_TAGS)) == 0
