"""The MLLP listener: persistent, pipelined connections, answered in order.

Several messages of one connection are in flight at a time, so that the intake can commit them
together; a peer that sends faster than it is answered is simply not read for a while.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass
from itertools import count
from typing import Protocol, cast

from adapters.hl7v2.acknowledgment import Report
from adapters.hl7v2.limits import LARGE_MESSAGE_BYTES
from adapters.hl7v2.mllp_framing import Frame, Framing, Violation, ViolationKind, frame
from adapters.hl7v2.peer import ConnectionDiagnostics, Peer
from adapters.hl7v2.tls import certificate_names

_CLOSED_REMEMBERED = 200

Answers = tuple[bytes, ...]


class FrameHandler(Protocol):
    """Answers frames and broken framing with the payloads to send, none of them for silence.

    A handler that raises leaves the peer without an answer and without its connection.
    """

    def answer(self, frame: bytes, peer: Peer) -> Awaitable[Answers]:
        """The answers to a complete frame."""

    def refuse(self, violation: Violation, peer: Peer) -> Awaitable[Answers]:
        """The answers to broken framing."""


@dataclass(frozen=True, slots=True)
class MllpLimits:
    """What one listener allows.

    max_in_flight: messages of one connection that wait for their answer at a time.
    frame_timeout: seconds of silence inside a frame; an idle connection is never closed.
    linger: seconds that a refused peer has to read our answer before the connection is cut.
    """

    max_message_bytes: int = 32 * 1024 * 1024
    max_connections: int = 2000
    max_in_flight: int = 64
    frame_timeout: float = 60.0
    linger: float = 5.0


class MllpServer:
    """A running listener; made by `start_mllp_server`."""

    def __init__(self, handler: FrameHandler, limits: MllpLimits, report: Report) -> None:
        self.handler = handler
        self.limits = limits
        self.report = report
        self.connections: set[_Connection] = set()
        self.numbers = count(1)
        self.closed: deque[Peer] = deque(maxlen=_CLOSED_REMEMBERED)
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Accept connections from now on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self), host, port, backlog=1024, ssl=tls
        )

    def diagnostics(self) -> tuple[ConnectionDiagnostics, ...]:
        """Every open connection and the last closed ones that had something to tell, newest first.

        A caller shows an institution only those whose `institutions` name it.
        """
        peers = [*self.closed, *(connection.peer for connection in self.connections)]
        peers.sort(key=lambda peer: peer.number, reverse=True)
        return tuple(peer.diagnostics() for peer in peers)

    @property
    def is_serving(self) -> bool:
        """Whether new connections are accepted."""
        return self._server is not None and self._server.is_serving()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        if self._server is None or not self._server.sockets:
            raise RuntimeError("the listener is not running")
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self, grace: float = 10.0) -> None:
        """Accept and read nothing more, answer what is in flight within `grace` seconds, close."""
        if self._server is not None:
            self._server.close()
        closing = [connection.finish() for connection in list(self.connections)]
        if closing:
            await asyncio.wait(closing, timeout=grace)
        for connection in list(self.connections):
            connection.abort()


async def start_mllp_server(
    handler: FrameHandler,
    host: str,
    port: int,
    limits: MllpLimits,
    report: Report,
    tls: ssl.SSLContext | None = None,
) -> MllpServer:
    """A listener on host and port (0 = any free one). Raises `OSError` if it cannot listen."""
    server = MllpServer(handler, limits, report)
    await server.listen(host, port, tls)
    return server


class _Connection(asyncio.Protocol):
    """One peer. Answers wait in a queue in the order of their messages."""

    def __init__(self, server: MllpServer) -> None:
        self._server = server
        self._limits = server.limits
        self._loop = asyncio.get_running_loop()
        self._framing = Framing(server.limits.max_message_bytes)
        self._backlog: deque[Frame | Violation] = deque()
        self._answers: deque[asyncio.Future[Answers]] = deque()
        self._exclusive: asyncio.Future[Answers] | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self.peer = Peer(next(server.numbers))
        self._deaf = False
        self._refused = False
        self._peer_slow = False
        self._paused = False

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # create_server makes no other kind; uvloop's transports do not derive from asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        if len(self._server.connections) >= self._limits.max_connections:
            self._report("mllp_connection_refused", {"reason": "too_many_connections"})
            self._transport.abort()
            return
        self.peer.address = _address(transport)
        self.peer.certificate_names = certificate_names(transport.get_extra_info("peercert"))
        self._server.connections.add(self)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        events = self._framing.feed(data)
        self.peer.noise = self._framing.noise
        for event in events:
            self._backlog.append(event)
            if isinstance(event, Violation) and event.kind is not ViolationKind.INCOMPLETE:
                self._deaf = self._refused = True
                break
        self._proceed()
        self._watch_frame()

    def eof_received(self) -> bool:
        self._lose_frame()
        self._refused = False  # there is nothing more to read, so no reason to linger
        self._proceed()
        return True  # the answers still go out

    def pause_writing(self) -> None:
        self._peer_slow = True
        self._throttle()

    def resume_writing(self) -> None:
        self._peer_slow = False
        self._proceed()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._transport = None
        self._backlog.clear()
        self._lose_frame()
        self._proceed()
        self._remember()
        self._closed.set_result(None)
        self._report(
            "mllp_connection_closed", {"count": self.peer.frames, "size": self._framing.noise}
        )

    def _remember(self) -> None:
        """Keep what happened for the sender to see; a mere knock at the door is not kept."""
        self._server.connections.discard(self)
        self.peer.is_open = False
        if self.peer.frames or self.peer.noise:
            self._server.closed.append(self.peer)

    # What the server calls.

    def finish(self) -> "asyncio.Future[None]":
        """Read no more and close once everything in flight is answered."""
        self._deaf = True
        self._backlog.clear()
        self._proceed()
        return self._closed

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    # Messages in, answers out.

    def _proceed(self) -> None:
        """Start what may start, send what is answered, close what is done."""
        while self._backlog and not self._is_full:
            self._await_answer(self._backlog.popleft())
        self._throttle()
        if self._deaf and not self._answers and not self._backlog:
            self._close_gently()

    @property
    def _is_full(self) -> bool:
        """Whether the peer must take answers before more of its messages are started.

        A large message is read beside the loop, so what follows it waits, to be taken in order.
        """
        if self._exclusive is not None and not self._exclusive.done():
            return True
        return self._peer_slow or len(self._answers) >= self._limits.max_in_flight

    def _await_answer(self, event: Frame | Violation) -> None:
        handler = self._server.handler
        if isinstance(event, Frame):
            self.peer.frames += 1
            work = handler.answer(event.payload, self.peer)
        else:
            self._report_violation(event)
            work = handler.refuse(event, self.peer)
        answer = asyncio.ensure_future(work)
        if isinstance(event, Frame) and len(event.payload) > LARGE_MESSAGE_BYTES:
            self._exclusive = answer
        self._answers.append(answer)
        answer.add_done_callback(self._send_answers)

    def _send_answers(self, _done: "asyncio.Future[Answers]") -> None:
        ready: list[bytes] = []
        while self._answers and self._answers[0].done():
            ready.extend(map(frame, self._payloads(self._answers.popleft())))
        if ready and self._transport is not None:
            self._transport.write(b"".join(ready))
        self._proceed()

    def _payloads(self, answer: "asyncio.Future[Answers]") -> Answers:
        """The answers; a handler that fails leaves the peer without, so that it sends again."""
        if answer.cancelled() or answer.exception() is not None:
            self.abort()
            return ()
        return answer.result()

    def _throttle(self) -> None:
        """Read on only while the peer takes its answers and not too much is in flight."""
        full = self._is_full or bool(self._backlog)
        if self._transport is None or full is self._paused or self._transport.is_closing():
            return
        self._paused = full
        if full:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    # Silence inside a frame, and the end.

    def _watch_frame(self) -> None:
        self._stop_timer()
        if self._framing.is_inside and not self._deaf:
            self._timer = self._loop.call_later(self._limits.frame_timeout, self._time_out)

    def _time_out(self) -> None:
        self._lose_frame()
        self._refused = True
        self._proceed()

    def _lose_frame(self) -> None:
        """Nothing more will be read; what was begun and not ended is a violation."""
        left = None if self._deaf else self._framing.abandon()
        self._deaf = True
        if left is not None:
            self._backlog.append(left)

    def _close_gently(self) -> None:
        """Close; a refused peer that may still be sending gets the time to read our answer."""
        self._stop_timer()
        if self._transport is None or self._transport.is_closing():
            return
        if self._refused and self._transport.can_write_eof():
            # Closing now, with bytes unread, would reset the connection and lose the answer.
            self._transport.write_eof()
            self._timer = self._loop.call_later(self._limits.linger, self.abort)
        else:
            self._transport.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _report_violation(self, violation: Violation) -> None:
        self.peer.note_violation(violation)
        values = {"reason": str(violation.kind), "size": violation.size, "digest": violation.digest}
        self._report("mllp_violation", values)

    def _report(self, event: str, values: dict[str, object]) -> None:
        self._server.report(event, {"connection": self.peer.number, **values})


def _address(transport: asyncio.BaseTransport) -> str:
    name = transport.get_extra_info("peername")
    return str(name[0]) if name else ""
