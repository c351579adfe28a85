"""The policy handbook holds every rule that a test holds, once, and asks for every signature."""

import ast
import csv
import re
from collections import Counter

import pytest

from rules.installed import load_policies
from tests.architecture.policy_handbook import policy_page
from tests.architecture.sources import PROJECT

DOCUMENTS = [policy.id for policy in load_policies().policies]
PAGE = policy_page()


def _chapter(folder: str) -> str:
    title = next(
        line.removeprefix("# ")
        for line in (PROJECT / f"rules/{folder}/text.md").read_text("utf-8").splitlines()
        if line.startswith("# ")
    )
    after = PAGE.split(f"\n## {title}\n")[1]
    return after.split("\n## ")[0]


@pytest.mark.parametrize("folder", DOCUMENTS)
def test_every_rule_under_test_stands_once(folder: str) -> None:
    files = sorted((PROJECT / f"tests/spec/{folder}").glob("test_*.py"))
    names = Counter(
        node.name
        for file in files
        if file.name != "test_coverage.py"
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )
    assert Counter(re.findall(r"（`(test_\w+)`）$", _chapter(folder), re.MULTILINE)) == names


@pytest.mark.parametrize("folder", DOCUMENTS)
def test_every_encoded_paragraph_is_to_be_signed(folder: str) -> None:
    text = (PROJECT / f"rules/{folder}/coverage.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    sections = Counter(
        (section.partition("\n")[0], "签名：" in section)
        for section in _chapter(folder).split("\n### ")[1:]
    )
    for row in rows:
        assert sections[row["paragraph"], bool(row["where"])] == 1, row["paragraph"]


@pytest.mark.parametrize("policy", load_policies().policies, ids=DOCUMENTS)
def test_every_parameter_stands_with_its_source(policy) -> None:  # type: ignore[no-untyped-def]
    for (name, _), values in policy.parameters.series.items():
        assert f"| `{name}` |" in PAGE, name
        assert all(value.used.source in PAGE for value in values), name


def test_document_that_inherits_values_says_from_which() -> None:
    assert "沿用 浙卫发〔2021〕33号 的取值" in _chapter("national_2022")
    assert "沿用" not in _chapter("zhejiang_2021").split("### 其他参数")[1]
