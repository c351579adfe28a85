"""Acknowledgments in original mode: who is answered what, and where the fault is."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hl7apy.parser import parse_message

from adapters.errors import MappingFailure, PeerViolation, UnsupportedMessage
from adapters.hl7v2.acknowledgment import (
    Answer,
    Stamp,
    acknowledgment,
    answer_to_fault,
    answer_to_receipt,
    settle,
)
from adapters.hl7v2.header import read_header
from gateway.canonical.intake import Receipt, ReceiptStatus

AT = datetime(2026, 11, 20, 2, 0, 5, tzinfo=UTC)
STAMP = Stamp("OURS1", AT, "utf-8")
FAULT = Answer("AE", "101", "required_field_missing", "PID[1]-3", "send an identifier")


def header(version: str = "2.5.1", event: str = "^R01^ORU_R01", charset: str = "") -> bytes:
    line = f"MSH|^~\\&|LIS^L1^ISO|H001^市一|GW^G1|ZJ^2|20261120||ORU{event}|C^1\\F\\|P|{version}"
    return (line + "||||||" + charset).encode()


def lines(raw: bytes, answer: Answer, stamp: Stamp = STAMP) -> list[list[str]]:
    text = acknowledgment(read_header(raw), answer, stamp).decode()
    assert text.endswith("\r")
    return [line.split("|") for line in text[:-1].split("\r")]


def test_positive_acknowledgment_turns_the_header_round() -> None:
    msh, msa = lines(header(charset="UNICODE UTF-8~GB18030"), Answer("AA"))
    assert msh[1:6] == ["^~\\&", "GW^G1", "ZJ^2", "LIS^L1^ISO", "H001^市一"]
    assert msh[6] == "20261120100005+0800"
    assert msh[8:12] == ["ACK^R01^ACK", "OURS1", "P", "2.5.1"]
    assert msh[17] == "UNICODE UTF-8~GB18030"
    assert msa == ["MSA", "AA", "C^1\\F\\"], "the control id goes back verbatim"


@pytest.mark.parametrize(
    ("version", "event", "type_"),
    [
        ("2.3", "^R01", "ACK"),
        ("2.3.1", "^R01", "ACK"),
        ("2.4", "^R01", "ACK^R01^ACK"),
        ("2.8", "^R01", "ACK^R01^ACK"),
        ("", "^R01", "ACK^R01^ACK"),
        ("2.5", "", "ACK"),
    ],
)
def test_message_type_is_that_of_the_version(version: str, event: str, type_: str) -> None:
    msh, _ = lines(header(version, event), Answer("AA"))
    assert (msh[8], msh[11]) == (type_, version)


def test_charset_that_was_not_stated_is_not_stated_back() -> None:
    msh, _ = lines(header(), Answer("AA"))
    assert len(msh) == 12


def test_fault_is_located_in_err_fields_since_2_5() -> None:
    *_, err = lines(header(), FAULT)
    assert err == [
        "ERR",
        "",
        "PID^1^3^1",
        "101^Required field missing^HL70357",
        "E",
        "",
        "",
        "required_field_missing",
        "send an identifier",
    ]


@pytest.mark.parametrize(
    ("location", "erl"),
    [
        ("OBX[3]-5[2].1", "OBX^3^5^2^1"),
        ("OBX[3]-5", "OBX^3^5^1"),
        ("PID-3", "PID^1^3^1"),
        ("OBR[2]", "OBR^2"),
        ("ZZ1", "ZZ1^1"),
        ("", ""),
        ("somewhere", ""),
    ],
)
def test_location_becomes_err_2(location: str, erl: str) -> None:
    *_, err = lines(header(), Answer("AE", "101", "r", location, "h"))
    assert err[2] == erl


def test_fault_is_located_in_err_1_before_2_5() -> None:
    _, msa, err = lines(header("2.4"), Answer("AE", "102", "invalid_time", "OBX[3]-14", "a|b"))
    assert msa[3] == "a\\F\\b"
    assert err == ["ERR", "OBX^3^14^102&Data type error&HL70357"]


def test_fault_without_place_leaves_err_1_empty_but_for_the_code() -> None:
    *_, err = lines(header("2.3"), Answer("AR", "207", "internal_error", "", "later"))
    assert err == ["ERR", "^^^207&Application internal error&HL70357"]


def test_delimiters_of_the_sender_are_used() -> None:
    raw = b"MSH#*!/%#LIS#H1###20261120##ORU*R01#C1#P#2.5"
    text = acknowledgment(read_header(raw), Answer("AE", "101", "r", "PID-3", "a*b"), STAMP)
    assert b"MSA#AE#C1\r" in text
    assert b"PID*1*3*1#101*Required field missing*HL70357#E###r#a/S/b\r" in text


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_answer_is_written_in_the_charset_of_the_message(codec: str) -> None:
    answer = Answer("AE", "102", "r", "", "珅")
    raw = acknowledgment(read_header(b"MSH|^~\\&|A|B"), answer, Stamp("1", AT, codec))
    assert "珅".encode(codec) in raw


def test_chinese_header_goes_back_byte_for_byte() -> None:
    raw = "MSH|^~\\&|检验珅|市一玘|||20261120||ORU^R01|C1|P|2.5".encode("gb18030")
    answer = acknowledgment(read_header(raw), Answer("AA"), STAMP)
    assert "检验珅|市一玘".encode("gb18030") in answer


def test_hint_that_the_charset_cannot_hold_costs_no_answer() -> None:
    raw = b"MSH|^~\\&|\xff\x81|B|||1||ORU^R01|C1|P|2.5"
    answer = acknowledgment(read_header(raw), Answer("AE", "102", "r", "", "珅"), STAMP)
    assert b"\xff\x81" in answer
    assert answer.endswith(b"?\r")


@pytest.mark.parametrize("answer", [Answer("AA"), FAULT])
@pytest.mark.parametrize("version", ["2.3", "2.4", "2.5.1"])
def test_answer_is_a_message_that_hl7apy_reads(answer: Answer, version: str) -> None:
    raw = header(version, "^R01").replace("^市一".encode(), b"").replace(b"^1\\F\\", b"")
    parsed = parse_message(acknowledgment(read_header(raw), answer, STAMP).decode())
    assert parsed.msa.msa_1.value == answer.code
    assert parsed.msa.msa_2.value == "C"


@pytest.mark.parametrize(
    ("status", "reason", "code", "condition"),
    [
        (ReceiptStatus.STORED, "", "AA", ""),
        (ReceiptStatus.DUPLICATE, "", "AA", ""),
        (ReceiptStatus.REFUSED, "control_id_reused", "AE", "205"),
        (ReceiptStatus.REFUSED, "anything_else", "AE", "199"),
        (ReceiptStatus.FAILED, "database", "AR", "207"),
    ],
)
def test_receipt_becomes_an_answer(
    status: ReceiptStatus, reason: str, code: str, condition: str
) -> None:
    answer = answer_to_receipt(Receipt(status, reason, "OBR[1]-3", "do this"))
    assert (answer.code, answer.condition, answer.reason) == (code, condition, reason)
    if condition:
        assert (answer.location, answer.hint) == ("OBR[1]-3", "do this")


def test_our_own_failure_asks_to_send_again() -> None:
    assert answer_to_receipt(Receipt(ReceiptStatus.FAILED)).hint == "resend later"


@pytest.mark.parametrize(
    ("fault", "code", "condition"),
    [
        (PeerViolation("unknown_sender", "MSH[1]-4"), "AR", "204"),
        (PeerViolation("undecodable", "PID[1]-5"), "AE", "102"),
        (PeerViolation("unsupported_charset", "MSH[1]-18"), "AE", "103"),
        (UnsupportedMessage("unsupported_message_type", "MSH[1]-9"), "AR", "200"),
        (UnsupportedMessage("unsupported_event", "MSH[1]-9"), "AR", "201"),
        (UnsupportedMessage("unsupported_processing_id", "MSH[1]-11"), "AR", "202"),
        (UnsupportedMessage("unsupported_version", "MSH[1]-12"), "AR", "203"),
        (MappingFailure("required_field_missing", "PID[1]-3"), "AE", "101"),
        (MappingFailure("segment_missing", "PID[1]"), "AE", "100"),
        (MappingFailure("invalid_time", "OBR[1]-7"), "AE", "102"),
        (MappingFailure("something_new", "OBR[1]-7"), "AE", "199"),
    ],
)
def test_fault_of_the_peer_becomes_an_answer(
    fault: PeerViolation | UnsupportedMessage | MappingFailure, code: str, condition: str
) -> None:
    answer = answer_to_fault(fault)
    assert (answer.code, answer.condition, answer.location) == (code, condition, fault.location)


async def test_work_that_fails_within_us_is_reported_without_its_message() -> None:
    seen: list[tuple[str, Mapping[str, object]]] = []

    async def fails() -> Receipt:
        raise RuntimeError("holds 张三")

    answer = await settle(fails(), lambda event, values: seen.append((event, values)))
    [(event, values)] = seen
    assert (answer.code, answer.condition, event) == ("AR", "207", "hl7_internal_error")
    assert values["error_type"] == "RuntimeError"
    assert str(values["correlation_id"]) in answer.hint
    assert "张三" not in f"{answer}{values}"


async def test_work_that_ends_is_answered_by_its_end() -> None:
    async def stores() -> Receipt:
        return Receipt(ReceiptStatus.STORED)

    async def refuses() -> Receipt:
        raise MappingFailure("invalid_time", "OBR[1]-7", "write a time")

    def nothing(_event: str, _values: Mapping[str, object]) -> None:
        raise AssertionError("neither end is our fault")

    assert (await settle(stores(), nothing)).code == "AA"
    assert (await settle(refuses(), nothing)).location == "OBR[1]-7"


def test_tolerated_deviations_are_told_as_warnings() -> None:
    answer = Answer("AA", warnings=("OBX[2]-6: unit missing", "no place at all"))
    _, msa, located, general = lines(header(), answer)
    assert msa[1:] == ["AA", "C^1\\F\\"]
    assert located[2:5] == ["OBX^2^6^1", "0^Message accepted^HL70357", "W"]
    assert located[7:] == ["tolerated", "unit missing"]
    assert (general[2], general[4], general[7:]) == ("", "W", ["tolerated", ""])


def test_warnings_before_version_2_5_stand_in_the_message_text() -> None:
    _, msa = lines(header("2.4"), Answer("AA", warnings=("OBX[2]-6: unit missing",)))
    assert msa[1:] == ["AA", "C^1\\F\\", "OBX[2]-6: unit missing"]


def test_a_few_warnings_are_enough() -> None:
    warnings = tuple(f"OBX[{n}]-6: unit missing" for n in range(1, 100))
    assert len(lines(header(), Answer("AA", warnings=warnings))) == 12
