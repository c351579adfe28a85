"""The listening sockets of a process: HTTP, MLLP, DICOM; each is stopped at the end."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from adapters.dicom.indexer import drain_pending
from adapters.dicom.storage_scp import ScpPorts, ScpSettings, StorageScp
from adapters.dicom.storage_scp import start as start_storage_scp
from adapters.hl7v2.mllp_server import MllpLimits, MllpServer, start_mllp_server
from adapters.hl7v2.receiving import MessageReceiver, ReceivingPorts
from gateway.canonical.intake import Quarantine, ReceiveInstances
from gateway.log import log_values

_POLL_SECONDS = 0.01


def report(event: str, values: Mapping[str, object]) -> None:
    """What adapters tell the operator."""
    log_values("listeners", event, values)


@asynccontextmanager
async def mllp_listener(
    ports: ReceivingPorts,
    host: str,
    port: int,
    limits: MllpLimits,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[MllpServer]:
    """HL7 v2 over MLLP; at the end what is in flight is answered."""
    server = await start_mllp_server(MessageReceiver(ports), host, port, limits, report, tls)
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def dicom_listener(
    settings: ScpSettings, ports: ScpPorts, receive: ReceiveInstances, quarantine: Quarantine
) -> AsyncIterator[StorageScp]:
    """DICOM storage, and the indexer behind its spool."""
    scp = start_storage_scp(settings, ports)
    indexer = asyncio.create_task(drain_pending(ports.spool, receive, quarantine, report))
    try:
        yield scp
    finally:
        await asyncio.to_thread(scp.stop)
        indexer.cancel()
        await asyncio.gather(indexer, return_exceptions=True)


@asynccontextmanager
async def running_task(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Endless work beside the body."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Server(uvicorn.Server):
    """uvicorn inside a process that handles its signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


@asynccontextmanager
async def http_listener(
    app: FastAPI, host: str, port: int, tls: tuple[Path, Path] | None
) -> AsyncIterator[int]:
    """HTTP, or HTTPS with (certificate, key); the port that is listened on."""
    config = uvicorn.Config(
        app, host, port, lifespan="off", log_config=None, access_log=False, server_header=False,
        ssl_certfile=tls and str(tls[0]), ssl_keyfile=tls and str(tls[1]),
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            await task
            raise OSError(f"cannot listen on {host}:{port}")
        await asyncio.sleep(_POLL_SECONDS)
    try:
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await task
