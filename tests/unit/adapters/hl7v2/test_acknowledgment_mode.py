"""MSH-15 and MSH-16 in every combination."""

import itertools

import pytest

from adapters.hl7v2.acknowledgment import Answer
from adapters.hl7v2.acknowledgment_mode import answers_due
from adapters.hl7v2.header import Header, read_header

STORED = Answer("AA", warnings=("PID[1]-8: odd",))
FAULTY = Answer("AE", "101", "required_field_missing", "PID[1]-3", "send it")
UNPROCESSED = Answer("AR", "207", "internal_error", "", "later")

#: (MSH-15, MSH-16) → what is sent when the message is stored, faulty, or not processed.
EXPECTED = {
    ("", ""): ("AA", "AE", "AR"),
    ("", "AL"): ("AA", "AE", "AR"),
    ("", "NE"): ("", "", ""),
    ("", "ER"): ("", "AE", "AR"),
    ("", "SU"): ("AA", "", ""),
    ("AL", ""): ("CA", "CE", "CR"),
    ("AL", "AL"): ("CA AA", "CA AE", "CR"),
    ("AL", "NE"): ("CA", "CE", "CR"),
    ("AL", "ER"): ("CA", "CA AE", "CR"),
    ("AL", "SU"): ("CA AA", "CE", "CR"),
    ("NE", ""): ("", "", ""),
    ("NE", "AL"): ("AA", "AE", "AR"),
    ("NE", "NE"): ("", "", ""),
    ("NE", "ER"): ("", "AE", "AR"),
    ("NE", "SU"): ("AA", "", ""),
    ("ER", ""): ("", "CE", "CR"),
    ("ER", "AL"): ("AA", "AE", "CR"),
    ("ER", "NE"): ("", "CE", "CR"),
    ("ER", "ER"): ("", "AE", "CR"),
    ("ER", "SU"): ("AA", "CE", "CR"),
    ("SU", ""): ("CA", "", ""),
    ("SU", "AL"): ("CA AA", "CA AE", "AR"),
    ("SU", "NE"): ("CA", "", ""),
    ("SU", "ER"): ("CA", "CA AE", "AR"),
    ("SU", "SU"): ("CA AA", "", ""),
}


def header(accept: str, application: str) -> Header:
    return read_header(f"MSH|^~\\&|L|H|||1||ORU^R01|C|P|2.5|||{accept}|{application}".encode())


def sent(accept: str, application: str, answer: Answer) -> str:
    return " ".join(each.code for each in answers_due(header(accept, application), answer, False))


def test_every_combination_is_listed() -> None:
    assert set(EXPECTED) == set(itertools.product(("", "AL", "NE", "ER", "SU"), repeat=2))


@pytest.mark.parametrize("asked", EXPECTED)
def test_acknowledgments_are_those_that_were_asked_for(asked: tuple[str, str]) -> None:
    answers = tuple(sent(*asked, answer) for answer in (STORED, FAULTY, UNPROCESSED))
    assert answers == EXPECTED[asked]


@pytest.mark.parametrize("asked", EXPECTED)
def test_sender_of_original_mode_gets_one_answer_whatever_it_writes(asked: tuple[str, str]) -> None:
    for answer in (STORED, FAULTY, UNPROCESSED):
        assert answers_due(header(*asked), answer, True) == (answer,)


@pytest.mark.parametrize("value", ["Y", "XX", "always"])
def test_other_values_count_as_empty(value: str) -> None:
    assert sent(value, value, STORED) == "AA"


def test_lower_case_is_understood() -> None:
    assert sent("al", "ne", STORED) == "CA"


def test_fault_is_told_in_full_at_the_level_that_is_listened_to() -> None:
    [refused] = answers_due(header("AL", "NE"), FAULTY, False)
    assert (refused.code, refused.condition, refused.location) == ("CE", "101", "PID[1]-3")
    kept, told = answers_due(header("AL", "ER"), FAULTY, False)
    assert (kept.condition, told) == ("", FAULTY)
