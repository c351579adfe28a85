"""A determination is replayed after a newer edition of the catalogue was installed."""

import json
import os
import shutil
from pathlib import Path

import pytest

import item_catalog
from tests.end_to_end.city import ALBUMIN, CALCIUM, LIPIDS, NOW
from tests.end_to_end.commands import python_script
from tests.end_to_end.house import House
from tests.end_to_end.messages import Message, Result, a_person

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]
REPOSITORY = Path(__file__).parents[2]
NEWER = REPOSITORY / "tests/unit/item_catalog/editions/synthetic_2024"
#: The new installation: its edition on the day of the tests, whether that holds three items, and
#: the replay of the determinations named on the command line.
_ASK = f"""
import asyncio, datetime, json, sys
from gateway import operations
from gateway.settings import Settings
from item_catalog.loader import load_catalog

edition = load_catalog().edition_on(datetime.date({NOW.year}, {NOW.month}, {NOW.day}))
listed = [edition.find(code) is not None for code in ("{ALBUMIN}", "{CALCIUM}", "{LIPIDS}")]
replays = [asyncio.run(operations.replay(Settings(), name)).text for name in sys.argv[1:]]
print(json.dumps([edition.id, listed, replays]))
"""


@pytest.fixture
def newer_installation(tmp_path: Path) -> str:
    """A Python path on which the packages come with one more edition folder."""
    package = tmp_path / "item_catalog"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(item_catalog.__file__).parent, package, ignore=ignore)
    shutil.copytree(NEWER, package / "editions" / NEWER.name)
    return os.pathsep.join([str(tmp_path), str(REPOSITORY)])


async def test_replay_is_identical_after_a_newer_edition_was_installed(
    house: House, newer_installation: str
) -> None:
    person = a_person()
    fats = [Result("25030300100"), Result("25030300400"), Result("25030300500")]
    await house.deliver(Message(person, [Result(ALBUMIN), Result(CALCIUM), *fats]))
    answer = await house.remind(person, ALBUMIN, CALCIUM, LIPIDS)
    assert answer["catalog_edition"] == "zhejiang_2021"
    outcomes = [each["outcome"] for each in answer["items"]]
    assert outcomes == ["RECOGNIZABLE", "RECOGNIZABLE", "DISCRETIONARY"]

    names = [each["determination_id"] for each in answer["items"]]
    asked = await python_script(house, _ASK, newer_installation, *names)
    edition, listed, replays = json.loads(asked.stdout)
    assert (edition, listed) == ("synthetic_2024", [True, False, False])
    assert replays == [f"{name}: identical" for name in names]


async def test_explanation_stays_what_it_was(house: House) -> None:
    person = a_person()
    await house.deliver(Message(person, [Result(ALBUMIN)]))
    item = await house.item(person, ALBUMIN)
    path = f"/api/v1/determinations/{item['determination_id']}"
    before = (await house.get(path)).json()
    house.clock.advance(days=200)
    after = await house.get(path)
    assert after.json() == before
