"""What the gateway learns of an instance without touching its pixels."""

from pathlib import Path
from typing import Any

import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from adapters.dicom.header_file import Header
from adapters.dicom.instance_header import instance_of
from adapters.errors import MappingFailure
from gateway.canonical.imaging import ImagingInstance
from gateway.canonical.lab import LocalCode
from tests.unit.adapters.dicom.dicom_files import (
    SENDER,
    ct_slice,
    header_of,
    item,
    reading_of,
    sequence,
)


def instance(folder: Path, **elements: Any) -> ImagingInstance:
    return reading_of(folder, ct_slice(**elements)).instance


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian]
)
def test_header_is_read_in_every_encoding(tmp_path: Path, syntax: str) -> None:
    dataset = ct_slice(
        InstanceNumber=3,
        SeriesNumber=2,
        SliceThickness="1.25",
        ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
        SeriesDescription="平扫",
        StudyDescription="胸部CT",
        BodyPartExamined="CHEST",
        ViewPosition="HFS",
    )
    reading = reading_of(tmp_path, dataset, syntax)
    found = reading.instance
    assert reading.repairs == frozenset()
    assert (found.study_instance_uid, found.series_instance_uid, found.sop_instance_uid) == (
        dataset.StudyInstanceUID,
        dataset.SeriesInstanceUID,
        dataset.SOPInstanceUID,
    )
    assert (found.sop_class_uid, found.transfer_syntax_uid) == (dataset.SOPClassUID, syntax)
    assert (found.modality, found.accession_number) == ("CT", "ACC1")
    assert (found.instance_number, found.series_number) == (3, 2)
    assert (found.rows, found.columns, found.number_of_frames) == (16, 16, 1)
    assert found.slice_thickness == 1.25
    assert found.image_type == ("ORIGINAL", "PRIMARY", "AXIAL")
    assert (found.series_description, found.study_description) == ("平扫", "胸部CT")
    assert (found.body_part, found.view_position) == ("CHEST", "HFS")
    assert found.patient.name == "王小东"
    assert found.institution == SENDER.institution


def test_big_endian_header_is_read(tmp_path: Path) -> None:
    found = reading_of(tmp_path, ct_slice(PixelData=None), ExplicitVRBigEndian).instance
    assert found.rows == 16


def test_repaired_charset_is_reported(tmp_path: Path) -> None:
    dataset = ct_slice(SpecificCharacterSet="GB18030")
    header = header_of(tmp_path, dataset)
    del header.dataset.SpecificCharacterSet
    reading = instance_of(header, SENDER, "digest", 7)
    assert reading.repairs == {"read_as_gb18030"}
    assert reading.instance.patient.name == "王小东"
    assert (reading.instance.digest, reading.instance.size) == ("digest", 7)


PERFORMED = [item(CodeValue="CT01", CodingSchemeDesignator="99H1", CodeMeaning="胸部平扫")]
REQUESTED = [item(LongCodeValue="CT02-A-VERY-LONG-CODE", CodeMeaning="x")]
NO_CODE = [item(CodeMeaning="no code")]
SCHEDULED = [item(ScheduledProtocolCodeSequence=[item(URNCodeValue="urn:ct:3"), *NO_CODE])]


@pytest.mark.parametrize(
    ("elements", "codes"),
    [
        (
            {
                "ProcedureCodeSequence": PERFORMED,
                "RequestedProcedureCodeSequence": REQUESTED,
                "RequestAttributesSequence": SCHEDULED,
            },
            (LocalCode("CT01", "胸部平扫", "99H1"),),
        ),
        (
            {"RequestedProcedureCodeSequence": REQUESTED, "RequestAttributesSequence": SCHEDULED},
            (LocalCode("CT02-A-VERY-LONG-CODE", "x", ""),),
        ),
        (
            {"ProcedureCodeSequence": NO_CODE, "RequestAttributesSequence": SCHEDULED},
            (LocalCode("urn:ct:3"),),
        ),
        ({}, ()),
        ({"ProcedureCodeSequence": PERFORMED * 2}, (LocalCode("CT01", "胸部平扫", "99H1"),)),
    ],
)
def test_procedure_is_performed_else_requested_else_scheduled(
    tmp_path: Path, elements: dict[str, Any], codes: tuple[LocalCode, ...]
) -> None:
    assert instance(tmp_path, **elements).procedures == codes


def frames(*sides: str) -> list[Any]:
    return [item(FrameAnatomySequence=sequence(FrameLaterality=side)) for side in sides]


@pytest.mark.parametrize(
    ("elements", "side"),
    [
        ({"ImageLaterality": "L", "Laterality": "R"}, "L"),
        ({"Laterality": "R"}, "R"),
        ({"ImageLaterality": "B"}, "B"),
        ({"ImageLaterality": "U"}, ""),
        ({"PerFrameFunctionalGroupsSequence": frames("R", "R")}, "R"),
        ({"PerFrameFunctionalGroupsSequence": frames("R", "L", "U")}, "B"),
        ({"SharedFunctionalGroupsSequence": frames("L")}, "L"),
        ({}, ""),
    ],
)
def test_laterality_is_the_images_else_the_series_else_the_frames(
    tmp_path: Path, elements: dict[str, Any], side: str
) -> None:
    assert instance(tmp_path, **elements).laterality == side


@pytest.mark.parametrize(
    ("elements", "given"),
    [
        ({"ContrastBolusAgent": "碘海醇"}, True),
        ({"ContrastBolusAgent": "none"}, False),
        ({"ContrastBolusAgent": ""}, False),
        ({"ContrastBolusAgentSequence": sequence(CodeValue="C-B0300")}, True),
        ({}, False),
    ],
)
def test_contrast_is_known_by_its_agent(
    tmp_path: Path, elements: dict[str, Any], given: bool
) -> None:
    assert instance(tmp_path, **elements).contrast is given


def test_enhanced_object_tells_by_functional_groups(tmp_path: Path) -> None:
    shared = sequence(
        PixelMeasuresSequence=sequence(SliceThickness="2.5"),
        FrameAnatomySequence=sequence(AnatomicRegionSequence=sequence(CodeMeaning="Chest")),
    )
    found = instance(tmp_path, SharedFunctionalGroupsSequence=shared, NumberOfFrames=40)
    assert (found.slice_thickness, found.body_part, found.number_of_frames) == (2.5, "Chest", 40)


def test_anatomic_region_and_view_codes_stand_in(tmp_path: Path) -> None:
    found = instance(
        tmp_path,
        AnatomicRegionSequence=sequence(CodeMeaning="Knee"),
        ViewCodeSequence=sequence(CodeMeaning="antero-posterior"),
    )
    assert (found.body_part, found.view_position) == ("Knee", "antero-posterior")


@pytest.mark.parametrize(("stated", "count"), [("24", 24), ("0", None), ("", None)])
def test_declared_counts_are_positive_numbers(
    tmp_path: Path, stated: str, count: int | None
) -> None:
    found = instance(
        tmp_path, NumberOfStudyRelatedInstances=stated, NumberOfSeriesRelatedInstances=stated
    )
    assert (found.declared_study_count, found.declared_series_count) == (count, count)


def test_missing_modality_is_no_fault(tmp_path: Path) -> None:
    assert instance(tmp_path, Modality=None, AccessionNumber=None).modality == ""


@pytest.mark.parametrize(
    ("keyword", "location"),
    [
        ("StudyInstanceUID", "(0020,000D)"),
        ("SeriesInstanceUID", "(0020,000E)"),
        ("SOPInstanceUID", "(0008,0018)"),
        ("SOPClassUID", "(0008,0016)"),
    ],
)
def test_missing_uid_is_located(tmp_path: Path, keyword: str, location: str) -> None:
    with pytest.raises(MappingFailure) as failure:
        instance(tmp_path, **{keyword: None})
    assert (failure.value.reason, failure.value.location) == ("uid_missing", location)


def test_malformed_uid_is_located(tmp_path: Path) -> None:
    header = header_of(tmp_path, ct_slice(StudyInstanceUID="1.2.840.99"))
    element = header.dataset.get_item(0x0020000D)
    header.dataset[0x0020000D] = element._replace(value=b"1.2.840.AB")  # type: ignore[attr-defined]
    with pytest.raises(MappingFailure) as failure:
        instance_of(header, SENDER)
    assert (failure.value.reason, failure.value.location) == ("uid_invalid", "(0020,000D)")


@pytest.mark.parametrize(
    ("announced", "reason", "location"),
    [
        (("1.2.3", None), "sop_class_mismatch", "(0008,0016)"),
        ((None, "1.2.3"), "sop_instance_mismatch", "(0008,0018)"),
    ],
)
def test_header_must_be_what_was_announced(
    tmp_path: Path, announced: tuple[str | None, str | None], reason: str, location: str
) -> None:
    true = header_of(tmp_path, ct_slice())
    header = Header(
        true.dataset,
        announced[0] or true.sop_class_uid,
        announced[1] or true.sop_instance_uid,
        true.transfer_syntax_uid,
    )
    with pytest.raises(MappingFailure) as failure:
        instance_of(header, SENDER)
    assert (failure.value.reason, failure.value.location) == (reason, location)
