"""Whatever bytes a device sends, the header is read, or refused in the adapter's own words."""

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from adapters.dicom.header_file import Header, read_data_set
from adapters.dicom.instance_header import WANTED_TAGS, instance_of
from adapters.dicom.pydicom_habits import silence_pydicom
from adapters.dicom.specific_character_set import codecs_of, decode
from adapters.errors import AdapterError
from tests.unit.adapters.dicom.dicom_files import (
    SENDER,
    ct_slice,
    data_set_bytes,
    encoded,
    item,
    sequence,
)

SLICE = ct_slice(
    ProcedureCodeSequence=sequence(CodeValue="CT01", CodeMeaning="胸部平扫"),
    OtherPatientIDsSequence=[item(PatientID="P2")],
    AcquisitionDateTime="20211014120000",
    SharedFunctionalGroupsSequence=sequence(PixelMeasuresSequence=sequence(SliceThickness="1")),
    PixelData=bytes(32),
    Rows=4,
    Columns=4,
)
WHOLE = {
    syntax: data_set_bytes(encoded(SLICE, syntax))
    for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
}
TERMS = st.lists(
    st.sampled_from(["", "GB18030", "GBK", "ISO_IR 100", "ISO_IR 192", "ISO 2022 IR 58", "?"]),
    max_size=3,
)
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_damaged_header_is_read_or_refused(syntax: str, data: st.DataObject) -> None:
    silence_pydicom()
    damaged = bytearray(WHOLE[syntax])
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        dataset = read_data_set(BytesIO(damaged), syntax, WANTED_TAGS)
        instance_of(Header(dataset, SLICE.SOPClassUID, SLICE.SOPInstanceUID, syntax), SENDER)
    except AdapterError:
        pass


@given(st.binary(max_size=60), TERMS)
def test_every_text_is_decoded(value: bytes, terms: list[str]) -> None:
    decode(value, codecs_of(terms))


@given(st.text(HAN, min_size=1, max_size=8))
def test_chinese_name_survives_every_legal_set(name: str) -> None:
    assert decode(name.encode("gb18030"), codecs_of(["GB18030"])).text == name
    assert decode(name.encode(), codecs_of(["ISO_IR 192"])).text == name
    extended = b"\x1b$)A" + name.encode("gb18030")
    assert decode(extended, codecs_of(["", "ISO 2022 IR 58"])).text == name


@given(st.text(st.characters(min_codepoint=0xC0, max_codepoint=0xFF), min_size=1, max_size=1))
def test_single_latin_letter_is_never_taken_for_chinese(letter: str) -> None:
    sent = f"Ren{letter}".encode("latin-1")
    assert decode(sent, codecs_of(["ISO_IR 100"])).text == f"Ren{letter}"
