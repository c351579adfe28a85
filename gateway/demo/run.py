"""`gateway demo`: a fresh city, filled through the real ports, then the story or a stay."""

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from gateway.bootstrap import open_gateway, running
from gateway.canonical.times import local_date
from gateway.clock import utc_now
from gateway.demo.city import City, make_city
from gateway.demo.dicom_files import StudyFiles
from gateway.demo.filling import Filling
from gateway.demo.folder import fresh_folder
from gateway.demo.free_ports import with_free_ports
from gateway.demo.institutions import PROVINCIAL, TOWNSHIP
from gateway.demo.reach import Reach
from gateway.demo.stage import Stage
from gateway.demo.story import all_hold, play, show
from gateway.demo.welcome import welcome
from gateway.log import configure_logging
from gateway.security.roles import Role
from gateway.settings import Settings
from item_catalog.loader import load_catalog

_DEFAULT_FOLDER = Path("var/demo")
#: A newcomer's busy laptop should show reminders late rather than none.
_REMINDER_LIMIT_MS = 10_000


async def run_demo(settings: Settings, exit_after: bool) -> int:
    """Run the demonstration; the exit status.

    With `exit_after` the story is told and the status is 0 only if every step held; else the city
    stays up until it is interrupted.

    Raises:
        InvalidSettings: DATA_DIR holds something that no demonstration made.
    """
    console = Console()
    settings = with_free_ports(_embedded(settings))
    folder = fresh_folder(settings.data_dir)
    today = local_date(utc_now())
    city = make_city(today, load_catalog().edition_on(today))
    with (folder / "gateway.log").open("w", encoding="utf-8") as log:
        configure_logging(settings.log_level, log)
        async with open_gateway(settings) as gateway, running(gateway) as listening:
            reach = Reach(gateway, listening)
            studies = await Filling(city, reach.ports, console).run(
                reach.import_csv, folder / "modality"
            )
            if exit_after:
                return await _tell(reach, city, studies, console)
            stopped = _stop_on_signal()
            welcome(console, reach, city)
            await stopped.wait()
    return 0


def _embedded(settings: Settings) -> Settings:
    """The embedded default in the demonstration's folder: no other store is ever touched."""
    chosen = settings.data_dir if "data_dir" in settings.model_fields_set else _DEFAULT_FOLDER
    own = {
        "data_dir": chosen,
        "database_url": None,
        "redis_url": None,
        "object_store_url": None,
        "key_file": None,
        "auth": "token",
        "reminder_time_limit_ms": _REMINDER_LIMIT_MS,
    }
    return settings.model_copy(update=own)


async def _tell(reach: Reach, city: City, studies: Sequence[StudyFiles], console: Console) -> int:
    async with (
        reach.workstation(Role.PHYSICIAN, PROVINCIAL) as physician,
        reach.workstation(Role.PHYSICIAN, TOWNSHIP) as township,
        reach.workstation(Role.PROVINCE, PROVINCIAL) as province,
    ):
        stage = Stage(city, reach, physician, township, province, studies[0].files)
        played = await play(stage)
    show(console, played)
    return 0 if all_hold(played) else 1


def _stop_on_signal() -> asyncio.Event:
    """Set by Ctrl-C or a request to terminate."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # no signals in loops of Windows
            loop.add_signal_handler(number, stopped.set)
    return stopped
