"""`gateway policy simulate` in a process of its own: figures, JSON file, refusals, no change."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.security.field_encryption import FieldCipher
from gateway.security.key_ring import KeyRing
from gateway.storage.connect import open_database
from gateway.storage.schema import migrate
from gateway.storage.sealing import Sealer
from tests.end_to_end.city import ALBUMIN, NOW, RECEIVER
from tests.end_to_end.commands import gateway_command
from tests.end_to_end.house import House, Json, open_house
from tests.end_to_end.messages import Message, Result, a_person
from tests.past_reminders import past_reminders, store_past

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]
MONTH = ("--from", "2026-11-01", "--to", "2026-11-30")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A listening gateway on the small city, once on each database, with four reminders."""
    changes: Json = {}
    if request.param == "postgresql":
        changes["database_url"] = request.getfixturevalue("postgres_url")
    async with open_house(tmp_path_factory.mktemp("house"), **changes) as opened:
        await _four_reminders(opened)
        yield opened


async def _four_reminders(house: House) -> None:
    """Albumin of 3 days ago, accepted; of 3 days ago, accepted and undone; of 20; an emergency."""
    accepted = await _offered(house, days=3)
    assert (await house.accept(accepted)).status_code == 200
    undone = await _offered(house, days=3)
    assert (await house.accept(undone)).status_code == 200
    assert (await house.act(undone, "undo", {"reason": "误操作"})).status_code == 200
    await _offered(house, days=20)
    await _offered(house, days=3, visit={"class": "emergency"})


async def _offered(house: House, days: int, **settings: Any) -> Json:
    message = Message(a_person(), [Result(ALBUMIN)], collected=NOW - timedelta(days=days))
    await house.deliver(message)
    return await house.item(message.person, ALBUMIN, **settings)


async def _simulated(house: House, folder: Path, *arguments: str) -> tuple[Json, str, str]:
    """The figures of the JSON file, and what was printed on both streams."""
    file = folder / "simulation.json"
    done = await gateway_command(house, "policy", "simulate", *arguments, "--json", str(file))
    assert done.returncode == 0, done.stderr
    return json.loads(file.read_text("utf-8")), done.stdout, done.stderr


def _moved(figures: Json, outcome: str) -> tuple[Json, Json]:
    (row,) = (each for each in figures["outcomes"] if each["outcome"] == outcome)
    return row["before"], row["after"]


async def test_shorter_window_loses_the_older_result(house: House, tmp_path: Path) -> None:
    asked = ("--parameter", f"window_days[{ALBUMIN}]=10", "--institution", RECEIVER)
    figures, out, err = await _simulated(house, tmp_path, *asked, *MONTH)
    assert figures["parameters"] == [{"name": "window_days", "item": ALBUMIN, "value": "10"}]
    assert (figures["reminders"], figures["lines"], figures["changed"]) == (4, 4, 1)
    before, after = _moved(figures, "RECOGNIZABLE")
    assert (before["lines"], after["lines"]) == (3, 2)
    assert (before["savings"], after["savings"]) == ("8.50", "8.50")
    (kind,) = figures["kinds"]
    assert (kind["before"], kind["after"]) == ("RECOGNIZABLE", "NOT_RECOGNIZABLE")
    (example,) = kind["examples"]
    explained = await house.get(f"/api/v1/determinations/{example['determination_id']}")
    assert explained.json()["outcome"] == "RECOGNIZABLE"
    assert "20天" in example["findings"][0]["after"]["text"]
    for words in ("RECOGNIZABLE", "3 → 2", "4 reminders, 4 lines, 1 with another outcome"):
        assert words in out
    assert "4/4" in err


async def test_lost_acceptance_takes_its_savings_along(house: House, tmp_path: Path) -> None:
    asked = ("--parameter", "window_days=2", "--parameter", "effect_emergency_visit=hint")
    figures, _, _ = await _simulated(house, tmp_path, *asked, *MONTH)
    before, after = _moved(figures, "NOT_RECOGNIZABLE")
    assert (before["accepted"], after["accepted"]) == (0, 1)
    assert (before["savings"], after["savings"]) == ("0.00", "8.50")
    (item,) = figures["by_item"]
    assert (item["item"], item["savings_worse"]) == (ALBUMIN, "8.50")
    told = {(row["code"], row["verdict"]): row for row in figures["exceptions"]}
    established, hinted = told["E07", "established"], told["E07", "hint"]
    assert (established["before"], established["after"]) == (1, 0)
    assert (hinted["before"], hinted["after"]) == (0, 1)


# On an embedded store that nobody has open.


def _command(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "GATEWAY_DATA_DIR": str(folder), "GATEWAY_LOG_LEVEL": "ERROR"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    return subprocess.run(
        [sys.executable, "-c", "from gateway.cli import main; main()", *arguments],
        check=False, capture_output=True, text=True, env=environment, timeout=60,
    )  # fmt: skip


async def test_store_is_the_same_to_the_byte_afterwards(tmp_path: Path) -> None:
    url, ring = f"sqlite:///{tmp_path / 'gateway.sqlite3'}", KeyRing.load(tmp_path / "keys.json")
    await migrate(url)
    async with open_database(url, pool_size=2) as database:
        await store_past(database, Sealer(FieldCipher(ring)), list(past_reminders(20)))
    before = {path.name: _digest(path) for path in tmp_path.iterdir()}
    assert before.keys() == {"gateway.sqlite3", "keys.json"}
    arguments = ("--parameter", "window_days=1", "--from", "2025-06-01", "--to", "2025-12-31")
    done = _command(tmp_path, "policy", "simulate", *arguments)
    assert "20 reminders" in done.stdout
    assert {name: _digest(tmp_path / name) for name in before} == before


def _digest(path: Path) -> tuple[str, int]:
    return hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns
