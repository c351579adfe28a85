"""`make handbook`: the pages of docs/handbook that are made from the code.

The same functions make the pages that `test_handbook.py` compares with the committed ones.
"""

import typing
from collections.abc import Callable, Iterable
from pathlib import Path
from types import NoneType

from pydantic.fields import FieldInfo
from pydicom.uid import UID

from adapters.dicom.sop_classes import STORAGE_CLASSES, TRANSFER_SYNTAXES, VERIFICATION_CLASS
from gateway.api.access_table import ACCESS
from gateway.security.roles import SCOPES, Scope
from gateway.settings import Settings
from tests.architecture.policy_handbook import policy_page
from tests.architecture.sources import PROJECT

FOLDER = PROJECT / "docs/handbook"
_MADE_BY = "<!-- made by `make handbook`; edit the code, not this page -->\n\n"


def environment_name(field: str) -> str:
    """The environment variable of a setting."""
    return f"GATEWAY_{field.upper()}"


def default_text(info: FieldInfo) -> str:
    """A setting's default as one writes it in the environment; empty where there is none."""
    if isinstance(info.default, bool):
        return str(info.default).lower()
    return "" if info.default is None else str(info.default)


def settings_page() -> str:
    """Every setting: variable, kind of value, default, meaning."""
    rows = [
        f"| `{environment_name(name)}` | {_kind(info)} | {_code(default_text(info))} "
        f"| {(info.description or '').replace('|', chr(92) + '|')} |"
        for name, info in Settings.model_fields.items()
    ]
    head = "# Settings\n\nRead once from the environment, by `gateway/settings.py` alone.\n\n"
    return head + "\n".join(
        ["| variable | value | default | meaning |", "|---|---|---|---|", *rows]
    )


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _kind(info: FieldInfo) -> str:
    annotation = info.annotation
    if typing.get_origin(annotation) is typing.Literal:
        return " or ".join(_code(str(value)) for value in typing.get_args(annotation))
    kinds = [kind for kind in typing.get_args(annotation) or (annotation,) if kind is not NoneType]
    return " or ".join(_PLAIN_WORDS[kind] for kind in kinds)


_PLAIN_WORDS: dict[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
}


def routes_page() -> str:
    """Every HTTP route with the scopes and roles that open it."""
    rows = [
        f"| {method} | `{path}` | {_list(scopes) or 'no token'} | {_list(_roles(scopes))} |"
        for (method, path), scopes in ACCESS.items()
    ]
    head = (
        "# Routes\n\nOne table, `gateway/api/access_table.py`: what is not in it is not served. "
        "Any one of\nthe scopes suffices.\n\n"
    )
    return head + "\n".join(["| method | path | scope | roles |", "|---|---|---|---|", *rows])


def _roles(scopes: frozenset[Scope]) -> list[str]:
    return [role.value for role, held in SCOPES.items() if held & scopes]


def _list(values: Iterable[str]) -> str:
    return ", ".join(_code(str(value)) for value in sorted(values))


def dicom_page() -> str:
    """What a DICOM peer may send: SOP classes and transfer syntaxes."""
    classes = sorted((VERIFICATION_CLASS, *STORAGE_CLASSES), key=_by_number)
    syntaxes = [f"| `{uid}` | {UID(uid).name} |" for uid in TRANSFER_SYNTAXES]
    return "\n".join(
        [
            "# DICOM objects taken\n",
            "Objects are stored as sent, never re-encoded. Private and unknown storage classes are "
            "taken too unless\n`GATEWAY_DICOM_ACCEPT_PRIVATE_CLASSES` is false.\n",
            "## Transfer syntaxes, in the order of preference\n",
            *("| UID | name |", "|---|---|", *syntaxes),
            "\n## SOP classes\n",
            *("| UID | name |", "|---|---|"),
            *(f"| `{uid}` | {UID(uid).name} |" for uid in classes),
        ]
    )


def _by_number(uid: str) -> list[int]:
    return [int(part) for part in uid.split(".")]


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "routes.md": routes_page,
    "dicom.md": dicom_page,
    "policy.md": policy_page,
}


def page(name: str) -> str:
    """The whole text of a page."""
    return f"{_MADE_BY}{PAGES[name]()}\n"


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        (FOLDER / name).write_text(page(name), encoding="utf-8")
        print(f"docs/handbook/{name}")


if __name__ == "__main__":
    main()
