"""`make viewer`: installs the image viewer OHIF (MIT licence) into a folder, never into git.

Fetches the published package by `npm pack`, which needs no build; checks its digest; leaves out
what the gateway never opens (models, slide microscopy, source maps); adapts it to /viewer/. What it
replaces must be there exactly as expected, so that another release cannot be half adapted.
"""

import base64
import gzip
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@ohif/app@3.13.2"
SHA512 = "WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA=="
_CONFIG = Path(__file__).with_name("app-config.js")
_INSIDE = "package/dist/"
_LEFT_OUT = ("ort/", "dicom-microscopy-viewer/", "customizations/", "google.js", "sw.js")
_SERVICE_WORKER = '<script rel="preload" as="script" type="module" src="/init-service-worker.js">'
_INLINE_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)
_ROOT_ADDRESS = re.compile(r'(src|href)="/')
_PUBLIC_PATH = '__webpack_require__.p = "/"'
_MOUNT = "/viewer/"
_MOUNTED_PATH = f'__webpack_require__.p = "{_MOUNT}"'
_PACKED = frozenset({".js", ".css", ".wasm", ".svg"})
_SMALLEST_PACKED = 10_000


def main(target: Path) -> None:
    """Install into `target`, replacing what stood there only when everything is ready."""
    with tempfile.TemporaryDirectory(dir=_made(target.parent)) as folder:
        site = Path(folder) / "site"
        unpack(fetch(Path(folder)), site)
        adapt(site)
        pack(site)
        site.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        site.rename(target)
    sys.stdout.write(f"viewer installed in {target}\n")


def fetch(folder: Path) -> Path:
    """The package's archive, checked; raises SystemExit for another digest."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch the viewer; it is not needed to run it")
    command = [npm, "pack", PACKAGE, "--silent"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    (archive,) = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise SystemExit(f"{PACKAGE}: the archive has another digest than expected")
    return archive


def unpack(archive: Path, site: Path) -> None:
    """The built site without the parts that are left out."""
    with tarfile.open(archive) as tar:
        for member in tar:
            name = member.name.removeprefix(_INSIDE)
            wanted = member.isfile() and name != member.name and ".." not in Path(name).parts
            if not wanted or name.startswith(_LEFT_OUT) or name.endswith(".map"):
                continue
            source = tar.extractfile(member)
            path = site / name
            _made(path.parent)
            if source is not None:
                path.write_bytes(source.read())


def adapt(site: Path) -> None:
    """Let the site run under /viewer/ with our configuration and without inline scripts."""
    index = site / "index.html"
    html = _INLINE_SCRIPT.sub("", index.read_text(encoding="utf-8"))
    if _SERVICE_WORKER not in html:
        raise SystemExit("index.html is not as expected")
    html = html.replace(f"{_SERVICE_WORKER}</script>", "").replace('lang="en"', 'lang="zh-CN"')
    index.write_text(_ROOT_ADDRESS.sub(rf'\1="{_MOUNT}', html), encoding="utf-8")
    bundles = [path for path in site.glob("*.js") if _replace(path, _PUBLIC_PATH, _MOUNTED_PATH)]
    if not any(path.name.startswith("app.bundle.") for path in bundles):
        raise SystemExit("the application bundle is not as expected")
    for path in site.glob("*.css"):
        _replace(path, "url(/", f"url({_MOUNT}")
    shutil.copyfile(_CONFIG, site / "app-config.js")


def pack(site: Path) -> None:
    """A packed copy beside each large text, served to browsers that take it."""
    for path in site.rglob("*"):
        if path.suffix in _PACKED and path.stat().st_size > _SMALLEST_PACKED:
            path.with_name(f"{path.name}.gz").write_bytes(
                gzip.compress(path.read_bytes(), 6, mtime=0)
            )


def _replace(path: Path, old: str, new: str) -> bool:
    text = path.read_text(encoding="utf-8")
    if old in text:
        path.write_text(text.replace(old, new), encoding="utf-8")
    return old in text


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    main(Path(sys.argv[1]))
