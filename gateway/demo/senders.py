"""The emulated LIS, RIS and modalities: they use the real ports and believe the answers alone."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from adapters.dicom import store_scu
from adapters.hl7v2.mllp_client import connect_mllp
from gateway.demo.city import City
from gateway.demo.dicom_files import StudyFiles
from gateway.demo.imaging_messages import imaging_message
from gateway.demo.institutions import INSTITUTIONS, DemoInstitution
from gateway.demo.lab_messages import lab_message

#: Called once for each message or image that was answered.
Answered = Callable[[], None]
_STORED = 0x0000
_ACCEPTED = "AA"


class NotTaken(Exception):
    """The gateway refused what the fake city sent; nothing of it is meant to be refused."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the gateway listens."""

    host: str
    mllp: int
    dicom: int
    ae_title: str


def acknowledgment_code(acknowledgment: bytes) -> str:
    """MSA-1 of an answer (HL7 v2.5.1 2.15.8); "" when there is none."""
    for line in acknowledgment.split(b"\r"):
        if line.startswith(b"MSA|"):
            return line.split(b"|")[1].decode("ascii")
    return ""


async def send_message(ports: Ports, message: bytes) -> bytes:
    """One message over a connection of its own; the answer as received."""
    async with await connect_mllp(ports.host, ports.mllp) as client:
        return await client.send(message)


def lab_messages_of(city: City, institution: DemoInstitution) -> list[bytes]:
    """What the institution's LIS sends, in the order in which it sends."""
    plans = [plan for plan in city.lab_reports if plan.institution is institution]
    in_time = sorted(plans, key=lambda plan: plan.versions[0].issued_at)
    return [lab_message(plan, version) for plan in in_time for version in plan.arrivals]


def imaging_messages_of(studies: Iterable[StudyFiles], institution: DemoInstitution) -> list[bytes]:
    """What the institution's RIS sends."""
    return [
        imaging_message(study.plan, study.study_instance_uid)
        for study in studies
        if study.plan.institution is institution
    ]


async def send_lab_reports(city: City, ports: Ports, answered: Answered) -> None:
    """All laboratory reports, each institution over its own connection, all at the same time."""
    batches = (lab_messages_of(city, institution) for institution in INSTITUTIONS)
    await _send_batches(batches, ports, answered)


async def send_imaging_reports(
    studies: Sequence[StudyFiles], ports: Ports, answered: Answered
) -> None:
    """All imaging reports, as above."""
    batches = (imaging_messages_of(studies, institution) for institution in INSTITUTIONS)
    await _send_batches(batches, ports, answered)


async def send_studies(studies: Sequence[StudyFiles], ports: Ports, answered: Answered) -> None:
    """All studies, each modality over its own association, one thread each."""
    by_title = sorted(studies, key=_calling_title)
    groups = [(title, list(group)) for title, group in groupby(by_title, _calling_title)]
    await asyncio.gather(
        *(asyncio.to_thread(_store, title, group, ports, answered) for title, group in groups)
    )


def _calling_title(study: StudyFiles) -> str:
    return study.plan.institution.ae_title(study.plan.procedure.modality)


def _store(title: str, studies: list[StudyFiles], ports: Ports, answered: Answered) -> None:
    for study in studies:
        statuses = store_scu.send(study.files, ports.host, ports.dicom, title, ports.ae_title)
        if any(status != _STORED for status in statuses):
            raise NotTaken(f"study {study.plan.accession}: DICOM status {max(statuses):04X}")
        for _ in statuses:
            answered()


async def _send_batches(batches: Iterable[list[bytes]], ports: Ports, answered: Answered) -> None:
    await asyncio.gather(*(_send_all(batch, ports, answered) for batch in batches if batch))


async def _send_all(messages: list[bytes], ports: Ports, answered: Answered) -> None:
    async with await connect_mllp(ports.host, ports.mllp) as client:
        for message in messages:
            acknowledgment = await client.send(message)
            if acknowledgment_code(acknowledgment) != _ACCEPTED:
                raise NotTaken(acknowledgment.decode("utf-8", "replace").replace("\r", "\n"))
            answered()
