"""ADT becomes patient data, merges and unlinks."""

import pytest

from adapters.errors import MappingFailure
from adapters.hl7v2 import er7
from adapters.hl7v2.adt import read_demographics, read_merges, read_unlink
from adapters.hl7v2.oru_context import Terms
from adapters.hl7v2.sender_profile import SenderProfile
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.messages import MergeAct, PatientField
from tests.messages import joined

HEADER = "MSH|^~\\&|HIS|H001|GW|ZJ|20261120101500||ADT^A08|A1|P|2.5.1"
EVENT = "EVN|A08|20261120101000"
KEPT = "PID|1||000123^^^H001^MR||张三||19900101|M"
GIVEN_UP = "MRG|000456^^^H001^MR"


def terms() -> Terms:
    return Terms(SenderProfile(InstitutionCode("H001")), [])


def message(*segments: str) -> er7.Message:
    return er7.read(joined(HEADER, *segments))


def test_patient_data_are_read_with_their_time() -> None:
    visit = "PV1|1|O" + "|" * 17 + "V001"
    [update] = read_demographics(message(EVENT, KEPT, visit), terms())
    assert (update.patient.name, update.visit_id, update.cleared) == ("张三", "V001", ())
    assert update.changed_at is not None
    assert update.changed_at.text == "20261120101000"


def test_message_without_event_time_has_its_own() -> None:
    for segments in ((KEPT,), ("EVN|A08", KEPT)):
        [update] = read_demographics(message(*segments), terms())
        assert update.changed_at is not None
        assert update.changed_at.text == "20261120101500"


def test_explicit_null_empties_a_field_and_silence_does_not() -> None:
    null = 'PID|1||000123^^^H001^MR||""||""|""'
    [update] = read_demographics(message(null), terms())
    assert update.cleared == (PatientField.NAME, PatientField.BIRTH_DATE, PatientField.SEX)
    [update] = read_demographics(message("PID|1||000123^^^H001^MR"), terms())
    assert update.cleared == ()


def test_patient_data_without_patient_are_a_fault() -> None:
    with pytest.raises(MappingFailure, match="segment_missing"):
        read_demographics(message(EVENT), terms())


@pytest.mark.parametrize("act", [MergeAct.MERGE, MergeAct.CHANGE])
def test_merge_names_who_stays_and_what_is_given_up(act: MergeAct) -> None:
    [merge] = read_merges(message(EVENT, KEPT, GIVEN_UP), act, terms())
    assert (merge.act, [each.value for each in merge.retired]) == (act, ["000456"])
    assert [each.value for each in merge.patient.identifiers] == ["000123"]
    assert merge.acted_at is not None


def test_each_pair_is_a_merge() -> None:
    other = KEPT.replace("000123", "000789")
    merges = read_merges(
        message(KEPT, GIVEN_UP, "PV1|1|O", other, "MRG|000999^^^H001^MR"), MergeAct.MERGE, terms()
    )
    assert [merge.retired[0].value for merge in merges] == ["000456", "000999"]


def test_number_that_both_records_share_is_not_given_up() -> None:
    shared = "~P12345^^^^PPN"
    [merge] = read_merges(
        message(KEPT.replace("^MR", "^MR" + shared), GIVEN_UP + shared), MergeAct.MERGE, terms()
    )
    assert [each.value for each in merge.retired] == ["000456"]


@pytest.mark.parametrize(
    ("segments", "reason", "place"),
    [
        ((KEPT, "MRG|000123^^^H001^MR"), "merged_with_itself", "MRG[1]-1"),
        ((KEPT, "MRG|1234^^^^NI"), "merged_with_itself", "MRG[1]-1"),
        ((KEPT, "MRG|"), "required_field_missing", "MRG[1]-1"),
        ((KEPT,), "segment_missing", "MRG[1]"),
        ((KEPT, KEPT, GIVEN_UP), "segment_missing", "MRG[1]"),
        ((KEPT, GIVEN_UP, KEPT), "segment_missing", "MRG[2]"),
        ((GIVEN_UP, KEPT), "segment_missing", "PID[1]"),
        ((EVENT,), "segment_missing", "PID[1]"),
    ],
)
def test_merge_that_cannot_be_is_located(
    segments: tuple[str, ...], reason: str, place: str
) -> None:
    with pytest.raises(MappingFailure) as fault:
        read_merges(message(*segments), MergeAct.MERGE, terms())
    assert (fault.value.reason, fault.value.location) == (reason, place)


def test_unlinked_patients_are_two() -> None:
    other = KEPT.replace("000123", "000456")
    [unlink] = read_unlink(message(EVENT, KEPT, other), terms())
    assert (unlink.act, unlink.retired[0].value) == (MergeAct.UNLINK, "000456")
    for segments, place in (((KEPT,), "PID[2]"), ((), "PID[1]"), ((KEPT, KEPT), "PID[2]-3")):
        with pytest.raises(MappingFailure) as fault:
            read_unlink(message(*segments), terms())
        assert fault.value.location == place
