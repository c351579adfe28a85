"""覆盖表：每个段落要么有代码和规格，要么写明为何不编码。"""

import csv
import importlib
import re
from importlib import resources
from pathlib import Path

import pytest

from rules.engine import determine
from rules.national_2022 import load_policy
from tests.spec.national_2022.toc import CONTENTS
from tests.spec.zhejiang_2021 import arrange

HERE = Path(__file__).parent
PACKAGE = resources.files("rules.national_2022")
ROWS = list(csv.DictReader((PACKAGE / "coverage.csv").read_text("utf-8").splitlines()))
ENCODED = [row for row in ROWS if row["where"]]


def _tests_of(name: str) -> list[object]:
    module = importlib.import_module(f"tests.spec.national_2022.{name.removesuffix('.py')}")
    return [value for key, value in vars(module).items() if key.startswith("test_")]


def test_every_paragraph_of_the_text_has_a_row():
    """文件的每个要点在覆盖表中恰有一行，次序相同。"""
    anchors = re.findall(r"^### (.+)$", (PACKAGE / "text.md").read_text("utf-8"), re.MULTILINE)
    assert [row["paragraph"] for row in ROWS] == anchors


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["paragraph"])
def test_paragraph_is_encoded_or_says_why_not(row):
    """每行要么指向代码，要么写明理由，不可兼有。"""
    assert bool(row["where"]) != bool(row["reason"])


@pytest.mark.parametrize("row", ENCODED, ids=lambda row: row["paragraph"])
def test_encoded_paragraph_has_code_and_specification(row):
    """已编码的要点所指的代码存在，并有规格。"""
    module, name = row["where"].split(":")
    assert hasattr(importlib.import_module(module), name)
    for file in CONTENTS[row["paragraph"]]:
        assert _tests_of(file)


def test_findings_cite_the_paragraph_that_the_table_names():
    """每条结论引用的条目，与覆盖表给该代码的条目一致。"""
    policy = load_policy()
    found = [determine(f, policy) for f in (arrange.lab_facts(), arrange.imaging_facts())]
    cited = {(f.clause, f.code) for each in found for f in each.findings}
    listed = {(row["paragraph"], code) for row in ROWS for code in row["code"].split(";") if code}
    assert cited == listed


def test_every_specification_stands_in_the_contents_and_speaks_chinese():
    """目录没有遗漏任何规格文件；每条规格的说明是临床医生能读的中文句子。"""
    listed = {name for names in CONTENTS.values() for name in names}
    assert {path.name for path in HERE.glob("test_*.py")} - {Path(__file__).name} == listed
    for name in listed:
        for test in _tests_of(name):
            assert re.search(r"[\u4e00-\u9fff]", test.__doc__ or ""), test
