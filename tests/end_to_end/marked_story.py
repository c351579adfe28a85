"""What the marked patient goes through: every port, good and bad, and every act of a physician."""

import asyncio
import base64
import io
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import structlog

from adapters.dicom import store_scu
from adapters.hl7v2.mllp_framing import frame
from gateway import operations
from gateway.log import configure_logging
from gateway.services.audit_verification import AuditProblem
from gateway.storage.audit_tables import audit_record
from gateway.storage.tables import quarantine
from tests.end_to_end.city import (
    ALBUMIN,
    CALCIUM,
    GB_UPPER,
    NOW,
    OTHER_RECEIVER,
    POTASSIUM,
    RECEIVER,
    RIGHT_HIP,
    TOTAL_PROTEIN,
    UPPER,
)  # fmt: skip
from tests.end_to_end.house import TITLE, House, Json, eventually, open_house
from tests.end_to_end.images import a_study, hip
from tests.end_to_end.marks import (
    ADDRESS,
    LOCAL_NUMBER,
    NAME,
    PHONE,
    RESIDENT_ID,
)
from tests.end_to_end.messages import Message, Person, Result, imaging

PATIENT = Person(RESIDENT_ID, NAME, LOCAL_NUMBER)
PID = (
    f"PID|1||{RESIDENT_ID}^^^&2.16.156.10011.1.3&ISO^NI~{LOCAL_NUMBER}^^^H^MR||{NAME}||19610411|F"
    f"|||{ADDRESS}||{PHONE}"
)


@dataclass
class Trace:
    """Everything that the marked patient left behind."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    logs: str = ""
    metrics: str = ""
    refusals: list[tuple[str, bytes]] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    audit: Counter[str] = field(default_factory=Counter)
    audit_problems: list[AuditProblem] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)
    archived: bytes = b""


async def tell(folder: Path, modality: Path) -> Trace:
    """The story of the marked patient, with the log at its most talkative."""
    logs, found = io.StringIO(), Trace()
    with talkative(logs):
        async with open_house(folder, mllp_max_message_bytes=64 * 1024) as house:
            await everything_bad_by_mllp(house, found)
            await everything_good(house, modality)
            await everything_by_http(house, found)
            found.metrics = (await house.http.get("/metrics")).text
            found.audit = Counter(row.action for row in await house.rows(audit_record))
            found.reasons = {row.reason for row in await house.rows(quarantine)}
            found.files += contents_of(house, "open")
            images = house.gateway.settings.dicom_folder.rglob("*.dcm")
            found.archived = b"".join(path.read_bytes() for path in images)
        found.files += contents_of(house, "closed")
        found.audit_problems = await operations.verify_audit(house.gateway.settings)
    found.logs = logs.getvalue()
    return found


@contextmanager
def talkative(logs: io.StringIO) -> Iterator[None]:
    """Our own log and the one of every library, at DEBUG, into one place.

    httpx is the workstation here: what it says of its own requests is not said by the gateway.
    """
    handler, root = logging.StreamHandler(logs), logging.getLogger()
    handler.addFilter(lambda record: not record.name.startswith(("httpx", "httpcore")))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    configure_logging("DEBUG", logs)
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.removeHandler(handler)
        root.setLevel(level)


def contents_of(house: House, when: str) -> list[tuple[str, bytes]]:
    """Every file of the gateway but the images as sent, whose encryption is the operator's."""
    files = (path for path in house.folder.rglob("*") if path.is_file())
    return [(f"{when} {path.name}", path.read_bytes()) for path in files if path.suffix != ".dcm"]


async def everything_good(house: House, modality: Path) -> None:
    """Reports in both charsets, a correction, a test message, an imaging report, its images."""
    first = Message(PATIENT, [Result(ALBUMIN), Result(POTASSIUM, flag="HH")], pid=PID)
    second = Message(
        PATIENT, [Result(TOTAL_PROTEIN)], pid=PID, sender=GB_UPPER, codec="gb18030",
        order=f"X^{NAME}^L",
    )  # fmt: skip
    test = Message(PATIENT, [Result(CALCIUM)], pid=PID, processing="T")
    note = Result("GDT", f"{NAME}，电话{PHONE}", "", coding_system="L", value_type="TX")
    report = imaging(PATIENT, "DR-RH", "ACC-MARKED", results=(note,), pid=PID)
    await house.deliver(first, first.again(status="C"), second, test, report)
    study = a_study(
        modality, PATIENT, "ACC-MARKED", [hip("R")], PatientTelephoneNumbers=PHONE,
        PatientAddress=ADDRESS,
    )  # fmt: skip
    assert await stored(house, study.files) == [0]
    await house.indexed(study.uid, 1)
    broken = a_study(modality, PATIENT, "ACC-BROKEN", [hip("L")])
    broken.files[0].write_bytes(broken.files[0].read_bytes()[:-99])
    assert await stored(house, broken.files) == [0xC000]
    await eventually(lambda: in_quarantine(house, "data_set_truncated"))
    house.clock.advance(seconds=121)


async def stored(house: House, files: tuple[Path, ...]) -> list[int]:
    """The statuses of files sent as they are."""
    port = house.ports.dicom_port
    assert port is not None
    return await asyncio.to_thread(store_scu.send, files, "127.0.0.1", port, f"CT_{UPPER}", TITLE)


async def in_quarantine(house: House, reason: str) -> bool:
    """Whether something was kept for this reason."""
    return reason in {row.reason for row in await house.rows(quarantine)}


async def everything_bad_by_mllp(house: House, found: Trace) -> None:
    """Marked messages that are refused for every kind of reason."""
    good = Message(PATIENT, [Result(ALBUMIN)], pid=PID)
    both = PID.replace(RESIDENT_ID, f"{RESIDENT_ID}^^^^NI~330199195001010013", 1)
    await house.deliver(good)
    bad = [
        good.text.encode("gb18030"),
        good.text.encode() + f"OBX|9|TX|||text\r{NAME}|{PHONE}|".encode() + b"\xff\r",
        Message(PATIENT, [Result(ALBUMIN)], pid=PID, sender=NAME).encoded,
        Message(PATIENT, [Result(ALBUMIN)], pid=PID, number="").encoded,
        Message(PATIENT, [Result(ALBUMIN)], pid=PID.replace("19610411|F", f"{PHONE}|F")).encoded,
        Message(PATIENT, [Result(ALBUMIN)], pid=both).encoded,
        Message(PATIENT, [Result(CALCIUM)], pid=PID, control_id=good.control_id).encoded,
        good.encoded.replace(b"ORU^R01^ORU_R01", b"ADT^A08"),
        good.encoded.replace(b"UNICODE UTF-8", NAME.encode()),
        Message(PATIENT, [Result(ALBUMIN)], pid=PID.replace("^NI", f"^{PHONE}")).encoded,
        Message(PATIENT, [Result(ALBUMIN)], pid=PID.replace(RESIDENT_ID, NAME)).encoded,
        f"{NAME}|{PHONE}|{RESIDENT_ID}\r".encode(),
    ]
    for number, raw in enumerate(bad):
        answer = await exchanged(house, frame(raw))
        # What the sender itself put into its header goes back to it, and to nobody else.
        told = b"\r".join(line for line in answer.split(b"\r") if not line.startswith(b"\x0bMSH"))
        found.refusals.append((f"MLLP {number}", told))
    unframed = f"MSH|{NAME}|{PHONE}\r{PID}\r".encode()
    found.refusals.append(("unframed", await exchanged(house, unframed)))
    oversize = frame(good.encoded + b"NTE|1||" + NAME.encode() * 9000)
    await exchanged(house, oversize)


async def exchanged(house: House, data: bytes) -> bytes:
    """What the peer of one connection gets to see."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.ports.mllp_port)
    writer.write(data)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return answer


async def everything_by_http(house: House, found: Trace) -> None:
    """Reminders, views, decisions with marked texts, and marked nonsense."""
    visit = {"id": f"{LOCAL_NUMBER}-1"}
    declared = [{"code": "E10", "text": f"{NAME}要求，{PHONE}"}]
    orders: list[Json] = [
        {"id": f"{LOCAL_NUMBER}-O1", "item_code": ALBUMIN},
        {"item_code": POTASSIUM, "declared": declared},
        {"local_code": NAME},
    ]
    answer = await house.remind(PATIENT, *orders, visit=visit)
    found.answers.append(answer)
    item, other = ({**each, "reminder_id": answer["reminder_id"]} for each in answer["items"])
    if item["item"]["code"] != ALBUMIN:
        item, other = other, item
    report = item["report"]["id"]
    for done in (
        await house.act(item, "shown"),
        await house.act(item, "view", {"report": report, "what": "report"}),
        await house.accept(item),
        await house.act(item, "cite", {"filed_as": f"{NAME} {LOCAL_NUMBER}"}),
        await house.act(item, "undo", {"reason": f"{NAME} {PHONE}"}),
        await house.act(other, "reject", {"code": "E10", "text": f"{NAME}", "informed": True}),
        await house.act(item, "fault", {"kind": "report", "text": f"{NAME} {ADDRESS}"}),
        await house.get(f"/api/v1/reports/{report}"),
        await house.get(f"/api/v1/reports/{report}/versions"),
        await house.get(f"/api/v1/determinations/{item['determination_id']}"),
        await house.get(
            "/api/v1/statistics/summary", start=f"{NOW:%Y-%m-%d}", end=f"{NOW:%Y-%m-%d}"
        ),
    ):
        assert done.status_code == 200, done.text
    image = await house.item(PATIENT, RIGHT_HIP, visit=visit)
    found.answers.append(image)
    assert (await house.get(f"/api/v1/reports/{image['report']['id']}/images")).status_code == 200
    found.answers.append(await house.remind(PATIENT, visit=visit))
    local = {"identifiers": [{"type": "MR", "value": LOCAL_NUMBER}], "name": NAME}
    found.answers.append(await house.remind(PATIENT, patient=local))
    closed = {"institution": RECEIVER, "event": "visit_closed", "at": NOW.isoformat()}
    told = await house.post(f"/api/v1/visits/{visit['id']}/events", closed)
    assert told.status_code == 200
    for number, refused in enumerate(await nonsense(house, item)):
        assert refused.status_code >= 400, refused.text
        content = refused.content + repr(refused.headers.multi_items()).encode()
        found.refusals.append((f"HTTP {number}", content))
    # Two more questions whose answers are full of the patient, kept only as audit.
    await house.remind(PATIENT, TOTAL_PROTEIN, receiver=OTHER_RECEIVER)
    await house.remind(PATIENT, ALBUMIN, visit=visit)


async def nonsense(house: House, item: Json) -> list[httpx.Response]:
    """Refused requests that hold marks wherever a request can hold text."""
    body = {
        "institution": RECEIVER, "visit": {"id": LOCAL_NUMBER}, "trigger": "order",
        "patient": {"identifiers": [{"type": "01", "value": RESIDENT_ID}], "name": NAME},
        "orders": [{"item_code": ALBUMIN}],
    }  # fmt: skip
    patient: dict[str, Any] = {"name": NAME}
    reminders = [
        body | {"institution": NAME},
        body | {"trigger": NAME},
        body | {"orders": [{"id": NAME}]},
        body | {"orders": [{"id": NAME, "item_code": "1"}, {"id": NAME, "item_code": "2"}]},
        body | {"patient": patient | {"identifiers": [{"type": "01", "value": PHONE}]}},
        body | {"patient": patient | {"identifiers": [{"type": NAME, "value": PHONE}]}},
        body | {"patient": patient | {"identifiers": NAME}},
        body | {"context": {"diagnoses": [{"code": "I10", "onset": NAME}]}},
        body | {"visit": {"id": "V", "triage": NAME, "class": NAME}},
    ]
    found = [await house.post("/api/v1/reminders", each) for each in reminders]
    headers = house.token() | {"Content-Type": "application/json"}
    broken = f'{{"name": "{NAME}", "phone": {PHONE}x}}'.encode()
    found.append(await house.http.post("/api/v1/reminders", content=broken, headers=headers))
    path = f"/api/v1/reminders/{item['reminder_id']}/items/{item['key']}"
    acts = (
        ("accept", {"reports": [{"id": NAME, "version": 1}]}),
        ("accept", {"reports": NAME}),
        ("reject", {"code": NAME, "text": PHONE, "informed": True}),
        ("view", {"report": RESIDENT_ID, "what": "report"}),
        ("view", {"report": RESIDENT_ID, "what": NAME}),
        ("fault", {"kind": NAME, "text": PHONE}),
        ("cite", {"filed_as": NAME * 100}),
    )
    found += [await house.post(f"{path}/{act}", each) for act, each in acts]
    event = {"institution": RECEIVER, "event": NAME, "order_id": PHONE, "at": ADDRESS}
    found.append(await house.post("/api/v1/visits/V/events", event))
    unsigned = {"Authorization": f"Bearer {base64.b64encode(NAME.encode()).decode()}"}
    found.append(await house.http.post("/api/v1/reminders", json=body, headers=unsigned))
    found.append(await house.get(f"/api/v1/reports/{RESIDENT_ID}"))
    found.append(await house.get(f"/api/v1/determinations/{LOCAL_NUMBER}.x"))
    found.append(await house.get("/api/v1/statistics/summary", start=NAME, end=PHONE))
    found.append(await house.get("/api/v1/catalog/items", next=RESIDENT_ID))
    return found
