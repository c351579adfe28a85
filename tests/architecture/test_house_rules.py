"""Sizes, names and privacy habits that no linter of others knows."""

import ast
import tomllib
from importlib.metadata import packages_distributions

import pytest

from gateway.log import ALLOWED_KEYS
from gateway.storage.tables import metadata
from tests.architecture.sources import (
    PACKAGES,
    PROJECT,
    Module,
    defined_names,
    functions,
    modules,
)

LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
#: A migration is one flat list of columns; cutting it up would hide the schema it makes.
MIGRATIONS = "gateway/storage/migrations/versions/"
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "bind"}

#: Words the glossary rules out in names, each with what to write instead.
RULED_OUT = {
    "exam": "imaging",
    "exams": "imaging",
    "sharing": "recognition",
    "prompt": "reminder",
    "popup": "reminder",
    "alert": "reminder or critical_value",
    "doctor": "treating_physician or practitioner",
    "excuse": "repeat reason",
    "redo": "repeat",
    "badge": "recognition_mark",
    "inspection": "imaging",
    "expiry": "validity_period",
    "ttl": "validity_period",
    "accuracy": "diagnostic concordance rate",
}

#: What has to be found before anybody knows whose it is (ADR 3).
FOUND_BEFORE_THE_PATIENT = {"submission", "report_identity", "patient_identifier"}


def words(name: str) -> set[str]:
    spaced = "".join(f"_{letter}" if letter.isupper() else letter for letter in name)
    return {word.lower() for word in spaced.split("_") if word}


def is_logger(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name.lower().strip("_") in {"log", "logger"}


def test_package_root_stays_empty() -> None:
    assert (PROJECT / "gateway/__init__.py").read_text() == ""


def test_modules_stay_below_the_ceiling() -> None:
    long = {module.path: module.text.count("\n") for module in modules()}
    assert {path: lines for path, lines in long.items() if lines > LONGEST_MODULE} == {}


def test_functions_stay_below_the_ceiling() -> None:
    long = [
        f"{module.path}:{function.lineno} {function.name}"
        for module in modules()
        for function in functions(module)
        if not module.path.startswith(MIGRATIONS)
        and (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_names_avoid_ruled_out_words() -> None:
    found = [
        f"{module.path}:{line} {name}: write {RULED_OUT[word]}"
        for module in modules()
        for name, line in defined_names(module)
        for word in words(name) & RULED_OUT.keys()
    ]
    assert found == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_log_lines_use_listed_keys(module: Module) -> None:
    unlisted = [
        f"{module.path}:{call.lineno} {keyword.arg}"
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in LOG_METHODS
        and is_logger(call.func.value)
        for keyword in call.keywords
        if keyword.arg not in ALLOWED_KEYS | {"exc_info"}
    ]
    assert unlisted == []


def test_patient_key_is_in_every_key() -> None:
    keyed = [
        table
        for table in metadata.sorted_tables
        if "patient_key" in table.columns and table.name not in FOUND_BEFORE_THE_PATIENT
    ]
    assert len(keyed) >= 5
    for table in keyed:
        unique = [index.columns for index in table.indexes if index.unique]
        for key in (table.primary_key.columns, *unique):
            assert "patient_key" in key, table.name


def test_no_stranger_owns_our_package_names() -> None:
    owners = packages_distributions()
    for package in PACKAGES:
        assert set(owners.get(package, [])) <= {"recognition-gateway"}, package


def test_no_dependency_is_named_like_a_room() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert [line for line in wanted if line.split(">")[0].split("=")[0] in PACKAGES] == []
