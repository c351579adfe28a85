"""`gateway demo` as a newcomer runs it: the whole story, and the city that stays up."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest

from gateway.demo.city import make_city
from gateway.demo.story import STEPS
from item_catalog.loader import load_catalog

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(240)]
COMMAND = [sys.executable, "-c", "from gateway.cli import main; main()", "demo"]


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    ports = {f"GATEWAY_{name}_PORT": "0" for name in ("HTTP", "MLLP", "DICOM")}
    return {**kept, **ports, "GATEWAY_DATA_DIR": str(folder), "COLUMNS": "200"}


def told(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--exit"], env=environment(folder), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, int]:
    folder = tmp_path_factory.mktemp("data") / "demo"
    done = told(folder)
    return folder, done.stdout + done.stderr, done.returncode


def test_story_holds_in_every_step_and_exits_zero(story: tuple[Path, str, int]) -> None:
    _, output, status = story
    assert status == 0, output
    assert f"{len(STEPS)} / {len(STEPS)} 步成立" in output
    assert "✗" not in output
    assert "224/224" in output, "progress shows that every message was answered"


def test_store_and_log_hold_no_name_or_number_in_clear(story: tuple[Path, str, int]) -> None:
    folder, output, _ = story
    catalog = load_catalog()
    people = make_city(date(2026, 1, 1), catalog.edition_on(date(2026, 1, 1))).people
    store = b"".join(path.read_bytes() for path in folder.glob("gateway.sqlite3*"))
    log = (folder / "gateway.log").read_bytes()
    assert len(store) > 100_000
    assert log
    for person in people:
        for secret in (person.resident_id.encode(), person.name.encode()):
            assert secret not in store
            assert secret not in log
        assert person.resident_id not in output


def test_next_run_starts_afresh_and_stays_up(story: tuple[Path, str, int]) -> None:
    folder, _, status = story
    assert status == 0
    with staying(folder) as text:
        address = re.search(r"(http://127\.0\.0\.1:\d+)/workstation#token=(\S+)", text)
        assert address, text
        url, token = address.groups()
        with httpx.Client(base_url=url, trust_env=False) as http:
            assert http.get("/readyz").status_code == 200
            assert http.get("/workstation").status_code == 200
            items = http.get("/api/v1/catalog/items", params={"limit": "1000"}).json()["items"]
            assert len(items) == 273
            question = {
                "institution": "YJ0001",
                "visit": {"id": "V1"},
                "patient": {"identifiers": [{"type": "01", "value": first_number(text)}]},
                "trigger": "arrival",
            }
            headers = {"Authorization": f"Bearer {token}"}
            asked = http.post("/api/v1/reminders", headers=headers, json=question)
            assert asked.json()["items"]


def test_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    done = told(tmp_path)
    assert done.returncode == 1
    assert "invalid_settings" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def first_number(text: str) -> str:
    found = re.search(r"9999\d{13}[\dX]", text)
    assert found
    return found.group()


@contextmanager
def staying(folder: Path) -> Iterator[str]:
    """The demonstration running, with all that it printed; interrupted at the end."""
    process = subprocess.Popen(
        COMMAND,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    printed = []
    for line in process.stdout:
        printed.append(line)
        if "Ctrl-C" in line:
            break
    try:
        yield "".join(printed)
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0, rest
