"""One child process that serves: started with a log, stopped for certain."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """The system account that a server runs under."""

    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """The account for servers that refuse root; None when this process is not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return Account(entry.pw_uid, entry.pw_gid)


@contextlib.contextmanager
def scratch_folder(purpose: str, account: Account | None = None) -> Iterator[Path]:
    """A folder of the account's own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"recognition-{purpose}-"))
    if account:
        os.chown(folder, account.uid, account.gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command: Sequence[str | Path], account: Account | None = None) -> str:
    """Run to the end and return what it printed; a failure raises RuntimeError with the output."""
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd="/",
        **_identity(account),
    )
    printed: str = done.stdout
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{printed}")
    return printed


@contextlib.contextmanager
def serving(
    command: Sequence[str | Path],
    log: Path,
    account: Account | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """The running server; its whole process group is ended afterwards."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            **_identity(account),
        )
    try:
        yield server
    finally:
        _end(server, stop)


def _identity(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _end(server: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    server.send_signal(stop)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
