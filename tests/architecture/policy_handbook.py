"""The policy as clinicians sign it: every paragraph, how it is determined, its values, in Chinese.

Made from the text, the coverage table, the parameters and the specs of each document in `rules/`,
so that no sentence stands here that no test holds.
"""

import ast
import csv
import importlib
import inspect
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from item_catalog.catalog import Catalog
from item_catalog.loader import load_catalog
from rules.installed import load_policies
from rules.wording import CLAUSES, OUTCOMES
from tests.architecture.sources import PROJECT

_SPECS = PROJECT / "tests/spec"
_ANCHOR = re.compile(r"^### (.+)$", re.MULTILINE)
_LINE = "_" * 16
_SIGNATURE = f"> 临床审阅：□ 同意 □ 修改：{_LINE} 签名：{_LINE} 日期：{_LINE}"
_HEAD = """\
# 政策手册

本手册由程序文件生成：原文、逐段判定规则、可调参数和出处。“判定规则”的每一句都对应一条自动测试，
句后括号内是测试名；测试不通过，系统不得发布。请临床、检验、影像和医务管理人员逐段审阅并签名。

系统只作**判定**，是否认可由诊治医生**决定**（四（二））。判定结果共五种，由差到好：{outcomes}。
任何一条不符合即为“不符合互认条件”；例外情形只使结果“不受互认限制”，从不替医生作决定；提示不改变判定结果。"""


@dataclass(frozen=True, slots=True)
class _Document:
    """One document: its folder, title, paragraphs with their text, and what says the rest."""

    name: str
    title: str
    about: str
    text: Mapping[str, str]
    coverage: Mapping[str, Mapping[str, str]]
    contents: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, Any]


def policy_page() -> str:
    """The whole page."""
    outcomes = "、".join(OUTCOMES.values())
    documents = list(_documents())
    chapters = [_chapter(document, documents) for document in documents]
    return "\n\n".join([_HEAD.format(outcomes=outcomes), *chapters])


def _documents() -> Iterator[_Document]:
    folders = (f for f in resources.files("rules").iterdir() if (f / "coverage.csv").is_file())
    for folder in sorted(folders, key=lambda each: each.name, reverse=True):
        yield _document(folder)


def _document(folder: Traversable) -> _Document:
    start, *parts = _ANCHOR.split((folder / "text.md").read_text("utf-8"))
    title, _, about = start.removeprefix("# ").partition("\n")
    rows = csv.DictReader((folder / "coverage.csv").read_text("utf-8").splitlines())
    return _Document(
        name=folder.name,
        title=title.strip(),
        about=about.strip().partition("\n")[0],
        text=dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True)),
        coverage={row["paragraph"]: row for row in rows},
        contents=importlib.import_module(f"tests.spec.{folder.name}.toc").CONTENTS,
        parameters=tomllib.loads((folder / "parameters.toml").read_text("utf-8")),
    )


def _chapter(document: _Document, documents: Sequence[_Document]) -> str:
    told: dict[str, str] = {}
    by_paragraph = _parameters_by_paragraph(document)
    sections = [
        _section(document, paragraph, told, by_paragraph[paragraph]) for paragraph in document.text
    ]
    rest = by_paragraph[""]
    if rest:
        sections.append(f"### 其他参数\n\n{_parameter_table(rest)}\n\n{_SIGNATURE}")
    sections += _inherited(document, documents)
    return "\n\n".join([f"## {document.title}", document.about, *sections])


def _inherited(document: _Document, documents: Sequence[_Document]) -> list[str]:
    """From which document the policy takes the values that it does not state."""
    series = load_policies().policy(document.name).parameters.series
    missing = {name for name, _ in series} - document.parameters.keys()
    titles = [each.title for each in documents if missing and missing <= each.parameters.keys()]
    return [f"本文件未另作规定的参数，沿用 {title} 的取值。" for title in titles]


def _section(
    document: _Document, paragraph: str, told: dict[str, str], parameters: list[dict[str, Any]]
) -> str:
    """One paragraph; sentences that stand at an earlier one are referred to."""
    row = document.coverage[paragraph]
    blocks = [f"### {paragraph}", f"> 原文：{document.text[paragraph]}".replace("\n", "\n> ")]
    if row["reason"]:
        blocks.append(f"不编码为判定条款：{row['reason']}。")
        return "\n\n".join(blocks)
    codes = "、".join(f"{CLAUSES[code]}（{code}）" for code in row["code"].split(";") if code)
    if codes:
        blocks.append(f"条款：{codes}")
    blocks += [_rules(document, name, paragraph, told) for name in document.contents[paragraph]]
    if parameters:
        blocks.append(f"可调参数：\n\n{_parameter_table(parameters)}")
    places = "、".join(f"`{place}`" for place in row["where"].split(";"))
    return "\n\n".join([*blocks, f"实现：{places}", _SIGNATURE])


def _rules(document: _Document, file: str, paragraph: str, told: dict[str, str]) -> str:
    if file in told:
        return f"另见 {told[file]} 的判定规则（`{file}`）。"
    told[file] = paragraph
    title, sentences = _spec(document.name, file)
    return "\n".join([f"判定规则（{title}）：\n", *(f"- {s}（`{test}`）" for test, s in sentences)])


def _spec(folder: str, file: str) -> tuple[str, list[tuple[str, str]]]:
    """The heading of a spec file, and its tests with their sentences."""
    tree = ast.parse((_SPECS / folder / file).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    tests = [n for n in tree.body if isinstance(n, functions) and n.name.startswith("test_")]
    return _one_line(tree).rstrip("。"), [(test.name, _one_line(test)) for test in tests]


def _one_line(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The first paragraph of a docstring; Chinese lines are joined without a space."""
    first = (ast.get_docstring(node) or "").split("\n\n")[0]
    return re.sub(r"\s*\n\s*", "", first)


def _parameters_by_paragraph(document: _Document) -> dict[str, list[dict[str, Any]]]:
    """Each parameter under the paragraph that its sources name first, else whose code reads it."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, table in document.parameters.items():
        sources = " ".join(value["source"] for value in table["values"])
        place = _first_named(sources, document) or _first_reader(name, document)
        found[place].append({"name": name, **table})
    return found


def _first_named(source: str, document: _Document) -> str:
    places = [
        (source.index(paragraph), -len(paragraph), paragraph)
        for paragraph, row in document.coverage.items()
        if paragraph in source and not row["reason"]
    ]
    return min(places)[2] if places else ""


def _first_reader(name: str, document: _Document) -> str:
    """The first paragraph whose code reads the parameter."""
    return next(
        (paragraph for paragraph, code in _code(document) if f'"{name}"' in code), ""
    )  # fmt: skip


def _code(document: _Document) -> Iterator[tuple[str, str]]:
    """Each encoded paragraph with the text of a module that encodes it."""
    for paragraph, row in document.coverage.items():
        for place in filter(None, row["where"].split(";")):
            module, name = place.split(":")
            made_in = getattr(getattr(importlib.import_module(module), name), "__module__", module)
            yield paragraph, inspect.getsource(importlib.import_module(made_in))


def _parameter_table(parameters: list[dict[str, Any]]) -> str:
    rows = [
        "| " + " | ".join([f"`{each['name']}`", each["meaning"], *_cells(value)]) + " |"
        for each in parameters
        for value in each["values"]
    ]
    head = ["| 参数 | 含义 | 取值 | 适用项目 | 有效期 | 出处 |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


def _cells(value: Mapping[str, Any]) -> list[str]:
    """Value, items, days and source of one dated value."""
    shown, day = value["value"], value["checked"]
    items = "、".join(_named(code, day) for code in value["items"]) if "items" in value else "全部"
    end = value.get("valid_to")
    days = f"{value['valid_from']} 起" if end is None else f"{value['valid_from']} 至 {end}"
    words = "、".join(_named(word, day) for word in (shown if isinstance(shown, list) else [shown]))
    return [words or "（无）", items, days, value["source"]]


def _named(word: object, day: date) -> str:
    """A catalogue item with its name, anything else as it is."""
    item = _catalog().edition_on(day).find(str(word))
    return f"{item.name} {item.code}" if item else str(word)


@cache
def _catalog() -> Catalog:
    return load_catalog()
