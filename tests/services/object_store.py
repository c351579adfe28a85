"""An S3 object store for the tests: SeaweedFS, which checks the credentials it is shown."""

import contextlib
import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from obstore.store import S3Store

from tests.services import tools
from tests.services.network import free_port, is_open, wait_until
from tests.services.process import scratch_folder, serving

_GRPC_OFFSET = 10_000
_SERVICES = ("master", "volume", "filer", "s3")


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """A running S3 service with one bucket; `endpoint` is its http:// address."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str

    @property
    def url(self) -> str:
        """The bucket as `s3://` address."""
        return f"s3://{self.bucket}"

    def store(self) -> S3Store:
        """A client of the bucket."""
        return S3Store(
            self.bucket,
            endpoint=self.endpoint,
            access_key_id=self.access_key,
            secret_access_key=self.secret_key,
            region="us-east-1",
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )


@contextlib.contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Start a store with the bucket `reports`."""
    with scratch_folder("objects") as folder:
        ports = {name: free_port(also=_GRPC_OFFSET) for name in _SERVICES}
        store = ObjectStore(f"http://127.0.0.1:{ports['s3']}", "reports", "tester", "not-a-secret")
        # Killed at the end: an orderly stop takes seconds and its data go anyway.
        with serving(_command(folder, ports, store), folder / "log", stop=signal.SIGKILL):
            wait_until(lambda: _accepts_objects(store, ports["s3"]), "SeaweedFS")
            yield store


def _command(folder: Path, ports: dict[str, int], store: ObjectStore) -> list[str | Path]:
    identities = folder / "s3.json"
    key = {"accessKey": store.access_key, "secretKey": store.secret_key}
    identity = {"name": "tester", "credentials": [key], "actions": ["Admin"]}
    identities.write_text(json.dumps({"identities": [identity]}))
    data = folder / "data"
    data.mkdir()
    return [
        *(tools.weed_binary(), "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *(f"-{name}.port={port}" for name, port in ports.items()),
        *(f"-s3.config={identities}", f"-bucket={store.bucket}", f"-filer.localSocket={folder}/f"),
        # What the tests do not use would take fixed ports or call home.
        *("-webdav=false", "-admin.ui=false", "-master.telemetry=false", "-metricsPort=0"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0"),
    ]


def _accepts_objects(store: ObjectStore, port: int) -> bool:
    if not is_open(port):
        return False
    try:
        store.store().put("ready", b"yes")
    except Exception:  # the service is up before its bucket is: any refusal means "not yet"
        return False
    return True
