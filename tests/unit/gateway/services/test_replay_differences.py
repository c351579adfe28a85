"""Where two readings differ is named by its place."""

from typing import Any

import pytest

from gateway.services.replay_differences import differences

STORED = {"outcome": "RECOGNIZABLE", "findings": [{"code": "WINDOW", "verdict": "satisfied"}]}


@pytest.mark.parametrize(
    ("again", "lines"),
    [
        (STORED, []),
        (STORED | {"outcome": "EXEMPT"}, ["outcome: RECOGNIZABLE → EXEMPT"]),
        (
            STORED | {"findings": [{"code": "WINDOW", "verdict": "violated"}]},
            ["findings[0].verdict: satisfied → violated"],
        ),
        (STORED | {"edition": "e"}, ["edition: (absent) → e"]),
        ({"outcome": "RECOGNIZABLE"}, [f"findings: {STORED['findings']} → (absent)"]),
        (STORED | {"findings": []}, [f"findings: {STORED['findings']} → []"]),
        (STORED | {"outcome": None}, ["outcome: RECOGNIZABLE → None"]),
    ],
)
def test_each_place_that_differs_has_one_line(again: Any, lines: list[str]) -> None:
    assert list(differences(STORED, again)) == lines
