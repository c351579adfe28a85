"""覆盖表：每个段落要么有代码和规格，要么写明为何不编码。"""

import csv
import importlib
import re
from importlib import resources
from pathlib import Path

import pytest

from tests.spec.zhejiang_2021 import arrange
from tests.spec.zhejiang_2021.toc import CONTENTS

HERE = Path(__file__).parent
PACKAGE = resources.files("rules.zhejiang_2021")
ROWS = list(csv.DictReader((PACKAGE / "coverage.csv").read_text("utf-8").splitlines()))
ENCODED = [row for row in ROWS if row["where"]]


def _tests_of(name: str) -> list[object]:
    module = importlib.import_module(f"tests.spec.zhejiang_2021.{name.removesuffix('.py')}")
    return [value for key, value in vars(module).items() if key.startswith("test_")]


def test_every_paragraph_of_the_text_has_a_row():
    """文件的每个段落在覆盖表中恰有一行，次序相同。"""
    anchors = re.findall(r"^### (.+)$", (PACKAGE / "text.md").read_text("utf-8"), re.MULTILINE)
    assert [row["paragraph"] for row in ROWS] == anchors


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["paragraph"])
def test_paragraph_is_encoded_or_says_why_not(row):
    """每行要么指向代码，要么写明理由，不可兼有。"""
    assert bool(row["where"]) != bool(row["reason"])


@pytest.mark.parametrize("row", ENCODED, ids=lambda row: row["paragraph"])
def test_encoded_paragraph_points_at_existing_code(row):
    """覆盖表所指的模块和函数都存在。"""
    for place in row["where"].split(";"):
        module, name = place.split(":")
        assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize("row", ENCODED, ids=lambda row: row["paragraph"])
def test_encoded_paragraph_has_its_specification(row):
    """每个已编码的段落在目录中有规格文件，文件中有测试。"""
    for name in CONTENTS[row["paragraph"]]:
        assert _tests_of(name)


def test_findings_cite_the_paragraph_that_the_table_names():
    """每条结论引用的段落，与覆盖表给该代码的段落一致。"""
    facts = (arrange.lab_facts(), arrange.imaging_facts())
    cited = {(f.clause, f.code) for each in facts for f in arrange.determined(each).findings}
    listed = {(row["paragraph"], code) for row in ROWS for code in row["code"].split(";") if code}
    assert cited == listed


def test_every_specification_file_stands_in_the_contents():
    """目录没有遗漏任何规格文件。"""
    listed = {name for names in CONTENTS.values() for name in names}
    files = {path.name for path in HERE.glob("test_*.py")} - {Path(__file__).name}
    assert files == listed


def test_every_specification_speaks_chinese():
    """每条规格的说明是临床医生能读的中文句子。"""
    for name in {name for names in CONTENTS.values() for name in names}:
        for test in _tests_of(name):
            assert re.search(r"[\u4e00-\u9fff]", test.__doc__ or ""), test
