"""A simulation's totals equal a brute-force recount; nothing is changed; bad questions refused."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.canonical.recognition import EventName
from gateway.errors import InvalidRequest
from gateway.security.field_encryption import FieldCipher, UnreadableField
from gateway.security.key_ring import KeyRing, new_ring
from gateway.services.simulation import Progress, simulate, standing
from gateway.services.simulation_report import report
from gateway.services.simulation_tally import Tally
from gateway.services.simulation_worker import WhatIf
from gateway.storage.connect import open_database
from gateway.storage.read_only import open_read_only
from gateway.storage.reminder_history import PastDecision, ReminderPeriod
from gateway.storage.schema import migrate
from gateway.storage.sealing import Sealer
from rules.outcome import Outcome
from rules.parameter_changes import Change
from tests.past_reminders import DAYS, Past, past_reminders, reminder_id, store_past
from tests.recount import policies_with, recount, recount_of
from tests.spec.zhejiang_2021.arrange import AT, POLICY

COUNT = 900  # three pages, the last one not full
ALL = ReminderPeriod(AT.astimezone(UTC), AT.astimezone(UTC) + timedelta(days=DAYS))
SHORTER = WhatIf((Change("window_days", None, "14"),), None)


@dataclass(frozen=True)
class Store:
    """A store with past reminders."""

    url: str
    ring: KeyRing
    pasts: Sequence[Past]

    async def ask(
        self, question: WhatIf, period: ReminderPeriod = ALL, workers: int = 2,
        progress: Progress = lambda made, total: None, ring: KeyRing | None = None,
    ) -> Tally:  # fmt: skip
        """The answer of a simulation."""
        async with open_read_only(self.url) as reader:
            return await simulate(
                reader, ring or self.ring, period, question, workers, progress
            )  # fmt: skip


async def _filled(url: str, pasts: Sequence[Past]) -> Store:
    await migrate(url)
    ring = new_ring()
    async with open_database(url, pool_size=2) as database:
        await store_past(database, Sealer(FieldCipher(ring)), pasts)
    return Store(url, ring, pasts)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The reminders on each database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'gateway.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_url")
    return asyncio.run(_filled(url, list(past_reminders(COUNT))))


@pytest.fixture(scope="module")
def shorter(store: Store) -> dict[str, Any]:
    """What a shorter window would have done to them."""
    return report(asyncio.run(store.ask(SHORTER)))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A few reminders, embedded."""
    url = f"sqlite:///{tmp_path_factory.mktemp('small') / 'gateway.sqlite3'}"
    return asyncio.run(_filled(url, list(past_reminders(30))))


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("window_days", "14", "14"),
        ("window_days", "60", "60"),
        ("effect_emergency_visit", "hint", '"hint"'),
    ],
)
async def test_totals_equal_a_brute_force_recount(
    store: Store, name: str, value: str, written: str
) -> None:
    seen: list[tuple[int, int]] = []
    question = WhatIf((Change(name, None, value),), None)
    tally = await store.ask(question, progress=lambda made, total: seen.append((made, total)))
    # Counters are equal whatever cells of zero they hold.
    assert recount_of(report(tally)) == recount(store.pasts, policies_with(name, written))
    assert seen[0] == (0, COUNT) and seen[-1] == (COUNT, COUNT)
    assert [made for made, _ in seen] == sorted(made for made, _ in seen)


async def test_figures_are_the_same_on_one_core_and_on_two(
    store: Store, shorter: dict[str, Any]
) -> None:
    assert report(await store.ask(SHORTER, workers=1)) == shorter


def test_report_adds_up(shorter: dict[str, Any]) -> None:
    figures = shorter
    for groups in (figures["by_institution"], figures["by_item"]):
        assert sum(row["lines"] for row in groups) == figures["lines"]
        moved = sum(row["better"] + row["worse"] for row in groups)
        assert moved == figures["changed"] > 0
        recognizable = figures["outcomes"][0]
        for when in ("before", "after"):
            total = sum(row[f"recognizable_{when}"] for row in groups)
            assert total == recognizable[when]["lines"]
            established = sum(row[f"exceptions_{when}"] for row in groups)
            assert established == sum(
                row[when] for row in figures["exceptions"] if row["verdict"] == "established"
            )
    for figure in ("lines", "accepted"):
        sums = [sum(row[w][figure] for row in figures["outcomes"]) for w in ("before", "after")]
        assert sums[0] == sums[1] > 0
    changed = [kind for kind in figures["kinds"] if kind["before"] != kind["after"]]
    assert sum(kind["lines"] for kind in changed) == figures["changed"]


def test_every_kind_of_change_has_an_example_that_shows_it(
    store: Store, shorter: dict[str, Any]
) -> None:
    lines = {
        f"{reminder_id(number)}.{item.key}": item
        for number, past in enumerate(store.pasts)
        for item in past.record.items
    }
    assert shorter["kinds"]
    for kind in shorter["kinds"]:
        assert 1 <= len(kind["examples"]) <= min(3, kind["lines"])
        for example in kind["examples"]:
            assert lines[example["determination_id"]].outcome == kind["before"]
            assert [told["code"] for told in example["findings"]] == kind["clauses"]
            for told in example["findings"]:
                assert told["before"]["verdict"] != told["after"]["verdict"]


async def test_only_the_days_and_the_institution_asked_for_count(small: Store) -> None:
    half = replace(ALL, end=ALL.start + timedelta(days=DAYS // 2), institution="R1")
    expected = [p for p in small.pasts if p.at < half.end and p.institution == "R1"]
    tally = await small.ask(SHORTER, half, workers=1)
    assert tally.reminders == len(expected) > 0
    assert {cell.institution for cell in tally.cells} == {"R1"}


async def test_period_without_reminders_answers_with_zeros(small: Store) -> None:
    later = ReminderPeriod(ALL.end, ALL.end + timedelta(days=1))
    figures = report(await small.ask(SHORTER, later, workers=1))
    assert (figures["reminders"], figures["changed"], figures["kinds"]) == (0, 0, [])


async def test_policy_that_decided_changes_nothing_again(small: Store) -> None:
    figures = report(await small.ask(WhatIf((), POLICY.id), workers=1))
    assert (figures["changed"], figures["kinds"]) == (0, [])
    assert figures["lines"] > 0


@pytest.mark.parametrize(
    "question",
    [
        WhatIf((Change("window_day", None, "14"),), None),
        WhatIf((Change("window_days", None, "soon"),), None),
        WhatIf((), "zhejiang_1999"),
    ],
)
async def test_question_without_sense_is_refused(small: Store, question: WhatIf) -> None:
    with pytest.raises(InvalidRequest):
        await small.ask(question)


async def test_line_of_a_policy_that_is_gone_is_refused(tmp_path: Path) -> None:
    (past,) = past_reminders(1)
    items = tuple(replace(item, line=item.line | {"policy": "gone"}) for item in past.record.items)
    url = f"sqlite:///{tmp_path / 'gateway.sqlite3'}"
    old = await _filled(url, [replace(past, record=replace(past.record, items=items))])
    with pytest.raises(InvalidRequest, match="gone"):
        await old.ask(SHORTER, workers=1)


async def test_other_keys_open_nothing(small: Store) -> None:
    with pytest.raises(UnreadableField):
        await small.ask(SHORTER, workers=1, ring=new_ring())


def _decision(name: EventName, key: str = "k", fen: int | None = None) -> PastDecision:
    return PastDecision(b"v", "R1", key, name, "r", fen)


def test_only_acceptances_that_stand_count() -> None:
    accepted, undone = EventName.RECOGNITION_ACCEPTED, EventName.RECOGNITION_UNDONE
    decisions = [
        _decision(accepted, "stands", 850),
        _decision(accepted, "undone", 850),
        _decision(undone, "undone"),
        _decision(accepted, "again", 1),
        _decision(undone, "again"),
        _decision(accepted, "again", 2),
        _decision(accepted, "turned", 850),
        _decision(EventName.RECOGNITION_REJECTED, "turned"),
        _decision(accepted, "unpriced", None),
    ]
    assert standing(decisions) == {
        ("r", "stands"): 850,
        ("r", "again"): 2,
        ("r", "unpriced"): None,
    }


def test_outcomes_are_reported_best_first() -> None:
    figures = report(Tally())
    assert [row["outcome"] for row in figures["outcomes"]] == [
        outcome.value for outcome in reversed(Outcome)
    ]
