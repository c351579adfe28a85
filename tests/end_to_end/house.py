"""A whole gateway in this process, on the small city, driven through its real ports only."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Table, select

from adapters.hl7v2.mllp_client import connect_mllp
from gateway.bootstrap import Gateway, Running, open_gateway, running
from gateway.canonical.identifiers import InstitutionCode
from gateway.security.roles import Role
from gateway.security.tokens import Caller
from gateway.services.onboarding import ImportRequest
from gateway.settings import Settings
from gateway.storage.tables import imaging_instance
from tests.end_to_end.city import NOW, RECEIVER, REGISTERS
from tests.end_to_end.messages import Message, Person, Result, a_person

Json = dict[str, Any]
TITLE = "RECOGNITION"
_visits = count(1)


class SetClock:
    """A clock that a test moves on."""

    def __init__(self, now: datetime) -> None:
        self.now = now.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> None:
        """Let time pass."""
        self.now += timedelta(**units)


@dataclass(frozen=True)
class Acknowledgment:
    """An ACK taken apart: MSA-1, and of its first ERR the place, the condition and the hint."""

    text: str
    code: str
    location: str = ""
    condition: str = ""
    reason: str = ""
    severity: str = ""
    errors: tuple[str, ...] = ()


def acknowledgment_of(answer: bytes, codec: str = "utf-8") -> Acknowledgment:
    """The acknowledgment that these bytes are."""
    text = answer.decode(codec)
    segments = [segment.split("|") for segment in text.split("\r")]
    (msa,) = (segment for segment in segments if segment[0] == "MSA")
    errors = [segment for segment in segments if segment[0] == "ERR"]
    places = tuple(error[2] for error in errors if len(error) > 2)
    if not errors or len(errors[0]) < 8:
        return Acknowledgment(text, msa[1], errors=places)
    first = errors[0]
    return Acknowledgment(
        text, msa[1], first[2], first[3].split("^")[0], first[7], first[4], places
    )


@dataclass
class House:
    """A listening gateway and everything a test does to it from outside."""

    gateway: Gateway
    ports: Running
    clock: SetClock
    http: httpx.AsyncClient
    folder: Path

    # HL7 in.

    async def send(self, message: bytes) -> bytes:
        """One message over MLLP on a connection of its own; the answer as received."""
        assert self.ports.mllp_port is not None
        async with await connect_mllp("127.0.0.1", self.ports.mllp_port) as client:
            return await client.send(message)

    async def deliver(self, *messages: Message) -> None:
        """Messages that the gateway must take."""
        for message in messages:
            answer = acknowledgment_of(await self.send(message.encoded), message.codec)
            assert answer.code == "AA", answer.text

    # DICOM in.

    async def store(self, storescu: Path, files: Iterable[Path], calling: str) -> str:
        """Send files with DCMTK's storescu; what it printed."""
        arguments = ["-v", "-R", "-aet", calling, "-aec", TITLE, "127.0.0.1"]
        arguments += [str(self.ports.dicom_port), *(str(path) for path in files)]
        done = await asyncio.to_thread(
            subprocess.run,
            [str(storescu), *arguments], check=False, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout + done.stderr

    async def indexed(self, study_uid: str, images: int) -> None:
        """Wait until a study has so many images."""

        async def held() -> bool:
            rows = await self.rows(imaging_instance)
            return sum(row.study_instance_uid == study_uid for row in rows) == images

        await eventually(held)

    # HTTP in.

    def token(
        self, institution: str = RECEIVER, role: Role = Role.PHYSICIAN, subject: str = "王医生"
    ) -> dict[str, str]:
        """The header of a caller."""
        caller = Caller(role, InstitutionCode(institution), subject)
        issued = self.gateway.services.tokens.issue(caller, self.clock())
        return {"Authorization": f"Bearer {issued}"}

    async def post(
        self, path: str, body: object, institution: str = RECEIVER, **caller: Any
    ) -> httpx.Response:
        """A request of a physician unless stated otherwise."""
        return await self.http.post(path, json=body, headers=self.token(institution, **caller))

    async def get(
        self, path: str, institution: str = RECEIVER, role: Role = Role.PHYSICIAN, **query: Any
    ) -> httpx.Response:
        """Read something as a physician unless stated otherwise."""
        return await self.http.get(path, params=query, headers=self.token(institution, role))

    async def remind(
        self,
        person: Person,
        *orders: str | Json,
        receiver: str = RECEIVER,
        visit: Json | None = None,
        **members: Any,
    ) -> Json:
        """The answer to a question of the workstation; without orders it is an arrival."""
        body = {
            "institution": receiver,
            "department": "全科",
            "practitioner": "王医生",
            "visit": {"id": f"V{next(_visits)}", "class": "outpatient"} | (visit or {}),
            "patient": {"identifiers": person.identifiers, "name": person.name},
            "trigger": "order" if orders else "arrival",
            "orders": [
                {"id": f"O{i}"} | ({"item_code": each} if isinstance(each, str) else each)
                for i, each in enumerate(orders, 1)
            ],
        } | members
        answer = await self.post("/api/v1/reminders", body, receiver)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        assert found["reminder_id"] is not None
        return found

    async def item(self, person: Person, order: str | Json, **settings: Any) -> Json:
        """The one line that is answered to one order."""
        answer = await self.remind(person, order, **settings)
        (found,) = answer["items"]
        return {**found, "reminder_id": answer["reminder_id"]}

    async def act(
        self, item: Json, action: str, body: Json | None = None, receiver: str = RECEIVER
    ) -> httpx.Response:
        """What the physician does with a line."""
        path = f"/api/v1/reminders/{item['reminder_id']}/items/{item['key']}/{action}"
        return await self.post(path, body or {}, receiver)

    async def accept(
        self, item: Json, *acknowledged: str, receiver: str = RECEIVER
    ) -> httpx.Response:
        """Accept the versions offered, with these findings acknowledged."""
        reports = [{"id": each["id"], "version": each["version"]} for each in item["reports"]]
        body = {"acknowledged": list(acknowledged), "reports": reports}
        return await self.act(item, "accept", body, receiver)

    # What only the operator sees.

    async def rows(self, table: Table) -> Sequence[Any]:
        """The stored rows of a table."""
        return await self.gateway.database.read(lambda conn: conn.all(select(table)))

    async def install(self, kind: str, text: str, dry_run: bool = False) -> None:
        """Import a register file as the command does."""
        request = ImportRequest(kind, f"{kind}.csv", text.encode(), "operator", dry_run)
        await self.gateway.import_csv(request)


async def eventually(condition: Callable[[], Any], seconds: float = 15.0) -> None:
    """Wait until the condition, which may be asynchronous, holds."""
    async with asyncio.timeout(seconds):
        while True:
            held = condition()
            if await held if asyncio.iscoroutine(held) else held:
                return
            await asyncio.sleep(0.01)


def settings_of(folder: Path, **changes: Any) -> Settings:
    """Embedded default in a folder, free ports; a busy machine makes no answer empty."""
    defaults = {"http_port": 0, "mllp_port": 0, "dicom_port": 0, "reminder_time_limit_ms": 20_000}
    return Settings(data_dir=folder, **(defaults | changes))


@asynccontextmanager
async def open_house(folder: Path, **changes: Any) -> AsyncIterator[House]:
    """A gateway on the small city, listening on free ports."""
    clock = SetClock(NOW)
    settings = settings_of(folder, **changes)
    async with (
        open_gateway(settings, clock) as gateway,
        running(gateway) as ports,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports.http_port}", timeout=30) as http,
    ):
        house = House(gateway, ports, clock, http, folder)
        for kind, text in REGISTERS.items():
            await house.install(kind, text)
        yield house


def said(item: Json, code: str) -> tuple[str, str, str]:
    """Paragraph, verdict and sentence of a clause on a line."""
    (finding,) = (each for each in item["findings"] if each["code"] == code)
    return finding["clause"], finding["verdict"], finding["text"]


def verdicts(item: Json) -> dict[str, str]:
    """The verdict of each clause on a line."""
    return {each["code"]: each["verdict"] for each in item["findings"]}


async def held(house: House, *results: Result, **message: Any) -> Person:
    """A patient of whom one report with these results arrived."""
    person = a_person()
    await house.deliver(Message(person, results, **message))
    return person
