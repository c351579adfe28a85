"""The yardstick: a bare asyncio MLLP server that stores nothing, parses nothing and answers AA."""

import asyncio
import sys

_START, _END = b"\x0b", b"\x1c\r"


class _Echo(asyncio.Protocol):
    """Answers every frame with its own control id; does just enough to be checked by that id."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        *frames, self._buffer = (self._buffer + data).split(_END)
        answers = [
            b"\x0bMSH|^~\\&|||||20261120||ACK|1|P|2.5.1\rMSA|AA|%s\r\x1c\r" % _control_id(frame)
            for frame in frames
        ]
        self._transport.write(b"".join(answers))  # type: ignore[attr-defined]


def _control_id(frame: bytes) -> bytes:
    return frame.split(b"|", 10)[9]


async def start_echo(host: str = "127.0.0.1", port: int = 0) -> asyncio.Server:
    """A running echo server; its port is that of its first socket."""
    return await asyncio.get_running_loop().create_server(_Echo, host, port, backlog=1024)


async def _serve() -> None:
    server = await start_echo()
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(_serve()))
