"""The senders of the crash campaign: they believe acknowledgments alone, and resend the rest."""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from adapters.hl7v2.mllp_client import MllpClient, connect_mllp
from gateway.clock import utc_now
from tests.factories import resident_number
from tests.messages import joined

CONNECTIONS = 8
_IN_FLIGHT = 4
_VERSIONS = 3
_REPORTS_OF_A_PATIENT = 4
_COLLECTED = utc_now() - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SentReport:
    """One version of a report as it is sent; versions of a report come in order."""

    connection: int
    report: int
    version: int

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return f"C{self.connection}-{self.report}-{self.version}"

    @property
    def filler(self) -> str:
        """OBR-3."""
        return f"R{self.connection}-{self.report}"

    @property
    def patient(self) -> str:
        """The resident ID number; every connection has reports of the same patients."""
        year, serial = divmod(self.report // _REPORTS_OF_A_PATIENT, 900)
        return resident_number(serial + 1, f"{1950 + year}0101")

    @property
    def value(self) -> str:
        """OBX-5, another one in each version."""
        return f"{self.version}.{self.report}"

    @property
    def message(self) -> bytes:
        """The ORU^R01."""
        issued = _COLLECTED + timedelta(hours=1, minutes=self.version)
        status = "F" if self.version == 1 else "C"
        order = [""] * 26
        order[0], order[1], order[3], order[4] = "OBR", "1", self.filler, "ALB^白蛋白^L"
        order[7], order[22] = f"{_COLLECTED:%Y%m%d%H%M}", f"{issued:%Y%m%d%H%M}"
        order[24], order[25] = "LAB", status
        return joined(
            f"MSH|^~\\&|LIS|H001|||{issued:%Y%m%d%H%M}||ORU^R01^ORU_R01|{self.control_id}|P|2.5.1"
            "||||||UNICODE UTF-8",
            f"PID|1||{self.patient}^^^&2.16.156.10011.1.3&ISO^NI||张三||19500101|M",
            "|".join(order),
            f"OBX|1|NM|ALB^白蛋白^L||{self.value}|g/L|40-55|N|||{status}",
        ).encode()


def _script(connection: int) -> Iterator[SentReport]:
    for report in count():
        for version in range(1, _VERSIONS + 1):
            yield SentReport(connection, report, version)


@dataclass
class Sender:
    """One connection's worth of messages, over as many sockets as it takes."""

    connection: int
    acknowledged: list[SentReport] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    resent: int = 0
    _unanswered: deque[SentReport] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._script = _script(self.connection)

    async def send(self, port: int) -> None:
        """Resend what was not acknowledged, then go on until the connection breaks."""
        self.resent += len(self._unanswered)
        try:
            async with await connect_mllp("127.0.0.1", port) as client:
                while True:
                    while len(self._unanswered) < _IN_FLIGHT:
                        self._unanswered.append(next(self._script))
                    await self._exchange(client)
        except OSError:
            return

    async def finish(self, port: int) -> None:
        """Resend what was not acknowledged, and nothing new."""
        self.resent += len(self._unanswered)
        async with await connect_mllp("127.0.0.1", port) as client:
            await self._exchange(client)

    async def _exchange(self, client: MllpClient) -> None:
        """Send all that is unanswered at once; stop believing at the first that has no answer."""
        sent = list(self._unanswered)
        answers = await asyncio.gather(
            *(client.send(each.message) for each in sent), return_exceptions=True
        )
        for each, answer in zip(sent, answers, strict=True):
            if isinstance(answer, BaseException):
                raise answer
            self._unanswered.popleft()
            if f"MSA|AA|{each.control_id}".encode() in answer:
                self.acknowledged.append(each)
            else:
                self.refused.append(answer)
