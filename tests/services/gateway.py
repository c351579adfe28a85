"""A gateway of our own in processes that come and go: one folder, one store, fixed ports."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.bootstrap import open_gateway
from gateway.services.onboarding import ImportRequest
from gateway.settings import Settings
from tests.services.network import free_port, is_open, wait_until

_COMMAND = Path(sys.executable).with_name("gateway")
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class GatewaySite:
    """Where a gateway keeps its data and listens. database_url: None for the embedded default."""

    folder: Path
    database_url: str | None = None
    http: int = field(default_factory=free_port)
    mllp: int = field(default_factory=free_port)
    dicom: int = field(default_factory=free_port)

    @property
    def settings(self) -> Settings:
        """What every process of the site is told."""
        return Settings(
            data_dir=self.folder / "data",
            database_url=self.database_url,
            http_port=self.http,
            mllp_port=self.mllp,
            dicom_port=self.dicom,
        )

    async def register(self, files: Mapping[str, str]) -> None:
        """Take CSV texts into the register, by kind, in their order."""
        async with open_gateway(self.settings) as gateway:
            for kind, text in files.items():
                request = ImportRequest(kind, f"{kind}.csv", text.encode(), "tests", False)
                await gateway.import_csv(request)

    def start(self, command: str = "serve") -> subprocess.Popen[bytes]:
        """A process of `gateway COMMAND` that accepts connections; its log is in the folder."""
        with (self.folder / "gateway.log").open("ab") as log:
            process = subprocess.Popen(
                [_COMMAND, command],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        ports = {"mllp": [self.mllp], "api": [self.http], "dicom": [self.dicom]}
        wanted = ports.get(command, [self.mllp, self.dicom, self.http])
        wait_until(
            lambda: process.poll() is not None or all(map(is_open, wanted)), command, _PATIENCE
        )
        if process.returncode is not None:
            raise RuntimeError(f"gateway {command} ended with {process.returncode}")
        return process

    @contextmanager
    def serving(self, command: str = "serve") -> Iterator[subprocess.Popen[bytes]]:
        """The same, asked to end at the end, and killed if it does not."""
        process = self.start(command)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_PATIENCE)
            finally:
                process.kill()

    def _environment(self) -> dict[str, str]:
        stated = self.settings.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        own = {f"GATEWAY_{name.upper()}": str(value) for name, value in stated.items()}
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GATEWAY_")}
        return inherited | own
