"""From a frame to its answer, with a recording intake behind it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from adapters.hl7v2.mllp_framing import Framing, Violation, frame
from adapters.hl7v2.peer import Peer
from adapters.hl7v2.receiving import MessageReceiver, Unanswered
from adapters.hl7v2.sender_profile import Habits, SenderProfile, profile_of
from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.imaging import ImagingReport
from gateway.canonical.intake import Quarantined, Receipt, ReceiptStatus
from gateway.canonical.lab import LabReport
from tests.messages import HEADER, ORDER, PATIENT, RESULT, joined, message
from tests.recording_intake import NOW, RecordingIntake

ORU = joined(HEADER, PATIENT, ORDER, RESULT)


@pytest.fixture
def intake() -> RecordingIntake:
    return RecordingIntake()


async def answer(intake: RecordingIntake, text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    [acknowledgment] = await MessageReceiver(intake.ports()).answer(raw)
    return acknowledgment.decode("gb18030" if b"GB" in raw else "utf-8", "replace")


def msa(acknowledgment: str) -> str:
    return acknowledgment.split("\r")[1]


def err(acknowledgment: str) -> list[str]:
    return acknowledgment.split("\r")[2].split("|")[2:]


async def test_message_becomes_a_submission_and_is_acknowledged(intake: RecordingIntake) -> None:
    assert msa(await answer(intake, ORU)) == "MSA|AA|C1"
    [submission] = intake.submissions
    assert (submission.institution, submission.sending_application) == ("H001", "LIS")
    assert (submission.control_id, submission.raw) == ("C1", ORU.encode())
    assert (submission.received_at, submission.charset) == (NOW, "utf-8")
    assert (submission.is_test, len(submission.reports), submission.warnings) == (False, 1, ())
    assert intake.quarantined == []


@pytest.mark.parametrize("name", ["lab_utf8.hl7", "lab_gb18030.hl7", "imaging_gb18030.hl7"])
async def test_stored_messages_are_taken(intake: RecordingIntake, name: str) -> None:
    assert "|AA|" in msa(await answer(intake, message(name)))
    assert intake.submissions[0].raw == message(name)


@pytest.mark.parametrize(("code", "is_test"), [("P", False), ("T", True), ("D", True)])
async def test_test_traffic_is_marked(intake: RecordingIntake, code: str, is_test: bool) -> None:
    await answer(intake, ORU.replace("|C1|P|", f"|C1|{code}|"))
    assert intake.submissions[0].is_test is is_test


async def test_mapping_of_the_sender_makes_an_imaging_report(intake: RecordingIntake) -> None:
    intake.imaging_codes.add(("H001", "ALB", date(2026, 11, 21)))
    await answer(intake, ORU)
    await answer(intake, ORU.replace("H001", "H002"))
    kinds = [type(submission.reports[0]) for submission in intake.submissions]
    assert kinds == [ImagingReport, LabReport]


async def test_registered_charset_is_used_where_none_is_declared(intake: RecordingIntake) -> None:
    intake.charsets["H001"] = "GBK"
    raw = ORU.replace("张三", "鐜").encode("gb18030")
    assert "|AA|" in msa(await answer(intake, raw))
    assert intake.submissions[0].reports[0].patient.name == "鐜"


async def test_duplicate_is_acknowledged_as_before(intake: RecordingIntake) -> None:
    intake.receipt = Receipt(ReceiptStatus.DUPLICATE)
    assert msa(await answer(intake, ORU)) == "MSA|AA|C1"


async def test_refused_content_is_answered_with_its_place(intake: RecordingIntake) -> None:
    intake.receipt = Receipt(
        ReceiptStatus.REFUSED, "control_id_reused", "MSH[1]-10", "use a new control id"
    )
    acknowledgment = await answer(intake, ORU)
    assert msa(acknowledgment) == "MSA|AE|C1"
    assert err(acknowledgment)[0] == "MSH^1^10^1"
    assert intake.quarantined == [], "the intake keeps what it refuses"
    assert intake.events[-1][1]["reason"] == "control_id_reused"


async def test_intake_that_breaks_is_answered_with_try_again(intake: RecordingIntake) -> None:
    intake.failure = OSError("disk full")
    acknowledgment = await answer(intake, ORU)
    assert msa(acknowledgment) == "MSA|AR|C1"
    assert err(acknowledgment)[1].startswith("207^")


async def test_quarantine_that_breaks_is_answered_with_try_again(intake: RecordingIntake) -> None:
    intake.quarantine_failure = OSError("disk full")
    assert msa(await answer(intake, ORU.replace("PID|1||000123^^^H001^MR", "PID|1||"))) == (
        "MSA|AR|C1"
    )
    assert await MessageReceiver(intake.ports()).answer(b"no header") == ()


@pytest.mark.parametrize(
    ("old", "new", "ack", "reason", "place"),
    [
        ("|H001|", "|H999|", "AR", "unknown_sender", "MSH^1^4^1^1"),
        ("|LIS|H001|", "|||", "AR", "unknown_sender", "MSH^1^4^1^1"),
        ("ORU^R01^ORU_R01", "MDM^T02", "AR", "unsupported_message_type", "MSH^1^9^1^1"),
        ("ORU^R01^ORU_R01", "ADT^A01", "AR", "unsupported_event", "MSH^1^9^1^2"),
        ("ORU^R01^ORU_R01", "ADT", "AR", "unsupported_event", "MSH^1^9^1^2"),
        ("ORU^R01^ORU_R01", "", "AR", "unsupported_message_type", "MSH^1^9^1^1"),
        ("ORU^R01^ORU_R01", "ORU^R30", "AR", "unsupported_event", "MSH^1^9^1^2"),
        ("|C1|P|", "|C1|Q|", "AR", "unsupported_processing_id", "MSH^1^11^1"),
        ("|2.5.1", "|2.9", "AR", "unsupported_version", "MSH^1^12^1"),
        ("|2.5.1", "|3.0", "AR", "unsupported_version", "MSH^1^12^1"),
        ("|20261120101500|", "||", "AE", "required_field_missing", "MSH^1^7^1"),
        ("|C1|", "||", "AE", "required_field_missing", "MSH^1^10^1"),
        ("|C1|P|", "|C1||", "AE", "required_field_missing", "MSH^1^11^1"),
        ("|000123^^^H001^MR|", "||", "AE", "required_field_missing", "PID^1^3^1"),
        ("|L1|", "||", "AE", "required_field_missing", "OBR^1^3^1"),
        ("202611200900", "9 o'clock", "AE", "invalid_time", "OBR^1^7^1"),
        ("PID|1", "ZID|1", "AE", "segment_missing", "PID^1"),
        ("|2.5.1", "|2.5.1||||||EBCDIC", "AE", "unsupported_charset", "MSH^1^18^1"),
    ],
)
async def test_what_cannot_be_taken_is_kept_and_located(
    intake: RecordingIntake, old: str, new: str, ack: str, reason: str, place: str
) -> None:
    assert old in ORU
    text = ORU.replace(old, new, 1)
    acknowledgment = await answer(intake, text)
    assert msa(acknowledgment).startswith(f"MSA|{ack}|")
    location, _condition, severity, *_, diagnosis, hint = err(acknowledgment)
    assert (location, severity, diagnosis) == (place, "E", reason)
    assert hint, "the engineer of the sender must know what to do"
    [kept] = intake.quarantined
    assert (kept.protocol, kept.raw, kept.reason) == ("hl7v2", text.encode(), reason)
    assert (kept.received_at, bool(kept.location), bool(kept.hint)) == (NOW, True, True)
    assert intake.submissions == []


async def test_quarantine_names_sender_and_control_id(intake: RecordingIntake) -> None:
    await answer(intake, ORU.replace("|L1|", "||"))
    await answer(intake, ORU.replace("|H001|", "|H999|", 1))
    known, unknown = intake.quarantined
    assert (known.institution, known.control_id) == (InstitutionCode("H001"), "C1")
    assert (unknown.institution, unknown.control_id) == (None, "C1")


async def test_version_before_2_3_is_refused_in_its_own_form(intake: RecordingIntake) -> None:
    acknowledgment = await answer(intake, ORU.replace("2.5.1", "2.2"))
    assert msa(acknowledgment).startswith("MSA|AR|C1|")
    assert "ERR|MSH^1^12^203&" in acknowledgment


@pytest.mark.parametrize("version", ["2.5.1^CHN", "", "2.4.0", "V25"])
async def test_odd_version_is_taken_with_a_warning(intake: RecordingIntake, version: str) -> None:
    assert "|AA|" in msa(await answer(intake, ORU.replace("2.5.1", version)))
    assert intake.submissions[0].warnings == ("MSH[1]-12: version missing or odd",)


async def test_missing_event_is_taken_with_a_warning(intake: RecordingIntake) -> None:
    assert "|AA|" in msa(await answer(intake, ORU.replace("ORU^R01^ORU_R01", "ORU")))
    assert intake.submissions[0].warnings == ("MSH[1]-9[1].2: event missing, read as R01",)


async def test_bytes_of_another_charset_are_kept_and_located(intake: RecordingIntake) -> None:
    raw = ORU.replace("2.5.1", "2.5.1||||||ASCII").replace("张三", "ü").encode("latin-1", "ignore")
    acknowledgment = await answer(intake, raw)
    assert msa(acknowledgment) == "MSA|AE|C1"
    assert err(acknowledgment)[0] == "PID^1^5^1"
    assert [kept.reason for kept in intake.quarantined] == ["undecodable"]


async def test_wrong_label_of_chinese_text_is_repaired_and_recorded(
    intake: RecordingIntake,
) -> None:
    raw = ORU.replace("2.5.1", "2.5.1||||||UNICODE UTF-8").encode("gb18030")
    [acknowledgment] = await MessageReceiver(intake.ports()).answer(raw)
    assert b"MSA|AA|C1\rERR||MSH^1^18^1|0^" in acknowledgment
    [submission] = intake.submissions
    assert (submission.charset, submission.reports[0].patient.name) == ("gb18030", "张三")
    assert submission.warnings == ("MSH[1]-18: utf-8 is stated, it is gb18030",)


async def test_refused_message_is_reported_without_patient_data(intake: RecordingIntake) -> None:
    await answer(intake, ORU.replace("202611200900", "张三 000123"))
    [(event, values)] = intake.events
    assert event == "hl7_refused"
    assert values == {
        "reason": "invalid_time",
        "location": "OBR[1]-7",
        "status": "AE",
        "institution": "H001",
    }


async def test_frame_without_header_is_kept_and_not_answered(intake: RecordingIntake) -> None:
    assert await MessageReceiver(intake.ports()).answer(b"PID|1\r") == ()
    [kept] = intake.quarantined
    assert (kept.raw, kept.reason, kept.institution) == (b"PID|1\r", "no_header", None)


def violation(data: bytes, limit: int = 100) -> Violation:
    framing = Framing(limit)
    events = framing.feed(data)
    event = events[0] if events else framing.abandon()
    assert isinstance(event, Violation)
    return event


async def test_oversize_message_is_refused_by_its_header(intake: RecordingIntake) -> None:
    raw = frame(ORU.encode() + b"x" * 100)
    [acknowledgment] = await MessageReceiver(intake.ports()).refuse(violation(raw))
    assert msa(acknowledgment.decode()) == "MSA|AR|C1"
    assert "SHA-256" in acknowledgment.decode()
    [kept] = intake.quarantined
    assert (kept.reason, kept.raw) == ("oversize", HEADER.encode())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (frame(b"x" * 200), "oversize"),
        (ORU.encode(), "unframed"),
        (b"\x0b" + ORU.encode()[:90], "incomplete_frame"),
    ],
)
async def test_broken_framing_is_noted_and_not_answered(
    intake: RecordingIntake, data: bytes, reason: str
) -> None:
    assert await MessageReceiver(intake.ports()).refuse(violation(data)) == ()
    [kept] = intake.quarantined
    assert isinstance(kept, Quarantined)
    assert kept.reason == reason


async def test_empty_repetitions_of_identifiers_are_passed_over(intake: RecordingIntake) -> None:
    await answer(intake, ORU.replace("000123^^^H001^MR", "^^^^NI~000123^^^H001^MR~~^^^^PPN"))
    [submission] = intake.submissions
    assert [each.value for each in submission.reports[0].patient.identifiers] == ["000123"]
    assert submission.warnings == ()


def enhanced(text: str, accept: str, application: str) -> bytes:
    return text.replace("|2.5.1", f"|2.5.1|||{accept}|{application}").encode()


async def codes(intake: RecordingIntake, raw: bytes, peer: Peer | None = None) -> list[str]:
    answers = await MessageReceiver(intake.ports()).answer(raw, peer)
    return [msa(each.decode()) for each in answers]


async def test_both_acknowledgments_follow_the_commit(intake: RecordingIntake) -> None:
    assert await codes(intake, enhanced(ORU, "AL", "AL")) == ["MSA|CA|C1", "MSA|AA|C1"]
    assert await codes(intake, enhanced(ORU, "NE", "NE")) == []
    faulty = ORU.replace("|L1|", "||")
    assert await codes(intake, enhanced(faulty, "AL", "")) == ["MSA|CE|C1"]
    assert await codes(intake, enhanced(faulty, "AL", "AL")) == ["MSA|CA|C1", "MSA|AE|C1"]
    assert len(intake.submissions) == 2


async def test_batch_is_answered_in_one_payload_and_good_messages_are_kept(
    intake: RecordingIntake,
) -> None:
    messages = [ORU.replace("|C1|", f"|C{n}|") for n in range(100)]
    messages[50] = messages[50].replace("|L1|", "||")
    frame_ = "BHS|^~\\&|LIS|H001|||||||B1\r" + "".join(messages) + "BTS|100\r"
    [payload] = await MessageReceiver(intake.ports()).answer(frame_.encode())
    lines = payload.decode().split("\r")
    told = [line for line in lines if line.startswith("MSA")]
    assert told == [f"MSA|{'AE' if n == 50 else 'AA'}|C{n}" for n in range(100)]
    assert (lines[0][:3], lines[-2], len(intake.submissions)) == ("BHS", "BTS|100", 99)
    assert [kept.control_id for kept in intake.quarantined] == ["C50"]


async def test_bare_messages_are_a_batch_that_asks_for_errors_only(intake: RecordingIntake) -> None:
    silent = enhanced(ORU, "NE", "ER").decode()
    frame_ = silent + silent.replace("|C1|", "|C2|").replace("|L1|", "||")
    [payload] = await MessageReceiver(intake.ports()).answer(frame_.encode())
    assert [line for line in payload.decode().split("\r") if line.startswith("MSA")] == [
        "MSA|AE|C2"
    ]
    assert await MessageReceiver(intake.ports()).answer((silent + silent).encode()) == ()


async def test_batch_with_a_wrong_count_is_kept_note_of(intake: RecordingIntake) -> None:
    frame_ = f"BHS|^~\\&|LIS|H001\r{ORU}BTS|2\r"
    [payload] = await MessageReceiver(intake.ports()).answer(frame_.encode())
    assert b"|batch_count: 2 messages stated, 1 received" in payload
    assert b"MSA|AA|C1" in payload
    [kept] = intake.quarantined
    assert (kept.reason, kept.location) == ("batch_count", "BTS[1]-1")
    assert b"PID" not in kept.raw, "of the envelope alone"


@pytest.mark.parametrize("name", ["BHS", "FHS"])
async def test_oversize_batch_is_refused_by_its_header(intake: RecordingIntake, name: str) -> None:
    raw = frame(f"{name}|^~\\&|LIS|H001|||||||B1\r".encode() + ORU.encode() * 9)
    [payload] = await MessageReceiver(intake.ports()).refuse(violation(raw))
    fields = payload.decode().split("\r")[0].split("|")
    assert (fields[0], fields[11]) == (name, "B1")
    assert fields[9].startswith("oversize: ")
    raw = frame(b"BHS" + b"x" * 200)
    assert await MessageReceiver(intake.ports()).refuse(violation(raw)) == ()


async def test_large_message_is_read_as_any_other(intake: RecordingIntake) -> None:
    text = ORU.replace("43.1", "x" * (1 << 20))
    assert msa(await answer(intake, text)) == "MSA|AA|C1"
    assert msa(await answer(intake, text.replace("|L1|", "||"))) == "MSA|AE|C1"


async def test_certificate_of_another_institution_is_refused(intake: RecordingIntake) -> None:
    assert await codes(intake, ORU.encode(), Peer(certificate_names=("H001",))) == ["MSA|AA|C1"]
    peer = Peer(certificate_names=("H002",))
    assert await codes(intake, ORU.encode(), peer) == ["MSA|AR|C1"]
    [kept] = intake.quarantined
    assert (kept.reason, kept.institution) == ("certificate_mismatch", None)
    [noted] = peer.diagnostics().last
    assert (noted.code, noted.reason, noted.institution) == ("AR", "certificate_mismatch", None)


def with_profile(intake: RecordingIntake, **known: Any) -> MessageReceiver:
    def profile(sender: Sender) -> SenderProfile:
        return replace(profile_of(sender), **known)

    return MessageReceiver(replace(intake.ports(), profile=profile))


async def test_sender_that_takes_ar_for_final_loses_its_connection(intake: RecordingIntake) -> None:
    receiver = with_profile(intake, close_instead_of_retry=True)
    intake.receipt = Receipt(ReceiptStatus.FAILED, "storage_unavailable")
    with pytest.raises(Unanswered):
        await receiver.answer(ORU.encode())
    [refused] = await receiver.answer(ORU.replace("|L1|", "||").encode())
    assert msa(refused.decode()) == "MSA|AE|C1", "its own faults it is told"


async def test_profile_decides_on_mode_charset_and_habits(intake: RecordingIntake) -> None:
    habits = Habits(name_marks="*")
    receiver = with_profile(
        intake, original_mode_only=True, charset="GBK", charset_is_known=True, habits=habits
    )
    text = ORU.replace("|2.5.1", "|2.5.1|||AL|AL||8859/1").replace("ALB^白", "ALB^*白")
    [acknowledgment] = await receiver.answer(text.replace("张三", "鐜").encode("gb18030"))
    assert msa(acknowledgment.decode()) == "MSA|AA|C1"
    [report] = intake.submissions[0].reports
    assert isinstance(report, LabReport)
    assert (report.patient.name, report.results[0].code.name) == ("鐜", "白蛋白")


async def test_orders_and_patient_data_are_submitted(intake: RecordingIntake) -> None:
    order = joined(HEADER.replace("ORU^R01^ORU_R01", "ORM^O01"), PATIENT, "ORC|NW|P1", ORDER)
    update = joined(HEADER.replace("ORU^R01^ORU_R01", "ADT^A08"), PATIENT)
    merge = joined(HEADER.replace("ORU^R01^ORU_R01", "ADT^A40"), PATIENT, "MRG|9")
    for text in (order, update, merge):
        assert msa(await answer(intake, text)) == "MSA|AA|C1"
    first, second, third = intake.submissions
    assert (len(first.orders), len(second.demographics), len(third.merges)) == (1, 1, 1)


async def test_record_merged_with_itself_is_refused_as_a_duplicate_key(
    intake: RecordingIntake,
) -> None:
    text = joined(HEADER.replace("ORU^R01^ORU_R01", "ADT^A40"), PATIENT, "MRG|000123^^^H001^MR")
    acknowledgment = await answer(intake, text)
    assert msa(acknowledgment) == "MSA|AR|C1"
    assert err(acknowledgment)[:2] == ["MRG^1^1^1", "205^Duplicate key identifier^HL70357"]
