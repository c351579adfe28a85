"""A small MLLP client: one connection, messages pipelined, answers in order."""

import asyncio
import ssl
from collections import deque
from types import TracebackType
from typing import cast

from adapters.hl7v2.mllp_framing import Frame, Framing, frame

_MAX_ANSWER_BYTES = 1024 * 1024


class MllpClient(asyncio.Protocol):
    """An open connection; made by `connect_mllp`, closed by leaving its `async with`."""

    def __init__(self) -> None:
        self._framing = Framing(_MAX_ANSWER_BYTES)
        self._waiting: deque[asyncio.Future[bytes]] = deque()
        self._transport: asyncio.Transport | None = None
        self._lost = asyncio.Event()

    async def send(self, message: bytes) -> bytes:
        """Send one message and wait for its acknowledgment; several may be in flight.

        Raises:
            ConnectionError: the peer is gone; whether it took the message is not known.
        """
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("the MLLP connection is closed")
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._transport.write(frame(message))
        return await answer

    async def close(self) -> None:
        """Close the connection and wait until it is closed."""
        if self._transport is not None:
            self._transport.close()
        await self._lost.wait()

    async def __aenter__(self) -> "MllpClient":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        # create_connection makes no other kind; uvloop's transports do not derive from asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio: each frame answers the oldest message that waits."""
        for event in self._framing.feed(data):
            if isinstance(event, Frame) and self._waiting:
                answer = self._waiting.popleft()
                if not answer.done():
                    answer.set_result(event.payload)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio: whoever waits learns that there will be no answer."""
        self._transport = None
        for answer in self._waiting:
            if not answer.done():
                answer.set_exception(ConnectionResetError("the MLLP peer closed the connection"))
        self._waiting.clear()
        self._lost.set()


async def connect_mllp(host: str, port: int, tls: ssl.SSLContext | None = None) -> MllpClient:
    """An open connection to an MLLP listener. Raises `OSError` if nobody listens."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(MllpClient, host, port, ssl=tls)
    return client
