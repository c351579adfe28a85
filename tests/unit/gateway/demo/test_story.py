import io
import socket
from typing import Any, cast

import httpx
import pytest
from rich.console import Console

from gateway.demo.free_ports import with_free_ports
from gateway.demo.stage import Seen, Stage, Step, find, line, outcome_is, verdict
from gateway.demo.story import STEPS, all_hold, play, show
from gateway.demo.workstation import acceptance_of, reports_of
from gateway.settings import Settings

STAGE = cast(Stage, None)
ITEM: dict[str, Any] = {
    "item": {"code": "25030100200", "name": "白蛋白"},
    "outcome": "DISCRETIONARY",
    "report": {"id": "r1", "version": 2},
    "reports": [{"id": "r1", "version": 2}, {"id": "r2", "version": 1}],
    "findings": [
        {"code": "TIER", "clause": "二（二）", "verdict": "satisfied", "text": "符合"},
        {"code": "SYSTEM", "clause": "附件1", "verdict": "discretionary", "text": "不同"},
        {"code": "TIER", "clause": "二（二）", "verdict": "violated", "text": "不符合"},
    ],
}


async def good(_stage: Stage) -> Seen:
    return Seen("在", True)


async def bad(_stage: Stage) -> Seen:
    return Seen("不在", False)


async def broken(_stage: Stage) -> Seen:
    raise LookupError("提醒中没有项目")


async def refused(_stage: Stage) -> Seen:
    request = httpx.Request("GET", "http://127.0.0.1/")
    httpx.Response(403, request=request).raise_for_status()
    return Seen("", True)


async def test_step_that_fails_stops_no_other() -> None:
    steps = tuple(Step(str(n), "", each) for n, each in enumerate((broken, refused, bad, good)))
    played = await play(STAGE, steps)
    assert [each.seen.holds for each in played] == [False, False, False, True]
    assert [each.seen.text for each in played][:2] == ["LookupError 提醒中没有项目", "HTTP 403"]
    assert not all_hold(played)


async def test_story_holds_only_when_every_step_holds() -> None:
    assert all_hold(await play(STAGE, (Step("一", "", good), Step("二", "", good))))
    assert not all_hold(await play(STAGE, (Step("一", "", good), Step("二", "", bad))))


async def test_table_shows_step_expected_and_seen() -> None:
    screen = io.StringIO()
    show(Console(file=screen, width=120), await play(STAGE, (Step("到院", "列出", good),)))
    assert all(word in screen.getvalue() for word in ("到院", "列出", "在", "✓", "1 / 1 步成立"))


def test_story_covers_arrival_to_replay() -> None:
    titles = [step.title for step in STEPS]
    assert len(titles) == len(set(titles)) >= 40


def test_verdict_is_the_worst_of_a_clause() -> None:
    assert verdict(ITEM, "TIER") == "violated"
    assert verdict(ITEM, "EQA") == ""
    assert outcome_is(ITEM, "DISCRETIONARY", "SYSTEM", "discretionary").holds
    assert not outcome_is(ITEM, "RECOGNIZABLE").holds
    assert not outcome_is(ITEM, "DISCRETIONARY", "TIER", "satisfied").holds


def test_missing_line_is_named() -> None:
    assert find({"items": [ITEM]}, "25030100200") is ITEM
    with pytest.raises(LookupError, match="25030790100"):
        line({"items": [ITEM]}, "25030790100")


def test_acceptance_names_versions_and_findings_against() -> None:
    assert acceptance_of(ITEM) == {
        "acknowledged": ["SYSTEM", "TIER"],
        "reports": [{"id": "r1", "version": 2}, {"id": "r2", "version": 1}],
    }
    assert reports_of({"report": {"id": "r1", "version": 2}}) == [{"id": "r1", "version": 2}]


def test_taken_default_port_is_replaced_and_a_chosen_one_kept() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = taken.getsockname()[1]
        by_default = Settings.model_construct(_fields_set={"data_dir"}, mllp_port=busy)
        assert with_free_ports(by_default).mllp_port == 0
        assert with_free_ports(Settings(mllp_port=busy)).mllp_port == busy
