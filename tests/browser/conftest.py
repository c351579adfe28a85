"""The real gateway and a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request

from tests.browser.live import Beside, Desk, opened_beside
from tests.end_to_end.house import House, open_house

_PATIENCE_MS = 10_000


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Beside, House]]:
    """A gateway on the small city, beside the tests of one module."""
    with opened_beside(open_house(tmp_path_factory.mktemp("house"))) as opened:
        yield opened


@pytest.fixture
def desk(page: Page, live: tuple[Beside, House]) -> Iterator[Desk]:
    """A fresh browser; at the end nothing may have gone wrong or elsewhere."""
    beside, house = live
    page.set_default_timeout(_PATIENCE_MS)
    faults: list[str] = []
    requests: list[Request] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - no built-in here
    used = Desk(page, house, beside, requests)
    yield used
    assert faults == []
    strangers = [one.url for one in requests if not one.url.startswith((used.origin, "blob:"))]
    assert strangers == []
