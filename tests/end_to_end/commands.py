"""The `gateway` command in a process of its own, on the store of a running gateway."""

import asyncio
import os
import subprocess
import sys

from tests.end_to_end.house import House

_MAIN = "from gateway.cli import main; main()"


async def gateway_command(
    house: House, *arguments: str, python_path: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `gateway …` to its end; python_path puts another installation first."""
    return await python_script(house, _MAIN, python_path, *arguments)


async def python_script(
    house: House, script: str, python_path: str | None = None, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run a script with the settings of the running gateway in its environment."""
    settings = house.gateway.settings
    environment = {
        **os.environ,
        "GATEWAY_DATA_DIR": str(settings.data_dir),
        "GATEWAY_LOG_LEVEL": "ERROR",
        "PYTHONPATH": python_path or os.pathsep.join(sys.path),
    }
    if settings.database_url:
        environment["GATEWAY_DATABASE_URL"] = settings.database_url
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", script, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=settings.data_dir,
        env=environment,
        timeout=60,
    )
