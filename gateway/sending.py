"""Sending corrections to hospitals and to the provincial platform, by HL7 v2 over MLLP.

Destinations are data: a TOML file with one table per institution, and `platform` for the
provincial feed, which gets a copy of each correction:

    [institutions.330100A]
    host = "10.1.0.5"
    port = 2575
    facility = "HIS-A"

    [platform]
    host = "10.0.0.9"
    port = 2575
    facility = "PROVINCE"
"""

import asyncio
import tomllib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenacity import AsyncRetrying, RetryError, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from adapters.errors import AdapterError
from adapters.hl7v2.conformance import (
    ConformanceFinding,
    OutboundHeader,
    build_imaging_oru,
    build_lab_oru,
    check,
)
from adapters.hl7v2.mllp_client import connect_mllp
from gateway.canonical.imaging import ImagingReport
from gateway.clock import Clock
from gateway.errors import InvalidSettings
from gateway.services.outbox_delivery import Correction, Delivery, OutboxDelivery
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database

_APPLICATION, _FACILITY = "RECOGNITION", "GATEWAY"
_ATTEMPTS = 3
_ANSWER_SECONDS = 10.0
_TAKEN = frozenset({b"AA", b"CA"})
_PLATFORM = "platform"


def deviations(raw: bytes) -> Iterable[ConformanceFinding] | None:
    """What a received message deviates in; None where it cannot be read for a check."""
    try:
        return check(raw)
    except AdapterError:
        return None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an institution takes messages; facility is its MSH-6."""

    host: str
    port: int
    facility: str


@dataclass(frozen=True, slots=True)
class Destinations:
    """Who takes corrections, and the platform that gets a copy."""

    institutions: Mapping[str, Destination]
    platform: Destination | None = None


def read_destinations(file: Path | None) -> Destinations:
    """The destinations of a file; none without one.

    Raises:
        InvalidSettings: the file cannot be read, or a destination lacks a value.
    """
    if file is None:
        return Destinations({})
    try:
        content = tomllib.loads(file.read_text("utf-8"))
        institutions = {code: _destination(one) for code, one in content["institutions"].items()}
        platform = content.get(_PLATFORM)
        return Destinations(institutions, _destination(platform) if platform else None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise InvalidSettings(f"the file of destinations is unusable: {fault}") from None


def _destination(table: Mapping[str, Any]) -> Destination:
    return Destination(str(table["host"]), int(table["port"]), str(table["facility"]))


class MllpSender:
    """Sends corrections; a peer's trouble is logged and told, never raised."""

    def __init__(self, destinations: Destinations, clock: Clock) -> None:
        self._destinations = destinations
        self._clock = clock

    async def deliver(self, correction: Correction) -> Delivery:
        """Send to the institution and to the platform; taken once all have taken it."""
        targets = [self._destinations.institutions[correction.institution]]
        if self._destinations.platform is not None:
            targets.append(self._destinations.platform)
        ended = [await self._sent(correction, target) for target in targets]
        return next((each for each in ended if each is not Delivery.TAKEN), Delivery.TAKEN)

    async def _sent(self, correction: Correction, target: Destination) -> Delivery:
        message = await asyncio.to_thread(self._message, correction, target)
        retrying = AsyncRetrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.2, max=2.0),
            retry=retry_if_exception_type((OSError, TimeoutError)),
        )
        try:
            answer: bytes = await retrying(_exchange, target, message)
        except RetryError:
            return Delivery.UNREACHABLE
        return Delivery.TAKEN if _acknowledgment_code(answer) in _TAKEN else Delivery.REFUSED

    def _message(self, correction: Correction, target: Destination) -> bytes:
        header = OutboundHeader(
            _APPLICATION,
            _FACILITY,
            correction.control_id,
            self._clock(),
            receiving_application="HIS",
            receiving_facility=target.facility,
        )
        report = correction.report
        if isinstance(report, ImagingReport):
            return build_imaging_oru(report, header)
        return build_lab_oru(report, header)


def delivery(
    file: Path | None, database: Database, sealer: Sealer, clock: Clock
) -> Callable[[], Awaitable[int]]:
    """A round of sending what waits.

    Raises:
        InvalidSettings: the file of destinations is unusable.
    """
    found = read_destinations(file)
    outbox = OutboxDelivery(database, sealer, MllpSender(found, clock).deliver)
    return lambda: outbox.deliver(found.institutions.keys(), clock())


async def _exchange(target: Destination, message: bytes) -> bytes:
    async with asyncio.timeout(_ANSWER_SECONDS):
        async with await connect_mllp(target.host, target.port) as client:
            return await client.send(message)


def _acknowledgment_code(answer: bytes) -> bytes:
    """MSA-1, b"" where the answer is no acknowledgment."""
    for segment in answer.split(b"\r"):
        if segment.startswith(b"MSA"):
            return segment[4:6]
    return b""
