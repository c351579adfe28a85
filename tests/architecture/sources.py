"""The project's own modules, read as syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("gateway", "adapters", "rules", "item_catalog")


@dataclass(frozen=True, slots=True)
class Module:
    """One source file; `path` is relative to the project."""

    path: str
    text: str
    tree: ast.Module


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the four packages, by path."""
    files = sorted(file for package in PACKAGES for file in (PROJECT / package).rglob("*.py"))
    return tuple(_read(file) for file in files)


def _read(file: Path) -> Module:
    text = file.read_text(encoding="utf-8")
    return Module(file.relative_to(PROJECT).as_posix(), text, ast.parse(text))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of the module, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def classes() -> set[str]:
    """The names of all classes of the four packages, and of type aliases at module level."""
    found: set[str] = set()
    for module in modules():
        found |= {node.name for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)}
        found |= {
            statement.target.id
            for statement in module.tree.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        }
    return found


def defined_names(module: Module) -> Iterator[tuple[str, int]]:
    """Every name the module gives to something of its own, with the line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
