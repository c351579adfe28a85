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
        [sys.executable, "-c", _MAIN, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )
