"""Debian packages unpacked into `.tools`, for machines where nobody is root.

apt resolves against the machine's own list of installed packages, so only what is missing is
fetched; nothing outside `.tools` is written.
"""

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.services import tools

_APT = tools.UNPACKED / "apt"
_ROOT = tools.UNPACKED / "root"
_BIN = tools.UNPACKED / "bin"
_STATUS = Path("/var/lib/dpkg/status")
# The C library belongs to the running loader: a second one beside it crashes every program.
_NEVER_UNPACKED = ("libc6_", "libc-bin_", "libc6-dev")


def unpack(packages: Sequence[str]) -> None:
    """Fetch the packages with what they depend on and unpack them.

    Raises RuntimeError with apt's own words when that is impossible.
    """
    archives = _APT / "cache" / "archives"
    for folder in (_APT / "lists" / "partial", archives / "partial", _ROOT, _BIN):
        folder.mkdir(parents=True, exist_ok=True)
    _apt("update")
    _apt("install", "--download-only", "--yes", "--no-install-recommends", *packages)
    for archive in sorted(archives.glob("*.deb")):
        if not archive.name.startswith(_NEVER_UNPACKED):
            _run(["dpkg-deb", "-x", str(archive), str(_ROOT)])
        archive.unlink()
    _write_font_configuration()


def install(packages: Sequence[str]) -> None:
    """Install the packages on the machine itself; needs root. Raises RuntimeError."""
    _run(["apt-get", "-qq", "update"])
    _run(["apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages])


def wrap(command: str, program: Path) -> None:
    """Make `.tools/bin/command` start the program with the unpacked libraries and fonts."""
    variables = {
        "LD_LIBRARY_PATH": ":".join(_library_folders()),
        "FONTCONFIG_FILE": str(tools.UNPACKED / "fonts.conf"),
        "DCMDICTPATH": ":".join(map(str, _ROOT.glob("usr/share/libdcmtk*/dicom.dic"))),
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    script = _BIN / command
    script.write_text(
        "\n".join(["#!/bin/sh", *lines, f'exec {shlex.quote(str(program))} "$@"', ""])
    )
    script.chmod(0o755)


def unpacked_program(*candidates: str) -> Path | None:
    """The first of these paths that was unpacked."""
    found = (_ROOT / candidate for candidate in candidates)
    return next((path for path in found if path.exists()), None)


def _library_folders() -> list[str]:
    holders = {path.parent for top in ("usr/lib", "lib") for path in (_ROOT / top).rglob("*.so*")}
    # Plug-in folders need no entry; the multiarch folders and their direct children do.
    return sorted(str(path) for path in holders if len(path.relative_to(_ROOT).parts) <= 4)


def _write_font_configuration() -> None:
    folders = [_ROOT / "usr/share/fonts", Path("/usr/share/fonts")]
    entries = "".join(f"<dir>{folder}</dir>" for folder in folders)
    cache = f"<cachedir>{tools.UNPACKED / 'font-cache'}</cachedir>"
    (tools.UNPACKED / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{entries}{cache}</fontconfig>\n"
    )


def _apt(*arguments: str) -> None:
    options = {
        "Dir::State::lists": _APT / "lists",
        "Dir::State::status": _known_packages(),
        "Dir::Cache": _APT / "cache",
        "Debug::NoLocking": 1,
        "APT::Sandbox::User": "",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    _run(["apt-get", "-qq", *words, *arguments])


def _known_packages() -> Path:
    """dpkg's list of what is installed; an empty one when the system's tools may not be used."""
    if tools.uses_system():
        return _STATUS
    path = _APT / "status"
    path.touch()
    return path


def _run(command: Sequence[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:2])}: {(done.stderr or done.stdout).strip()}")
