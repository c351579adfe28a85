"""The full viewer opens from the reminder for exactly one study, where it is installed."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect
from pydicom.uid import generate_uid

from tests.browser.live import Desk, opened_beside
from tests.end_to_end.house import open_house
from tests.end_to_end.images import pelvis_slice, sent
from tests.end_to_end.messages import a_person, imaging

#: Stands for the installed viewer, which is not in git: it shows what the gateway hands over.
_PAGE = '<!doctype html><html><body><script src="/viewer/app-config.js"></script></body></html>'
_SCRIPT = """
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const study = new URLSearchParams(location.search).get("StudyInstanceUIDs");
fetch(`/dicom-web/studies/${study}/metadata`, { headers: { Authorization: `Bearer ${token}` } })
  .then((answer) => answer.json())
  .then((found) => { document.body.textContent = `${found.length} of ${study}`; });
"""


def test_reminder_opens_the_installed_viewer(
    page: object, tmp_path: Path, dcmtk: Callable[[str], Path]
) -> None:
    viewer = tmp_path / "viewer"
    viewer.mkdir()
    (viewer / "index.html").write_text(_PAGE)
    (viewer / "app-config.js").write_text(_SCRIPT)
    with opened_beside(open_house(tmp_path / "data", viewer_dir=viewer)) as (beside, house):
        desk = Desk(page, house, beside, [])  # type: ignore[arg-type]
        person, series = a_person(), str(generate_uid())
        study = desk.send(
            sent(house, dcmtk("storescu"), tmp_path / "files", person, [pelvis_slice(series)] * 2)
        )
        desk.send(house.deliver(imaging(person, "CT-P", study.accession)))
        desk.open()
        desk.arrive(person, "V-VIEWER")
        desk.page.click(".card")
        with desk.page.expect_popup() as opened:
            desk.page.click("text=完整浏览器")
        expect(opened.value.locator("body")).to_have_text(f"2 of {study.uid}")
        assert re.search(r"#token=", opened.value.url)
