"""Fills a running gateway with the fake city, showing how far it is."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.demo.city import City
from gateway.demo.dicom_files import StudyFiles, write_study
from gateway.demo.senders import (
    Answered,
    Ports,
    send_imaging_reports,
    send_lab_reports,
    send_studies,
)

#: Imports one CSV text of a kind into the register.
ImportCsv = Callable[[str, str], Awaitable[object]]


class Filling:
    """One filling; the bars are drawn on `console`."""

    def __init__(self, city: City, ports: Ports, console: Console) -> None:
        self._city = city
        self._ports = ports
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )

    async def run(self, import_csv: ImportCsv, folder: Path) -> list[StudyFiles]:
        """Import the register, then send reports and studies; the studies as sent.

        Raises:
            NotTaken: the gateway refused something that it should take.
        """
        city = self._city
        with self._progress:
            await self._import(import_csv)
            drawing, _ = await asyncio.gather(self._draw(folder), self._send_lab())
            images = sum(len(study.files) for study in drawing)
            sent = self._counter("影像（DICOM）", images)
            await send_studies(drawing, self._ports, sent)
            reported = self._counter("影像报告（HL7）", len(city.studies))
            await send_imaging_reports(drawing, self._ports, reported)
        return drawing

    async def _import(self, import_csv: ImportCsv) -> None:
        done = self._counter("登记（CSV）", len(self._city.registers))
        for kind, text in self._city.registers.items():
            await import_csv(kind, text)
            done()

    async def _send_lab(self) -> None:
        issues = sum(len(plan.versions) for plan in self._city.lab_reports)
        await send_lab_reports(self._city, self._ports, self._counter("检验报告（HL7）", issues))

    async def _draw(self, folder: Path) -> list[StudyFiles]:
        drawn = self._counter("生成影像", len(self._city.studies))
        studies = []
        for plan in self._city.studies:
            studies.append(await asyncio.to_thread(write_study, plan, folder))
            drawn()
        return studies

    def _counter(self, title: str, total: int) -> Answered:
        task = self._progress.add_task(title, total=total)
        return lambda: self._progress.advance(task)
