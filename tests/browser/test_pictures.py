"""The pages on the fake city; `README_PICTURES=1` keeps their pictures in docs/images."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from rich.console import Console

from gateway.bootstrap import open_gateway, running
from gateway.canonical.times import local_date
from gateway.clock import utc_now
from gateway.demo.city import City, make_city
from gateway.demo.filling import Filling
from gateway.demo.institutions import PROVINCIAL
from gateway.demo.lab_scenarios import Patient
from gateway.demo.reach import Reach
from gateway.security.roles import Role
from item_catalog.loader import load_catalog
from tests.browser.live import opened_beside
from tests.end_to_end.house import settings_of

pytestmark = pytest.mark.end_to_end
KEPT = Path(__file__).resolve().parents[2] / "docs/images"


@dataclass(frozen=True)
class FilledCity:
    """The demonstration, as a newcomer finds it."""

    reach: Reach
    city: City

    def open(self, page: Page, path: str, role: Role) -> None:
        """Open a page as the demonstration's welcome says."""
        token = self.reach.token(role, PROVINCIAL)
        page.goto(f"{self.reach.http_url}{path}#token={token}")
        page.wait_for_selector("#desk:not([hidden])")

    def arrive(self, page: Page, patient: Patient, visit: str) -> None:
        """A patient of the story arrives."""
        page.fill("#identifier", self.city.person(patient).resident_id)
        page.fill("#patient-name", self.city.person(patient).name)
        page.fill("#visit-id", visit)
        page.fill("#department", "呼吸内科")
        page.select_option("#visit-class", "outpatient")
        page.click("#arrive")
        page.wait_for_selector(".card")


@asynccontextmanager
async def filled(folder: Path) -> AsyncIterator[FilledCity]:
    today = local_date(utc_now())
    city = make_city(today, load_catalog().edition_on(today))
    async with open_gateway(settings_of(folder)) as gateway, running(gateway) as listening:
        reach = Reach(gateway, listening)
        quiet = Console(file=StringIO())
        await Filling(city, reach.ports, quiet).run(reach.import_csv, folder / "modality")
        yield FilledCity(reach, city)


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilledCity]:
    """The fake city behind a listening gateway."""
    with opened_beside(filled(tmp_path_factory.mktemp("city"))) as (_, city):
        yield city


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures go: to the documents when asked for, else away."""
    return KEPT if os.environ.get("README_PICTURES") == "1" else tmp_path


def test_critical_value_with_its_grounds(
    demonstration: FilledCity, page: Page, pictures: Path
) -> None:
    demonstration.open(page, "/workstation", Role.PHYSICIAN)
    demonstration.arrive(page, Patient.CRITICAL, "MZ20260001")
    page.click(".card-critical")
    page.wait_for_selector(".decision")
    page.click(".findings-all summary")
    expect(page.locator(".results tr.critical").first).to_contain_text("危急")
    page.screenshot(path=pictures / "workstation.png")


def test_study_of_another_hospital(demonstration: FilledCity, page: Page, pictures: Path) -> None:
    demonstration.open(page, "/workstation", Role.PHYSICIAN)
    demonstration.arrive(page, Patient.TWO_CHARSETS, "MZ20260002")
    page.click('.card:has-text("胸部平扫")')
    stage = page.locator(".viewer-stage")
    stage.focus()
    for index in range(2, 13):
        page.keyboard.press("ArrowDown")
        expect(page.locator(".viewer-position")).to_contain_text(f"第 {index} /")
    page.click('.preset:has-text("肺")')
    page.wait_for_load_state("networkidle")
    assert stage.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)")
    page.screenshot(path=pictures / "workstation_images.png")


def test_decision_and_its_text_for_the_record(
    demonstration: FilledCity, page: Page, pictures: Path
) -> None:
    demonstration.open(page, "/workstation", Role.PHYSICIAN)
    demonstration.arrive(page, Patient.DETECTION_SYSTEM, "MZ20260003")
    page.click('.card:has-text("酌情互认")')
    page.click('.decision .choice:has-text("予以认可")')
    page.check(".acknowledgment input")
    page.click(".decision-form .primary")
    expect(page.locator(".citation")).to_be_visible()
    page.screenshot(path=pictures / "workstation_decision.png")


def test_province_sees_the_figures_move(
    demonstration: FilledCity, page: Page, pictures: Path
) -> None:
    demonstration.open(page, "/workstation", Role.PHYSICIAN)
    demonstration.arrive(page, Patient.TWO_CHARSETS, "MZ20260004")
    cards = page.locator("#reminders .card")
    for place in range(cards.count()):
        cards.nth(place).click()
        page.wait_for_selector(".decision")
        page.click('.decision .choice:has-text("予以认可")')
        expect(page.locator(".citation")).to_be_visible()
    demonstration.open(page, "/province", Role.PROVINCE)
    expect(page.locator(".figure-value")).to_have_count(4)
    expect(page.locator("#chart .measure").first).to_be_visible()
    page.screenshot(path=pictures / "province.png")
