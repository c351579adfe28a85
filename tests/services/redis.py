"""A Redis server for the tests: the system's, else that of a wheel. It keeps nothing on disk."""

import contextlib
from collections.abc import Iterator

from tests.services import tools
from tests.services.network import free_port, is_open, wait_until
from tests.services.process import scratch_folder, serving


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """Start a server; yields its URL."""
    port = free_port()
    with scratch_folder("redis") as folder:
        memory_only = ["--save", "", "--appendonly", "no"]
        place = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
        with serving([tools.redis_binary(), *place, *memory_only], folder / "log"):
            wait_until(lambda: is_open(port), "Redis")
            yield f"redis://127.0.0.1:{port}/0"
