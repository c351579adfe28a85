"""Free loopback ports, waiting for an answer, and the guard that keeps tests on this machine."""

import ipaddress
import random
import socket
import sys
import time
from collections.abc import Callable

# Below the ephemeral range, so that no outgoing connection takes a port between choice and use;
# and below 55,535, because SeaweedFS adds 10,000 to each of its ports.
_LOWEST, _HIGHEST = 20_000, 32_000
_choice = random.SystemRandom()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(also: int = 0) -> int:
    """A loopback port that is free now; with `also`, the port that much higher is free too."""
    while True:
        port = _choice.randrange(_LOWEST, _HIGHEST)
        if _is_free(port) and (not also or _is_free(port + also)):
            return port


def is_open(port: int) -> bool:
    """Whether something accepts connections on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Return when `ready` says so.

    Raises TimeoutError naming `what` after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {seconds:g} s")
        time.sleep(0.02)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse_beyond_loopback(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not _is_loopback(str(address[0])):
        raise PermissionError(f"a test may connect to this machine only, not to {address[0]}")


def stay_on_loopback() -> None:
    """From now on, a connection of this process to another machine raises PermissionError."""
    sys.addaudithook(_refuse_beyond_loopback)
