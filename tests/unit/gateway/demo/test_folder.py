from pathlib import Path

import pytest

from gateway.demo.folder import fresh_folder
from gateway.errors import InvalidSettings


def test_folder_of_an_earlier_demo_is_emptied(tmp_path: Path) -> None:
    folder = fresh_folder(tmp_path / "demo")
    (folder / "gateway.sqlite3").write_text("old")
    assert [path.name for path in fresh_folder(folder).iterdir()] == [".recognition-demo"]


def test_folder_of_somebody_else_is_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(InvalidSettings):
        fresh_folder(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_empty_folder_is_taken(tmp_path: Path) -> None:
    assert fresh_folder(tmp_path) == tmp_path
