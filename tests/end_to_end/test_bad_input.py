"""Bad input of every kind: answered in place, kept, visible, and in nobody's way."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.dicom import store_scu
from adapters.hl7v2.mllp_client import connect_mllp
from adapters.hl7v2.mllp_framing import frame
from gateway import operations
from gateway.canonical.identifiers import InstitutionCode
from gateway.errors import NotFound
from gateway.storage.tables import imaging_study, quarantine, quarantine_outcome, submission
from tests.end_to_end.city import ALBUMIN, NOW, OTHER_RECEIVER, RIGHT_HIP, UPPER
from tests.end_to_end.commands import gateway_command
from tests.end_to_end.house import (
    TITLE,
    Acknowledgment,
    House,
    acknowledgment_of,
    eventually,
    open_house,
    said,
)
from tests.end_to_end.images import a_study, hip, sent
from tests.end_to_end.messages import Message, Result, a_person, imaging, local

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]
LIMIT = 64 * 1024
INSTITUTION_COLUMNS = (
    "code,name,tier,kind,city,county,hl7_facility,ae_title,time_zone,charset,valid_from,valid_to\n"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A listening gateway that takes messages up to 64 KiB."""
    folder = tmp_path_factory.mktemp("house")
    async with open_house(folder, mllp_max_message_bytes=LIMIT) as opened:
        yield opened


def a_message(**changes: Any) -> Message:
    """A good report of a new patient."""
    return Message(a_person(), [Result(ALBUMIN)], **changes)


async def still_works(house: House) -> None:
    """Whatever came before, the next good message is taken and offered."""
    message = a_message()
    await house.deliver(message)
    assert (await house.item(message.person, ALBUMIN))["outcome"] == "RECOGNIZABLE"


async def newest(house: House, before: int) -> Any:
    """The one row that came into quarantine since it held `before` rows."""

    async def arrived() -> bool:
        return len(await house.rows(quarantine)) > before

    await eventually(arrived)
    (row,) = sorted(await house.rows(quarantine), key=lambda each: str(each.quarantine_id))[before:]
    return row


async def kept(house: House) -> int:
    """How many messages lie in quarantine."""
    return len(await house.rows(quarantine))


def body_of(house: House, row: Any) -> bytes:
    """What was kept, opened."""
    return house.gateway.sealer.open("quarantine", row.quarantine_id, row.body_sealed)


async def refused(house: House, raw: bytes, codec: str = "utf-8") -> tuple[Acknowledgment, Any]:
    """The acknowledgment of a refused message and the row that keeps it whole."""
    before = await kept(house)
    answer = acknowledgment_of(await house.send(raw), codec)
    row = await newest(house, before)
    assert body_of(house, row) == raw
    assert answer.reason == row.reason
    await still_works(house)
    return answer, row


# Framing


async def test_unframed_message_is_noted_and_the_connection_closed(house: House) -> None:
    raw, before = a_message().encoded, await kept(house)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.ports.mllp_port)
    writer.write(raw)
    assert await asyncio.wait_for(reader.read(), 10) == b""  # no answer, end of stream
    writer.close()
    row = await newest(house, before)
    assert (row.reason, row.protocol) == ("unframed", "hl7v2")
    assert "0x0B" in row.hint
    assert f"{len(raw)} bytes" in row.hint
    assert body_of(house, row) == raw.partition(b"\r")[0]
    await still_works(house)


async def test_oversize_message_is_refused_with_an_answer(house: House) -> None:
    raw = a_message().encoded + b"NTE|1||" + b"x" * LIMIT + b"\r"
    before = await kept(house)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.ports.mllp_port)
    writer.write(frame(raw))
    answer = acknowledgment_of((await asyncio.wait_for(reader.read(), 10)).strip(b"\x0b\x1c\r"))
    writer.close()
    assert (answer.code, answer.condition, answer.reason) == ("AR", "207", "oversize")
    assert (await newest(house, before)).reason == "oversize"
    await still_works(house)


async def test_peer_that_leaves_in_mid_frame_is_noted(house: House) -> None:
    before = await kept(house)
    _, writer = await asyncio.open_connection("127.0.0.1", house.ports.mllp_port)
    writer.write(frame(a_message().encoded)[:100])
    writer.write_eof()
    assert (await newest(house, before)).reason == "incomplete_frame"
    writer.close()
    await still_works(house)


async def test_bad_message_between_good_ones_stops_neither(house: House) -> None:
    """Pipelined on one connection: answers in order, the middle one refused."""
    messages = [a_message(), a_message(sender="NOBODY"), a_message()]
    assert house.ports.mllp_port is not None
    async with await connect_mllp("127.0.0.1", house.ports.mllp_port) as client:
        answers = await asyncio.gather(*(client.send(each.encoded) for each in messages))
    assert [acknowledgment_of(each).code for each in answers] == ["AA", "AR", "AA"]


# Content that cannot be read


async def test_undecodable_message_is_located_and_kept_as_bytes(house: House) -> None:
    text = Message(a_person("王小明"), [Result(ALBUMIN)]).text
    answer, row = await refused(house, text.encode().replace("王小明".encode(), b"M\xfcller"))
    assert (answer.code, answer.location, answer.condition) == ("AE", "PID^1^5^1", "102")
    assert (row.reason, row.location, row.institution) == ("undecodable", "PID[1]-5", UPPER)


async def test_place_of_undecodable_bytes_quotes_no_text(house: House) -> None:
    """A line break inside a text makes the rest look like a segment; its words are no place."""
    text = a_message().text + "OBX|2|TX|||first line\r患者李四|"
    answer, row = await refused(house, text.encode("utf-8") + b"\xff\xff\r")
    assert (answer.code, answer.reason) == ("AE", "undecodable")
    assert row.location == ""
    assert "李四" not in answer.text


async def test_unknown_charset_is_named(house: House) -> None:
    answer, _ = await refused(house, a_message().encoded.replace(b"UNICODE UTF-8", b"KLINGON"))
    assert (answer.code, answer.location, answer.condition) == ("AE", "MSH^1^18^1", "103")


async def test_frame_without_header_is_kept_and_the_connection_stays(house: House) -> None:
    raw, before = b"HELLO|WORLD\r", await kept(house)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.ports.mllp_port)
    writer.write(frame(raw))
    writer.write(frame(a_message().encoded))
    answer = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 10)
    assert acknowledgment_of(answer.strip(b"\x0b\x1c\r")).code == "AA"  # of the second frame
    writer.close()
    row = await newest(house, before)
    assert (row.reason, body_of(house, row)) == ("no_header", raw)


@pytest.mark.parametrize(
    ("old", "new", "code", "location", "condition"),
    [
        ("ORU^R01^ORU_R01", "MDM^T02", "AR", "MSH^1^9^1^1", "200"),
        ("ORU^R01^ORU_R01", "ADT^A01", "AR", "MSH^1^9^1^2", "201"),
        ("ORU^R01^ORU_R01", "ORU^R30", "AR", "MSH^1^9^1^2", "201"),
        ("|P|2.5.1|", "|X|2.5.1|", "AR", "MSH^1^11^1", "202"),
        ("|P|2.5.1|", "|P|9.9|", "AR", "MSH^1^12^1", "203"),
        ("|20261117120000|", "|20261317120000|", "AE", "OBR^1^7^1", "102"),
        ("PID|1||", "PID|1||||", "AE", "PID^1^3^1", "101"),
        ("PID|", "ZID|", "AE", "", "100"),
    ],
)
async def test_content_that_cannot_be_taken_is_located(
    house: House, old: str, new: str, code: str, location: str, condition: str
) -> None:
    text = a_message().text
    assert old in text
    changed = text.replace(old, new, 1)
    answer, _ = await refused(house, changed.encode())
    assert (answer.code, answer.condition) == (code, condition), answer.text
    if location:
        assert answer.location == location


async def test_report_without_number_is_refused(house: House) -> None:
    answer, _ = await refused(house, a_message(number="").encoded)
    assert (answer.code, answer.location, answer.condition) == ("AE", "OBR^1^3^1", "101")


async def test_control_id_is_not_reused_for_other_content(house: House) -> None:
    first = a_message()
    await house.deliver(first, first)  # the same bytes again are acknowledged again
    other = a_message(control_id=first.control_id)
    answer, _ = await refused(house, other.encoded)
    assert (answer.code, answer.location, answer.condition) == ("AE", "MSH^1^10^1", "205")
    assert (await house.remind(other.person, ALBUMIN))["items"] == []


async def test_numbers_of_two_people_in_one_message_are_refused(house: House) -> None:
    first, second = a_message(), a_message()
    await house.deliver(first, second)
    both = f"PID|1||{first.person.resident_id}^^^^NI~{second.person.resident_id}^^^^NI||王小明"
    answer, row = await refused(house, a_message(pid=both).encoded)
    assert (answer.code, answer.location, row.reason) == (
        "AE", "PID^1^3^1", "patient_identifiers_conflict",
    )  # fmt: skip
    assert first.person.resident_id not in answer.text


# Senders that are not registered; replay


async def test_unknown_sender_is_replayed_once_registered(house: House, tmp_path: Path) -> None:
    message = a_message(sender="NEW")
    answer, row = await refused(house, message.encoded)
    assert (answer.code, answer.location, answer.condition) == ("AR", "MSH^1^4^1^1", "204")
    settings, name = house.gateway.settings, row.quarantine_id
    too_early = await operations.replay(settings, name)
    assert not too_early.succeeded
    assert "unknown_sender MSH[1]-4[1].1" in too_early.text
    register = tmp_path / "institutions.csv"
    register.write_text(
        INSTITUTION_COLUMNS + "NEW,测试新医院,三级甲等,hospital,杭州市,,F-NEW,,,,2026-01-01,\n"
    )
    imported = await gateway_command(house, "import", "institutions", str(register))
    assert (imported.returncode, imported.stdout) == (0, "institutions.csv: 1 rows imported\n")
    replayed = await gateway_command(house, "replay", name)
    assert (replayed.returncode, replayed.stdout) == (0, f"{name}: stored\n")
    assert [
        (each.status, each.reason)
        for each in await house.rows(quarantine_outcome)
        if each.quarantine_id == name
    ] == [("refused", "unknown_sender"), ("stored", "")]
    assert (await house.item(message.person, ALBUMIN))["report"]["institution"] == "NEW"
    again = await operations.replay(settings, name)  # and a second time changes nothing
    assert (again.succeeded, again.text) == (True, f"{name}: duplicate")


async def test_replay_of_an_unknown_name_says_so(house: House) -> None:
    with pytest.raises(NotFound):
        await operations.replay(house.gateway.settings, "no-such-name")


# Taken, but not without a word


async def tolerated(house: House, message: Message) -> Acknowledgment:
    """The acknowledgment of a message that is taken with warnings, and kept whole."""
    answer = acknowledgment_of(await house.send(message.encoded))
    assert answer.code == "AA", answer.text
    rows = [r for r in await house.rows(submission) if r.control_id == message.control_id]
    (row,) = rows
    row_id = f"{row.institution}/{row.sending_application}/{row.control_id}"
    assert house.gateway.sealer.open("submission", row_id, row.raw_sealed) == message.encoded
    return answer


async def test_invalid_patient_number_is_told_and_links_to_nobody(house: House) -> None:
    person = a_person()
    wrong = person.resident_id[:-1] + ("0" if person.resident_id[-1] != "0" else "1")
    message = Message(person, [Result(ALBUMIN)], pid=f"PID|1||{wrong}^^^^NI||王小明")
    answer = await tolerated(house, message)
    assert (answer.location, answer.severity) == ("PID^1^3^1^1", "W")
    assert "GB 11643" in answer.text
    assert wrong not in answer.text
    assert (await house.remind(person, ALBUMIN))["patient_match"] == "none"
    await still_works(house)


async def test_unknown_kind_of_patient_number_is_told_and_not_used(house: House) -> None:
    person = a_person()
    message = Message(
        person, [Result(ALBUMIN)], pid=f"PID|1||{person.resident_id}^^^^NI~123^^^^XX||王小明"
    )
    assert (await tolerated(house, message)).errors == ("PID^1^3^2^5",)
    assert (await house.item(person, ALBUMIN))["outcome"] == "RECOGNIZABLE"


async def test_missing_unit_is_told(house: House) -> None:
    person = a_person()
    answer = await tolerated(house, Message(person, [Result(ALBUMIN, unit="")]))
    assert (answer.errors, answer.severity) == (("OBX^1^6^1",), "W")
    item = await house.item(person, ALBUMIN)
    assert (item["outcome"], item["results"][0]["unit"]) == ("RECOGNIZABLE", "")


async def test_time_in_the_future_is_told_and_never_recognizable(house: House) -> None:
    person = a_person()
    answer = await tolerated(
        house, Message(person, [Result(ALBUMIN)], collected=NOW + timedelta(days=1))
    )
    assert (answer.errors, answer.severity) == (("OBR^1^7^1",), "W")
    item = await house.item(person, ALBUMIN)
    assert (item["outcome"], said(item, "WINDOW")[1]) == ("NOT_RECOGNIZABLE", "violated")


async def test_unmapped_code_is_seen_in_the_coverage(house: House) -> None:
    message = Message(a_person(), [local("NEVER-SEEN"), local("ALB")])
    await house.deliver(message)
    await house.gateway.codes.flush(house.gateway.database)
    found = await operations.mapping_coverage(house.gateway.settings, InstitutionCode(UPPER))
    assert "NEVER-SEEN" in {each.local_code for each in found.unmapped}
    item = await house.item(message.person, ALBUMIN)
    assert item["outcome"] == "RECOGNIZABLE"


# DICOM


async def test_unknown_modality_is_rejected_at_the_door(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    study = a_study(tmp_path, a_person(), "X1", [hip("R")])
    printed = await house.store(storescu, study.files, "CT_NOBODY")
    assert "Calling AE Title Not Recognized" in printed


async def test_truncated_file_is_refused_and_kept(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    study = a_study(tmp_path, a_person(), "X2", [hip("R")])
    (path,) = study.files
    path.write_bytes(path.read_bytes()[:-100])
    before = await kept(house)
    assert house.ports.dicom_port is not None
    statuses = await asyncio.to_thread(
        store_scu.send, study.files, "127.0.0.1", house.ports.dicom_port, f"CT_{UPPER}", TITLE
    )
    assert statuses == [0xC000]
    row = await newest(house, before)
    assert (row.protocol, row.reason, row.location, row.institution) == (
        "dicom", "data_set_truncated", "(7FE0,0010)", UPPER,
    )  # fmt: skip
    stored = house.gateway.settings.dicom_folder / body_of(house, row).decode()
    assert stored.stat().st_size > 0
    await sent(house, storescu, tmp_path / "good", a_person(), [hip("R")])


async def test_study_without_patient_number_comes_with_its_report(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    study = await sent(house, storescu, tmp_path, None, [hip("R")])
    (row,) = [r for r in await house.rows(imaging_study) if r.study_instance_uid == study.uid]
    assert row.is_linked is False
    person = a_person()
    await house.deliver(imaging(person, "DR-RH", study.accession))
    assert (await house.item(person, RIGHT_HIP))["outcome"] == "RECOGNIZABLE"


async def test_side_that_contradicts_the_report_is_shown_and_blocks(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    person = a_person()
    study = await sent(house, storescu, tmp_path, person, [hip("L")])
    await house.deliver(imaging(person, "DR-RH", study.accession))
    item = await house.item(person, RIGHT_HIP)
    assert said(item, "COMPLETE")[2] == "图像标注侧别为左，项目为右，对码待复核。"
    assert (await house.accept(item, "COMPLETE")).status_code == 409


# Register files


async def test_every_bad_row_of_a_file_is_named_and_nothing_is_taken(
    house: House, tmp_path: Path
) -> None:
    file = tmp_path / "institutions.csv"
    file.write_text(
        INSTITUTION_COLUMNS
        + "GOOD,测试好医院,三级甲等,hospital,杭州市,,F-GOOD,,,,2026-01-01,\n"
        + "BAD1,测试坏医院,四级甲等,hospital,杭州市,,F-BAD1,,,,2026-01-01,\n"
        + "BAD2,,三级甲等,clinic,杭州市,,F-BAD2,,,,not-a-day,\n"
    )
    done = await gateway_command(house, "import", "institutions", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "institutions.csv, row 3, tier",
        "institutions.csv, row 4, kind",
        "institutions.csv, row 4, name",
        "institutions.csv, row 4, valid_from",
    ]
    answer = await house.http.get("/api/v1/catalog/institutions")
    assert "GOOD" not in {each["code"] for each in answer.json()["items"]}
    await still_works(house)


# HTTP


REMINDER = {
    "institution": OTHER_RECEIVER, "visit": {"id": "V"}, "trigger": "order",
    "patient": {"identifiers": [{"type": "01", "value": "330199195001010013"}]},
    "orders": [{"id": "1", "item_code": ALBUMIN}],
}  # fmt: skip


def _without(body: dict[str, Any], member: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != member}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda body: _without(body, "visit"), "#/visit"),
        (lambda body: _without(body, "patient"), "#/patient"),
        (lambda body: body | {"trigger": "whenever"}, "#/trigger"),
        (lambda body: body | {"orders": [{"id": "1"}]}, "#/orders/0"),
        (
            lambda body: body | {"orders": [{"item_code": ALBUMIN, "declared": [{"code": "E11"}]}]},
            "#/orders/0/declared/0/code",
        ),
        (
            lambda body: body | {"patient": {"identifiers": [{"type": "01", "value": "33019919"}]}},
            "#/patient/identifiers/0/value",
        ),
        (
            lambda body: body | {"patient": {"identifiers": [{"type": "zz", "value": "33019919"}]}},
            "#/patient/identifiers/0/type",
        ),
    ],
)
async def test_faulty_question_is_located_and_not_repeated(
    house: House, change: Callable[[dict[str, Any]], dict[str, Any]], pointer: str
) -> None:
    answer = await house.post("/api/v1/reminders", change(REMINDER), OTHER_RECEIVER)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert "33019919" not in answer.text


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b'{"institution": ', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 422),
        (json.dumps(REMINDER).encode(), "text/plain", 415),
        (b'{"a": "' + b"x" * 1024 * 1024 + b'"}', "application/json", 413),
    ],
)
async def test_body_that_is_no_question_is_refused(
    house: House, body: bytes, media_type: str, status: int
) -> None:
    headers = house.token(OTHER_RECEIVER) | {"Content-Type": media_type}
    answer = await house.http.post("/api/v1/reminders", content=body, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    await still_works(house)
