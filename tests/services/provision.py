"""`python -m tests.services.provision`: have every server and tool that the tests need.

What the system has is used; what it lacks is installed by apt when this is root, else unpacked
from Debian packages into `.tools`. Ends with status 1 and names what is still missing.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.services import debian, tools

_DCMTK_COMMANDS = (
    *("dcmdump", "dump2dcm", "dcmodify", "dcmconv", "dcmftest", "img2dcm"),
    *("dcmcjpeg", "dcmdjpeg", "dcmcjpls", "dcmdjpls", "dcmcrle", "dcmdrle"),
    *("echoscu", "storescu", "findscu", "movescu", "getscu", "dcmsend", "dcmrecv"),
    *("storescp", "dcmqrscp", "wlmscpfs", "termscu"),
)


@dataclass(frozen=True, slots=True)
class Need:
    """One tool: how to find it, the Debian packages that bring it, how to wrap them unpacked.

    node_package is what npm is to fetch instead.
    """

    name: str
    find: Callable[[], Path]
    packages: tuple[str, ...] = ()
    wrap: Callable[[], None] = lambda: None
    node_package: str = ""


def _wrap_chromium() -> None:
    program = debian.unpacked_program("usr/lib/chromium/chromium", "usr/bin/chromium")
    program = program or tools.on_system("chromium", "chromium-browser")
    if program:
        debian.wrap("chromium", program)


def _wrap_browser_driver() -> None:
    program = tools.in_wheel("playwright", "driver", "node")
    if program:
        debian.wrap("node", program)


def _wrap_dcmtk() -> None:
    for command in _DCMTK_COMMANDS:
        program = debian.unpacked_program(f"usr/bin/{command}")
        if program:
            debian.wrap(command, program)


NEEDS = (
    Need("PostgreSQL", tools.postgres_binaries),
    Need("Redis", tools.redis_binary),
    Need("SeaweedFS", tools.weed_binary),
    Need("DCMTK", lambda: tools.dcmtk("storescu"), ("dcmtk",), _wrap_dcmtk),
    Need("Chromium", tools.chromium, ("chromium", "fonts-noto-cjk"), _wrap_chromium),
    Need("Playwright", tools.browser_driver, ("libatomic1",), _wrap_browser_driver),
    Need("node-hl7", tools.node_hl7_client, node_package="node-hl7-client@2.3.1"),
)


def _is_there(need: Need) -> bool:
    try:
        need.find()
    except tools.MissingTool:
        return False
    return True


def _fetch(need: Need) -> None:
    if need.node_package:
        folder = tools.UNPACKED / "npm"
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--no-save", "--silent", "--prefix", folder]
        subprocess.run([*tools.npm(), "install", *options, need.node_package], check=False)
    elif os.geteuid() == 0 and tools.uses_system():
        debian.install(need.packages)
    else:
        debian.unpack(need.packages)
        need.wrap()


def _provide(need: Need) -> str | None:
    """Where the tool is, as a line to print; None when it cannot be had."""
    try:
        sources = (*need.packages, *filter(None, (need.node_package,)))
        if not _is_there(need) and sources:
            print(f"  … fetching {need.name} ({', '.join(sources)})", flush=True)
            _fetch(need)
        return f"  ✔ {need.name:<11} {need.find()}"
    except (RuntimeError, OSError) as reason:
        print(f"  ✘ {need.name:<11} {reason}", file=sys.stderr)
        return None


def main() -> int:
    """Provide everything; the exit status."""
    lines = [_provide(need) for need in NEEDS]
    print("\n".join(line for line in lines if line))
    return 0 if all(lines) else 1


if __name__ == "__main__":
    sys.exit(main())
