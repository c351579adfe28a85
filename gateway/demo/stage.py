"""What every step of the story has at hand, and how a step tells what it saw."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.demo.city import City
from gateway.demo.lab_scenarios import Patient
from gateway.demo.reach import Reach
from gateway.demo.senders import Ports
from gateway.demo.workstation import Json, Visit, Workstation, visit_of


@dataclass(frozen=True, slots=True)
class Stage:
    """The running gateway as the people of the story reach it.

    physician works at the provincial hospital; township at a primary care center below the line.
    province supervises. pictures are files of a study that was sent.
    """

    city: City
    reach: Reach
    physician: Workstation
    township: Workstation
    province: Workstation
    pictures: tuple[Path, ...]

    @property
    def ports(self) -> Ports:
        """Where systems send to."""
        return self.reach.ports

    def visit(self, patient: Patient, number: str = "1", details: Json | None = None) -> Visit:
        """A visit of a patient of the story."""
        return visit_of(self.city.person(patient), number, details)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a step saw, in a few words, and whether it is what the policy demands."""

    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story."""

    title: str
    expected: str
    play: Callable[[Stage], Awaitable[Seen]]


def find(reminder: Json, code: str) -> Json | None:
    """The line of an item, quiet or not; None when the reminder has none."""
    return next((item for item in reminder["items"] if item["item"]["code"] == code), None)


def line(reminder: Json, code: str) -> Json:
    """The line of an item that must be there."""
    item = find(reminder, code)
    if item is None:
        raise LookupError(f"提醒中没有项目 {code}")
    return item


def verdict(item: Json, code: str) -> str:
    """The worst verdict of a clause on a line; "" when the clause did not speak."""
    verdicts = [f["verdict"] for f in item["findings"] if f["code"] == code]
    order = ("violated", "unknown", "discretionary", "established", "hint", "satisfied")
    return next((each for each in order if each in verdicts), "".join(verdicts[:1]))


def words(item: Json, code: str = "") -> str:
    """The outcome, and the sentence of one clause."""
    said = next((f"；{f['clause']} {f['text']}" for f in item["findings"] if f["code"] == code), "")
    return f"{item['outcome']}{said}"


def outcome_is(item: Json, outcome: str, code: str = "", expected: str = "") -> Seen:
    """Whether the line came out so, with the clause's verdict where one is named."""
    holds = item["outcome"] == outcome and (not code or verdict(item, code) == expected)
    return Seen(words(item, code), holds)
