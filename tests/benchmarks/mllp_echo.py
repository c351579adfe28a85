"""The yardsticks: bare asyncio MLLP servers that store nothing and answer AA with the control id.

`python -m tests.benchmarks.mllp_echo` looks for the control id and for nothing else;
`… mllp_echo read` also decodes and splits each message and takes the needed fields out as plain
values, as the yardstick of the house's performance plan does.
"""

import asyncio
import sys
from collections.abc import Callable
from operator import itemgetter

_START, _END = b"\x0b", b"\x1c\r"
_RESULT = itemgetter(2, 5, 6, 7, 8, 11, 17, 18)


class _Echo(asyncio.Protocol):
    """Answers every frame with its own control id."""

    def __init__(self, control_id: Callable[[bytes], bytes]) -> None:
        self._control_id = control_id

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        *frames, self._buffer = (self._buffer + data).split(_END)
        answers = [
            b"\x0bMSH|^~\\&|||||20261120||ACK|1|P|2.5.1\rMSA|AA|%s\r\x1c\r" % self._control_id(each)
            for each in frames
        ]
        self._transport.write(b"".join(answers))  # type: ignore[attr-defined]


def found(frame: bytes) -> bytes:
    """The control id, by counting separators."""
    return frame.split(b"|", 10)[9]


def read(frame: bytes) -> bytes:
    """The control id, after every needed field was taken out."""
    control_id = ""
    taken: list[object] = []
    for line in frame.lstrip(_START).decode().split("\r"):
        fields = line.split("|")
        if fields[0] == "OBX":
            code, _, name = fields[3].partition("^")
            taken.append((code, name, *_RESULT(fields)))
        elif fields[0] == "MSH":
            control_id = fields[9]
        elif fields[0] in {"PID", "OBR"}:
            taken.append([field.split("^") for field in fields])
    return control_id.encode()


async def start_echo(
    host: str = "127.0.0.1", port: int = 0, control_id: Callable[[bytes], bytes] = found
) -> asyncio.Server:
    """A running echo server; its port is that of its first socket."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: _Echo(control_id), host, port, backlog=1024)


async def _serve() -> None:
    server = await start_echo(control_id=read if "read" in sys.argv[1:] else found)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(_serve()))
