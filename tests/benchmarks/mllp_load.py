"""MLLP load: many connections, one message in flight on each, every acknowledgment compared.

As a process of its own: `python -m tests.benchmarks.mllp_load HOST PORT CONNECTIONS MESSAGES`.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import perf_counter

from tests.factories import resident_number
from tests.messages import message

_END = b"\x1c\r"
#: (connection, number) → (control id, message)
MakeMessage = Callable[[int, int], tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class LoadResult:
    """rate in messages a second, p50 and p99 in milliseconds.

    wrong_ids counts answers to another message than the one that waited; refused those that are
    not AA.
    """

    rate: float
    p50: float
    p99: float
    wrong_ids: int
    refused: int


def numbered_report(prefix: str) -> MakeMessage:
    """Messages that differ in control id, report number and, every fourth one, in the patient."""
    head, tail = message("lab_utf8.hl7").split(b"MSG000001")

    def make(connection: int, number: int) -> tuple[bytes, bytes]:
        unique = f"{prefix}-{connection}-{number}".encode()
        serial = number // 4 % 1000
        patient = f"{prefix}-{connection}-{serial}".encode()
        resident = resident_number(serial, f"19{connection % 100:02d}0101").encode()
        named = tail.replace(b"000123", patient).replace(b"990101199001011230", resident)
        return unique, head + unique + named.replace(b"L20261120001", unique)

    return make


class _Sender(asyncio.Protocol):
    """Sends its messages one after the other, each when the one before is answered."""

    def __init__(self, messages: list[tuple[bytes, bytes]]) -> None:
        self.done = asyncio.get_running_loop().create_future()
        self.latencies: list[float] = []
        self.wrong_ids = self.refused = 0
        self._messages = messages
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def begin(self) -> None:
        self._sent_at = perf_counter()
        frame = b"\x0b" + self._messages[len(self.latencies)][1] + _END
        self._transport.write(frame)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._buffer.endswith(_END):
            return
        msa = self._buffer.partition(b"MSA|")[2].split(b"\r")[0].split(b"|")
        self._buffer = b""
        self.refused += msa[0] != b"AA"
        self.wrong_ids += msa[1] != self._messages[len(self.latencies)][0]
        self.latencies.append(perf_counter() - self._sent_at)
        if len(self.latencies) == len(self._messages):
            self.done.set_result(None)
        else:
            self.begin()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("closed before the last answer"))


async def drive(
    host: str,
    port: int,
    connections: int,
    messages_per_connection: int,
    make_message: MakeMessage,
) -> LoadResult:
    """Send all messages over all connections at once and measure every answer."""
    loop = asyncio.get_running_loop()
    senders: list[_Sender] = []
    for connection in range(connections):
        batch = [make_message(connection, number) for number in range(messages_per_connection)]
        _, sender = await loop.create_connection(lambda b=batch: _Sender(b), host, port)
        senders.append(sender)
    begin = perf_counter()
    for sender in senders:
        sender.begin()
    await asyncio.gather(*(sender.done for sender in senders))
    elapsed = perf_counter() - begin
    for sender in senders:
        sender._transport.close()
    latencies = sorted(latency * 1000 for sender in senders for latency in sender.latencies)
    return LoadResult(
        rate=len(latencies) / elapsed,
        p50=latencies[len(latencies) // 2],
        p99=latencies[len(latencies) * 99 // 100],
        wrong_ids=sum(sender.wrong_ids for sender in senders),
        refused=sum(sender.refused for sender in senders),
    )


async def drive_from_a_process(
    host: str, port: int, connections: int, messages_per_connection: int, prefix: str
) -> LoadResult:
    """`drive` with numbered reports in a process of its own, so that it shares no interpreter."""
    arguments = [host, str(port), str(connections), str(messages_per_connection), prefix]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, *arguments, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the load process ended with {process.returncode}")
    return LoadResult(**json.loads(output))


def main() -> None:
    host, port, connections, messages, prefix = sys.argv[1:]
    work = drive(host, int(port), int(connections), int(messages), numbered_report(prefix))
    print(json.dumps(asdict(asyncio.run(work))))


if __name__ == "__main__":
    main()
