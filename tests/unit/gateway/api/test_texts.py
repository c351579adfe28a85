"""Both languages of the pages say the same things, and every word asked for exists."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from gateway.canonical.lab import ReportStatus
from gateway.canonical.order import VisitClass, VisitPurpose
from gateway.canonical.recognition import DecisionState
from gateway.security.roles import Role
from rules.outcome import Outcome, Verdict
from rules.wording import CLAUSES
from rules.zhejiang_2021.indicators import indicators

WEB = Path(str(files("gateway") / "web"))
TEXTS = {
    language: json.loads((WEB / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    for language in ("zh", "en")
}
SOURCES = [*(WEB / "static").glob("*.js"), *(WEB / "templates").glob("*.html")]
ASKED = re.compile(r"""(?:\bt\(|\bt\[)"([\w.]+)"[)\],]""")
PLACEHOLDER = re.compile(r"\{\w+\}")


def test_languages_hold_the_same_keys() -> None:
    terms = {key for key in TEXTS["en"] if key.startswith("term.")}
    assert TEXTS["en"].keys() - terms == TEXTS["zh"].keys()


def test_languages_fill_in_the_same_values() -> None:
    for key, text in TEXTS["zh"].items():
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(TEXTS["en"][key])), key


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_text_asked_for_exists(source: Path) -> None:
    asked = set(ASKED.findall(source.read_text(encoding="utf-8")))
    assert asked <= TEXTS["zh"].keys()


def test_every_term_of_the_policy_has_its_english_word() -> None:
    terms = {*Outcome, *Verdict, *CLAUSES}
    assert {f"term.{term}" for term in terms} <= TEXTS["en"].keys()


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("role", Role),
        ("class", VisitClass),
        ("purpose", VisitPurpose),
        ("status", ReportStatus),
        ("state", set(DecisionState) - {DecisionState.OPEN}),
        ("indicator", {figure.name for figure in indicators((), ())}),
        ("definition", {figure.name for figure in indicators((), ())}),
    ],
)
def test_every_word_of_a_list_has_its_text(prefix: str, words: set[str]) -> None:
    assert {f"{prefix}.{word}" for word in words} <= TEXTS["zh"].keys()
