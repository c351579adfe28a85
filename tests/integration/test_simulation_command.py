"""What `gateway policy simulate` refuses, and that it makes nothing where there is nothing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.security.key_ring import KeyRing

MONTH = ("--from", "2026-11-01", "--to", "2026-11-30")
ASKED = ("--parameter", "window_days=1")


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the embedded store, empty."""
    monkeypatch.setenv("GATEWAY_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("GATEWAY_DATABASE_URL", raising=False)
    return tmp_path


def _simulate(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["policy", "simulate", *arguments])


@pytest.mark.parametrize("text", ["window_days", "=3", "window_days[x=3"])
def test_text_that_is_no_change_is_refused(data_dir: Path, text: str) -> None:
    KeyRing.load(data_dir / "keys.json")
    done = _simulate("--parameter", text, *MONTH)
    assert done.exit_code == 1
    assert "neither NAME=VALUE nor NAME[ITEM]=VALUE" in done.stderr


def test_question_without_difference_is_refused() -> None:
    done = _simulate(*MONTH)
    assert done.exit_code == 2
    assert "say what would be different" in done.stderr


def test_period_that_ends_before_it_begins_is_refused() -> None:
    done = _simulate(*ASKED, "--from", "2026-11-30", "--to", "2026-11-01")
    assert done.exit_code == 1
    assert "the period ends before it begins" in done.stderr


def test_nothing_is_made_where_there_is_no_key_file(data_dir: Path) -> None:
    done = _simulate(*ASKED, *MONTH)
    assert done.exit_code == 1
    assert "there is no key file" in done.stderr
    assert list(data_dir.iterdir()) == []


def test_nothing_is_made_where_there_is_no_store(data_dir: Path) -> None:
    KeyRing.load(data_dir / "keys.json")
    done = _simulate(*ASKED, *MONTH)
    assert done.exit_code == 1
    assert "there is no database yet" in done.stderr
    assert [path.name for path in data_dir.iterdir()] == ["keys.json"]
