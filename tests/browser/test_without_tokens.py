"""The clinician's page where tokens are switched off on this machine."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import Beside, opened_beside
from tests.end_to_end.city import ALBUMIN, RECEIVER
from tests.end_to_end.house import House, open_house
from tests.end_to_end.messages import Message, Result, a_person

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def open_live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Beside, House]]:
    """A gateway that trusts its own machine."""
    folder = tmp_path_factory.mktemp("house")
    with opened_beside(open_house(folder, auth="disabled")) as opened:
        yield opened


def test_institution_stands_in_for_the_token(page: Page, open_live: tuple[Beside, House]) -> None:
    beside, house = open_live
    sent = Message(a_person(), [Result(ALBUMIN)])
    beside.do(house.deliver(sent))
    page.goto(f"http://127.0.0.1:{house.ports.http_port}/workstation")
    expect(page.locator("#sign-in-help")).to_contain_text("AUTH=disabled")
    page.fill("#sign-in-value", RECEIVER)
    page.click("#sign-in-form button")
    page.fill("#identifier", sent.person.resident_id)
    page.fill("#visit-id", "V1")
    page.click("#arrive")
    page.click(".card")
    page.click('.decision .choice:has-text("予以认可")')
    expect(page.locator(".citation")).to_be_visible()
