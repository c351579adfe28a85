"""A gateway that runs beside a synchronous browser test, in a thread with its own loop."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from playwright.sync_api import Page, Request

from gateway.security.roles import Role
from tests.end_to_end.city import RECEIVER
from tests.end_to_end.house import House
from tests.end_to_end.messages import Person

T = TypeVar("T")
_PATIENCE_SECONDS = 60
_TRIES, _PAUSE_MS = 60, 100


class Beside:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the work there and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_SECONDS)

    def close(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def opened_beside(opening: AbstractAsyncContextManager[T]) -> Iterator[tuple[Beside, T]]:
    """What the context manager gives, entered and left on a loop beside the test."""
    beside = Beside()
    try:
        entered = beside.do(opening.__aenter__())
        try:
            yield beside, entered
        finally:
            beside.do(opening.__aexit__(None, None, None))
    finally:
        beside.close()


@dataclass(frozen=True)
class Desk:
    """The workstation in a browser, as a physician of the receiver uses it."""

    page: Page
    house: House
    beside: Beside
    requests: list[Request]

    @property
    def origin(self) -> str:
        """Where the gateway listens."""
        return f"http://127.0.0.1:{self.house.ports.http_port}"

    def token(self, role: Role = Role.PHYSICIAN, institution: str = RECEIVER) -> str:
        """The token of a caller."""
        header = self.house.token(institution, role)["Authorization"]
        return header.removeprefix("Bearer ")

    def open(self, path: str = "/workstation", role: Role = Role.PHYSICIAN) -> None:
        """Open a page with a token in the fragment, as the demonstration prints it."""
        self.page.clock.set_fixed_time(self.house.clock())
        self.page.goto(f"{self.origin}{path}#token={self.token(role)}")
        self.page.wait_for_selector("#desk:not([hidden])")

    def fill_in(self, person: Person, visit: str, visit_class: str = "outpatient") -> None:
        """Patient and visit."""
        self.page.fill("#identifier", person.resident_id)
        self.page.fill("#visit-id", visit)
        self.page.select_option("#visit-class", visit_class)

    def arrive(self, person: Person, visit: str, visit_class: str = "outpatient") -> None:
        """Ask what the patient holds."""
        self.fill_in(person, visit, visit_class)
        self.page.click("#arrive")
        self.page.wait_for_selector(".skeleton", state="detached")

    def choose(self, name: str) -> None:
        """Open the reminder of this item and wait for its report."""
        self.page.click(f'.card:has-text("{name}")')
        self.page.wait_for_selector(".decision")

    def cards(self) -> list[str]:
        """The texts of the reminders on screen, in their order."""
        return [card.inner_text() for card in self.page.query_selector_all(".card:visible")]

    def send(self, work: Coroutine[Any, Any, T]) -> T:
        """Something that another system does meanwhile."""
        return self.beside.do(work)

    def counted(self, part: str) -> int:
        """Numerator or denominator of the hospital's reminder view rate of the day."""
        day = self.house.clock().date().isoformat()
        query = {"start": day, "end": day}
        answer = self.send(self.house.get("/api/v1/statistics/summary", **query))
        (group,) = answer.json()["groups"]
        figures = {figure["name"]: figure for figure in group["indicators"]}
        return int(figures["reminder_view_rate"][part])

    def wait_until_counted(self, part: str, expected: int) -> None:
        """Wait until the count is as expected; it must never pass it."""
        for _ in range(_TRIES):
            if self.counted(part) >= expected:
                break
            self.page.wait_for_timeout(_PAUSE_MS)
        assert self.counted(part) == expected
