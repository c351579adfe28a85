"""Catalogs for the tests: the packaged one, and copies of edition folders that may be spoiled."""

import csv
import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

import item_catalog
from item_catalog.catalog import Catalog, Edition
from item_catalog.defects import Defect
from item_catalog.loader import check_catalog, load_catalog

PACKAGED = Path(item_catalog.__file__).parent / "editions" / "zhejiang_2021"
SYNTHETIC = Path(__file__).parent / "editions" / "synthetic_2024"


@dataclass(frozen=True, slots=True)
class EditionsFolder:
    """A writable folder of editions."""

    path: Path

    def add(self, source: Path) -> "EditionsFolder":
        """Copy an edition folder into this one."""
        shutil.copytree(source, self.path / source.name)
        return self

    def file(self, name: str) -> Path:
        """A file of the only edition here."""
        (edition,) = self.path.iterdir()
        return edition / name

    def replace(self, name: str, old: str, new: str) -> "EditionsFolder":
        """Replace a text that stands exactly once, leaving the pins as they were."""
        file = self.file(name)
        text = file.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        file.write_text(text.replace(old, new), "utf-8")
        return self

    def set_cell(self, name: str, row: int, column: str, value: str) -> "EditionsFolder":
        """Write one cell (the header line is row 1), leaving the pins as they were."""
        file = self.file(name)
        with file.open(encoding="utf-8", newline="") as lines:
            records = list(csv.reader(lines))
        records[row - 1][records[0].index(column)] = value
        with file.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows(records)
        return self

    def repin(self, name: str) -> "EditionsFolder":
        """Pin a changed file anew, so that only the change itself can be a defect."""
        data = self.file(name).read_bytes()
        manifest = self.file("EDITION.toml")
        pin = f'[files."{name}"]\nrows = {data.count(10) - 1}\n'
        pin += f'sha256 = "{hashlib.sha256(data).hexdigest()}"'
        pattern = rf'\[files\."{re.escape(name)}"\]\nrows = \d+\nsha256 = "\w+"'
        text, changes = re.subn(pattern, pin, manifest.read_text("utf-8"))
        assert changes == 1
        manifest.write_text(text, "utf-8")
        return self

    def defects(self) -> list[Defect]:
        """What the check says of this folder."""
        return check_catalog(self.path)

    def load(self) -> Catalog:
        """The catalog of this folder."""
        return load_catalog(self.path)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="session")
def edition(catalog: Catalog) -> Edition:
    return catalog.edition_on(date(2021, 10, 14))


@pytest.fixture
def editions_folder(tmp_path: Path) -> EditionsFolder:
    return EditionsFolder(tmp_path)


@pytest.fixture
def packaged_copy(editions_folder: EditionsFolder) -> EditionsFolder:
    return editions_folder.add(PACKAGED)


@pytest.fixture
def two_editions(editions_folder: EditionsFolder) -> Catalog:
    return editions_folder.add(PACKAGED).add(SYNTHETIC).load()


@pytest.fixture
def lab_code(edition: Edition) -> Callable[[int], str]:
    """Code of a row of 附件1 by its printed number."""
    return lambda seq: edition.lab_items[seq - 1].code


@pytest.fixture
def imaging_code(edition: Edition) -> Callable[[int], str]:
    """Code of a row of 附件2 by its printed number."""
    return lambda seq: edition.imaging_items[seq - 1].code
