"""What searches and stores answer."""

from typing import Any

from adapters.dicomweb import results
from adapters.dicomweb.query import query_of
from adapters.dicomweb.store_answer import StoredPart, answer, http_status

METADATA: dict[str, Any] = {
    "00080018": {"vr": "UI", "Value": ["1.2.3.4"]},
    "00080020": {"vr": "DA", "Value": ["20261117"]},
    "00080060": {"vr": "CS", "Value": ["CT"]},
    "00080070": {"vr": "LO", "Value": ["Maker"]},
    "00100010": {"vr": "PN", "Value": [{"Alphabetic": "王^小东"}]},
    "0020000D": {"vr": "UI", "Value": ["1.2"]},
    "00200011": {"vr": "IS", "Value": [2]},
    "00280030": {"vr": "DS", "Value": [1.0, 1.0]},
}


def test_study_always_has_what_viewers_read() -> None:
    extract = results.study_extract(METADATA)
    assert "00280030" not in extract
    found = results.study_result(extract, results.Counts(["CT"], 1, 3), query_of([]), "http://x")
    assert found["00080061"] == {"vr": "CS", "Value": ["CT"]}
    assert found["00200010"] == {"vr": "SH"}
    assert (found["00201206"]["Value"], found["00201208"]["Value"]) == ([1], [3])
    empty = results.study_result({}, results.Counts([], 0, 0), query_of([]), "u")
    assert empty["00080061"] == {"vr": "CS"}


def test_fields_asked_for_come_with_the_others() -> None:
    series = results.series_result(METADATA, 3, query_of([("includefield", "00280030")]), "u")
    assert series["00280030"]["Value"] == [1.0, 1.0]
    assert "00080070" not in series
    every = results.series_result(METADATA, 3, query_of([("includefield", "all")]), "u")
    assert "00080070" in every
    assert "00280030" not in every
    instance = results.instance_result(METADATA, query_of([("Manufacturer", "Maker")]), "u")
    assert instance["00080070"]["Value"] == ["Maker"]


def test_order_is_by_number_with_those_without_one_last() -> None:
    numbered = [{"00200011": {"vr": "IS", "Value": [n]}} for n in (10, 2)]
    assert results.in_order([{}, *numbered], "00200011") == [numbered[1], numbered[0], {}]
    assert results.first_text(METADATA, "00100010") == "王^小东"


def part(status: int, uid: str = "1.2.3.4") -> StoredPart:
    return StoredPart("1.2.840.1", uid, "1.2", "1.2.3", status)


def test_status_says_all_some_or_none() -> None:
    assert http_status([part(0)]) == 200
    assert http_status([part(0), part(0xC000)]) == 202
    assert http_status([part(0xB000)]) == 202
    assert http_status([part(0xC000)]) == 409


def test_answer_names_what_was_held_and_what_failed() -> None:
    body = answer([part(0), part(0xB000, "5"), part(0xC000, "")], "http://x/dicom-web")
    held, warned = body["00081199"]["Value"]
    assert held["00081190"]["Value"][0].endswith("/studies/1.2/series/1.2.3/instances/1.2.3.4")
    assert "00081196" not in held
    assert warned["00081196"]["Value"] == [0xB000]
    (failed,) = body["00081198"]["Value"]
    assert (failed["00081155"], failed["00081197"]["Value"]) == ({"vr": "UI"}, [0xC000])
    assert body["00081190"]["Value"] == ["http://x/dicom-web/studies/1.2"]
    assert "00081190" not in answer([part(0xC000)], "http://x")
    assert "00081199" not in answer([part(0xC000)], "http://x")
    assert "00081198" not in answer([part(0)], "http://x")
