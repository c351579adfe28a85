"""Pages made from the code are as fresh as the code; the environment file names every setting."""

import re

import pytest

from gateway.settings import Settings
from tests.architecture import handbook
from tests.architecture.sources import PROJECT

EXAMPLE_LINE = re.compile(r"^#?(GATEWAY_[A-Z0-9_]+)=(.*)$", re.MULTILINE)


@pytest.mark.parametrize("name", handbook.PAGES)
def test_handbook_page_is_fresh(name: str) -> None:
    committed = (handbook.FOLDER / name).read_text(encoding="utf-8")
    assert committed == handbook.page(name), "stale: run `make handbook`"


def test_environment_example_states_every_default() -> None:
    text = (PROJECT / "deploy/gateway.env.example").read_text(encoding="utf-8")
    expected = {
        handbook.environment_name(name): handbook.default_text(info)
        for name, info in Settings.model_fields.items()
    }
    assert dict(EXAMPLE_LINE.findall(text)) == expected


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, info in Settings.model_fields.items() if not info.description] == []
