"""Corrections reach whoever relied on a report, by the same client, until they are taken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.hl7v2 import er7
from adapters.hl7v2.mllp_framing import Frame, Framing, frame
from gateway.errors import InvalidSettings
from gateway.sending import MllpSender, read_destinations
from gateway.services.outbox_delivery import Correction, Delivery, OutboxDelivery
from gateway.storage.tables import outbox
from tests.end_to_end.city import ALBUMIN, RECEIVER
from tests.end_to_end.house import House, open_house
from tests.end_to_end.messages import Message, Result, a_person

pytestmark = pytest.mark.integration


class Receiver:
    """A hospital's own MLLP listener: keeps what it gets, answers with the codes it is given."""

    def __init__(self) -> None:
        self.messages: list[er7.Message] = []
        self.codes: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer every message of a connection."""
        framing = Framing(1024 * 1024)
        while data := await reader.read(65536):
            for event in framing.feed(data):
                if isinstance(event, Frame):
                    message = er7.read(event.payload.decode(), "utf-8")
                    self.messages.append(message)
                    code = self.codes.pop(0) if self.codes else b"AA"
                    if code == b"HANG UP":
                        writer.close()
                        return
                    control_id = message.header.text(10).encode()
                    writer.write(frame(b"MSH|^~\\&|HIS\rMSA|" + code + b"|" + control_id + b"\r"))
        writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    changes = {}
    if request.param == "postgresql":
        changes["database_url"] = request.getfixturevalue("fresh_postgres_database")
    async with open_house(tmp_path, **changes) as opened:
        yield opened


def destinations(folder: Path, port: int, platform_port: int | None = None) -> Path:
    """A file of destinations."""
    text = f'[institutions.{RECEIVER}]\nhost = "127.0.0.1"\nport = {port}\nfacility = "HIS"\n'
    if platform_port is not None:
        text += f'[platform]\nhost = "127.0.0.1"\nport = {platform_port}\nfacility = "PROVINCE"\n'
    file = folder / "destinations.toml"
    file.write_text(text, "utf-8")
    return file


async def delivered(house: House, file: Path) -> int:
    """One round of the worker."""
    found = read_destinations(file)
    sender = MllpSender(found, house.clock)
    delivery = OutboxDelivery(house.gateway.database, house.gateway.sealer, sender.deliver)
    return await delivery.deliver(found.institutions.keys(), house.clock())


async def relied_on(house: House) -> Message:
    """A report that a physician accepted."""
    message = Message(a_person(), (Result(ALBUMIN),))
    await house.deliver(message)
    accepted = await house.accept(await house.item(message.person, ALBUMIN))
    assert accepted.status_code == 200, accepted.text
    return message


def field(message: er7.Message, segment: str, number: int) -> str:
    """A field of the first segment of that name."""
    return next(each for each in message.segments if each.id == segment).text(number)


async def test_correction_is_sent_once_it_is_made(house: House) -> None:
    message = await relied_on(house)
    await house.deliver(message.again(status="C", results=(Result(ALBUMIN, "39", status="C"),)))
    async with listening() as receiver:
        file = destinations(house.folder, receiver.port)
        assert [await delivered(house, file) for _ in range(2)] == [1, 0]
    (sent,) = receiver.messages
    (row,) = await house.rows(outbox)
    assert row.delivered_at is not None
    assert (field(sent, "MSH", 10), field(sent, "MSH", 6)) == (row.outbox_id, "HIS")
    assert (field(sent, "OBR", 25), field(sent, "OBX", 5)) == ("C", "39")
    assert field(sent, "OBR", 3) == message.number


async def test_report_of_a_wrong_patient_is_taken_back_without_values(house: House) -> None:
    message = await relied_on(house)
    await house.deliver(message.again(person=a_person("李四")))
    async with listening() as receiver:
        assert await delivered(house, destinations(house.folder, receiver.port)) == 1
    (sent,) = receiver.messages
    assert (field(sent, "OBR", 25), field(sent, "OBX", 11), field(sent, "OBX", 5)) == (
        "X", "W", "",
    )  # fmt: skip
    assert message.person.resident_id in field(sent, "PID", 3)


async def test_platform_gets_a_copy(house: House) -> None:
    message = await relied_on(house)
    await house.deliver(message.again(status="X"))
    async with listening() as hospital, listening() as platform:
        file = destinations(house.folder, hospital.port, platform.port)
        assert await delivered(house, file) == 1
    assert [field(each, "MSH", 6) for each in platform.messages] == ["PROVINCE"]


async def test_broken_connection_is_tried_again_at_once(house: House) -> None:
    message = await relied_on(house)
    await house.deliver(message.again(status="X"))
    async with listening() as receiver:
        receiver.codes = [b"HANG UP", b"AA"]
        assert await delivered(house, destinations(house.folder, receiver.port)) == 1
    first, second = receiver.messages
    assert field(first, "MSH", 10) == field(second, "MSH", 10)


async def test_unreachable_or_refusing_destination_leaves_the_notice(house: House) -> None:
    message = await relied_on(house)
    await house.deliver(message.again(status="X"))
    async with listening() as receiver:
        file = destinations(house.folder, receiver.port)
        receiver.codes = [b"AE"]
        assert await delivered(house, file) == 0
    assert await delivered(house, file) == 0
    async with listening() as receiver:
        assert await delivered(house, destinations(house.folder, receiver.port)) == 1


async def test_silent_destination_is_asked_once_a_round(house: House) -> None:
    """And what was refused rests for an hour."""
    for _ in range(2):
        message = await relied_on(house)
        await house.deliver(message.again(status="X"))
    asked: list[str] = []
    ends = {"with": Delivery.UNREACHABLE}

    async def answer(correction: Correction) -> Delivery:
        asked.append(correction.control_id)
        return ends["with"]

    delivery = OutboxDelivery(house.gateway.database, house.gateway.sealer, answer)
    for ended, expected in ((Delivery.UNREACHABLE, 1), (Delivery.REFUSED, 2), (Delivery.TAKEN, 0)):
        asked.clear()
        ends["with"] = ended
        await delivery.deliver([RECEIVER], house.clock())
        assert len(asked) == expected
    house.clock.advance(hours=1)
    assert await delivery.deliver([RECEIVER], house.clock()) == 2


async def test_institution_without_destination_is_left_alone(house: House) -> None:
    message = await relied_on(house)
    await house.deliver(message.again(status="X"))
    found = read_destinations(None)
    sender = MllpSender(found, house.clock)
    delivery = OutboxDelivery(house.gateway.database, house.gateway.sealer, sender.deliver)
    assert await delivery.deliver(found.institutions.keys(), house.clock()) == 0
    assert found.platform is None


@pytest.mark.parametrize(
    "text", ["no toml [", "[platform]\nhost = 1", '[institutions.X]\nhost="h"']
)
def test_unusable_file_stops_the_start(tmp_path: Path, text: str) -> None:
    file: Any = tmp_path / "destinations.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidSettings):
        read_destinations(file)
    with pytest.raises(InvalidSettings):
        read_destinations(tmp_path / "missing.toml")
