"""The glossary speaks of things that exist."""

import re

import pytest

from tests.architecture.sources import PROJECT, classes

#: A class name in the first column: capital first letter, and a lower-case one somewhere.
CLASS_NAME = re.compile(r"`([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)`")


def names_in_first_column() -> list[str]:
    lines = (PROJECT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    cells = [line.split("|")[1] for line in lines if line.startswith("| ")]
    return [name for cell in cells for name in CLASS_NAME.findall(cell)]


def test_glossary_names_many_classes() -> None:
    assert len(names_in_first_column()) >= 25


@pytest.mark.parametrize("name", names_in_first_column())
def test_glossary_class_exists(name: str) -> None:
    assert name in classes()
