"""QIDO parameters, and attribute matching."""

from typing import Any

import pytest

from adapters.dicomweb.matching import matches
from adapters.dicomweb.query import InvalidQuery, path_of, query_of, representation_of

STUDY: dict[str, Any] = {
    "00080020": {"vr": "DA", "Value": ["20261117"]},
    "00080030": {"vr": "TM", "Value": ["081530.5"]},
    "00080050": {"vr": "SH", "Value": ["ACC-1"]},
    "00080060": {"vr": "CS", "Value": ["CT"]},
    "00080061": {"vr": "CS", "Value": ["CT", "SR"]},
    "00081030": {"vr": "LO", "Value": ["Chest CT 平扫"]},
    "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Wang^XiaoDong", "Ideographic": "王^小东"}]},
    "0020000D": {"vr": "UI", "Value": ["1.2.3"]},
    "00200013": {"vr": "IS", "Value": [7]},
    "00400275": {"vr": "SQ", "Value": [{"00401001": {"vr": "SH", "Value": ["P1"]}}]},
    "00180050": {"vr": "DS", "Value": [5.0]},
    "00100040": {"vr": "CS"},
}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("StudyDate", "20261117", True), ("StudyDate", "20261101-20261130", True),
        ("StudyDate", "20261118-", False), ("StudyDate", "-20261117", True),
        ("StudyDate", "20261116", False), ("StudyTime", "0815", True),
        ("StudyTime", "08:00-09:00", True), ("StudyTime", "09-10", False),
        ("AccessionNumber", "ACC-1", True), ("AccessionNumber", "acc-*", True),
        ("Modality", "CT", True), ("Modality", "ct", False), ("Modality", "CT\\MR", True),
        ("ModalitiesInStudy", "SR", True), ("ModalitiesInStudy", "MR", False),
        ("StudyDescription", "*平扫", True), ("StudyDescription", "chest?CT*", True),
        ("PatientName", "wang xiaodong", True), ("PatientName", "王*", True),
        ("PatientName", "*小东*", True), ("PatientName", "李*", False),
        ("StudyInstanceUID", "1.2.3", True), ("StudyInstanceUID", "9,1.2.3", True),
        ("StudyInstanceUID", "1.2.*", False), ("InstanceNumber", "7", True),
        ("SliceThickness", "5", True), ("RequestAttributesSequence.00401001", "P1", True),
        ("RequestAttributesSequence.00401001", "P2", False), ("PatientSex", "*", True),
        ("PatientSex", "F", False), ("PatientID", "x", False), ("99990010", "x", False),
    ],
)  # fmt: skip
def test_value_matches_by_its_representation(name: str, value: str, expected: bool) -> None:
    query = query_of([(name, value)])
    assert matches(STUDY, query, frozenset(path[0] for path in query.filters)) is expected


def test_filter_of_another_level_is_left_alone() -> None:
    assert matches(STUDY, query_of([("Modality", "MR")]), frozenset({"00080050"}))


def test_control_parameters_are_read() -> None:
    query = query_of(
        [
            ("limit", "7"), ("offset", "3"), ("fuzzymatching", "false"), ("includefield", "all"),
            ("includefield", "00081030,PatientSex,nonsense"), ("_", "123"), ("PatientName", ""),
        ]
    )  # fmt: skip
    assert (query.limit, query.offset, query.include_all) == (7, 3, True)
    assert query.include == {"00081030", "00100040"}
    assert (query.filters, query.ignored) == ({}, ("_",))


def test_limit_has_a_ceiling_and_must_be_a_number() -> None:
    assert query_of([("limit", "999999999999")]).limit == 5000
    for value in ("-1", "x", "1.5", "٣"):
        with pytest.raises(InvalidQuery):
            query_of([("limit", value)])


def test_modality_of_studies_means_modalities_in_study() -> None:
    assert query_of([("Modality", "CT")], studies=True).filters == {("00080061",): "CT"}
    assert query_of([("StudyDate", "20260101")], studies=True).value("00080020") == "20260101"


def test_lists_of_uids_and_unknown_tags() -> None:
    assert query_of([("0020000d", "1\\2,3")]).uids("0020000D") == ("1", "2", "3")
    assert path_of("Nonsense.PatientID") is None
    assert representation_of("99990010") == "UN"
