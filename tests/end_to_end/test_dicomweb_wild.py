"""DICOMweb as clients of the field speak it, and what must not get through."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydicom import dcmread
from pydicom.data.data_manager import DATA_ROOT
from pydicom.uid import generate_uid
from sqlalchemy import select

from gateway.security.roles import Role
from gateway.storage.audit_tables import audit_record
from tests.end_to_end.city import TOWN, UPPER
from tests.end_to_end.house import House, eventually
from tests.end_to_end.images import Study, pelvis_slice, sent
from tests.end_to_end.messages import Person, a_person, imaging
from tests.unit.adapters.dicom.dicom_files import ct_slice, written

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]
DICOM_PART = 'multipart/related; type="application/dicom"'


class Held:
    """One study of the hospital, one of whose instances is addressed."""

    def __init__(self, house: House, person: Person, study: Study, series: str) -> None:
        self.house, self.person, self.study, self.series = house, person, study, series
        self.sop = str(dcmread(study.files[0]).SOPInstanceUID)
        self.path = f"/dicom-web/studies/{study.uid}"
        self.instance = f"{self.path}/series/{series}/instances/{self.sop}"

    async def get(self, path: str, accept: str = "", **headers: str) -> httpx.Response:
        token = self.house.token(UPPER, Role.HOSPITAL)
        wish = {"Accept": accept} if accept else {}
        return await self.house.http.get(path, headers=token | wish | headers)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def held(
    house: House, dcmtk: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Held:
    person, series = a_person(), str(generate_uid())
    slices = [pelvis_slice(series) | {"NumberOfFrames": 1} for _ in range(2)]
    folder = tmp_path_factory.mktemp("wild")
    return Held(house, person, await sent(house, dcmtk("storescu"), folder, person, slices), series)


def parts(answer: httpx.Response) -> list[tuple[str, bytes]]:
    """(head, content) of each part of a multipart answer."""
    boundary = answer.headers["content-type"].rpartition("boundary=")[2].encode()
    pieces = answer.content.split(b"--" + boundary)[1:-1]
    heads = [piece.partition(b"\r\n\r\n") for piece in pieces]
    return [(head.decode(), content[:-2]) for head, _, content in heads]


@pytest.mark.parametrize(
    "accept",
    [
        'multipart/related; type="application/octet-stream"; transfer-syntax=*',
        "multipart/related; type=application/octet-stream; transfer-syntax=*",
        'multipart/related; type=application/octet-stream; transfer-syntax="*"',
        'application/dicom+json, multipart/related; type="application/octet-stream";'
        " transfer-syntax=*",
        "multipart/related; type=application/octet-stream",
        "*/*",
    ],
)
async def test_frames_are_answered_in_parts(held: Held, accept: str) -> None:
    answer = await held.get(f"{held.instance}/frames/1", accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("multipart/related; type=")
    ((head, content),) = parts(answer)
    assert "transfer-syntax=1.2.840.10008.1.2.1" in head
    assert len(content) == 512
    assert answer.content.index(content) < 1000


async def test_single_part_only_on_demand(held: Held) -> None:
    answer = await held.get(f"{held.instance}/frames/1", "application/octet-stream")
    assert answer.headers["content-type"].startswith("application/octet-stream")
    assert len(answer.content) == 512
    value = await held.get(
        f"{held.instance}/bulkdata/7FE00010", "application/octet-stream", Range="bytes=500-"
    )
    assert (value.status_code, len(value.content)) == (206, 12)
    assert value.headers["content-range"] == "bytes 500-511/512"


@pytest.mark.parametrize(
    ("end", "accept", "status"),
    [
        ("/frames/2", "", 404), ("/frames/0", "", 404), ("/frames/x", "", 422),
        ("/frames/1", "image/png", 406), ("/bulkdata/00100010.7.0010", "", 404),
        ("/bulkdata/zz", "", 404), ("/rendered", "text/html", 406),
        ("", "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.90", 406),
    ],
)  # fmt: skip
async def test_refusals_say_which_kind(held: Held, end: str, accept: str, status: int) -> None:
    answer = await held.get(f"{held.instance}{end}", accept)
    assert answer.status_code == status
    assert answer.headers["warning"].startswith("299 ")
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_browser_of_another_origin_may_ask(held: Held) -> None:
    answer = await held.house.http.options(f"{held.path}/metadata")
    assert answer.status_code == 204
    assert "Range" in answer.headers["access-control-allow-headers"]


async def test_metadata_are_packed_and_whole(held: Held) -> None:
    answer = await held.get(f"{held.path}/metadata", **{"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    (first, _) = answer.json()
    assert first["00080005"]["Value"] == ["ISO_IR 192"]
    assert first["00100010"]["Value"] == [{"Alphabetic": held.person.name}]
    assert first["00280010"]["Value"] == [16]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("contentType=application/dicom&transferSyntax=*", "application/dicom"),
        ("contentType=image/jpeg&frame=1", "image/jpeg"),
        ("", "image/jpeg"),
    ],
)
async def test_wado_uri_gives_file_or_picture(held: Held, query: str, kind: str) -> None:
    place = f"studyUID={held.study.uid}&seriesUID={held.series}&objectUID={held.sop}"
    answer = await held.get(f"/dicom-web/wado?requestType=WADO&{place}&{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


async def test_search_without_a_hit_and_with_odd_parameters(held: Held) -> None:
    found = await held.get(f"{held.path}/series?Modality=MR")
    assert (found.status_code, found.json()) == (200, [])
    odd = await held.get(f"{held.path}/series?whatever=1&includefield=0008103E%2C00080021")
    assert odd.headers["warning"].startswith("299 ")
    assert (await held.get("/dicom-web/studies?limit=x")).status_code == 422


async def test_study_is_audited_once_and_named_by_no_uid(held: Held) -> None:
    for _ in range(3):
        await held.get(f"{held.path}/metadata")
    rows = await held.house.gateway.database.read(lambda conn: conn.all(select(audit_record)))
    viewed = [row for row in rows if row.action == "images:viewed" and row.object_kind == "study"]
    assert len({row.object_id for row in viewed}) == len(viewed)
    assert held.study.uid not in {row.object_id for row in viewed}


async def test_token_dies_when_the_report_is_withdrawn(
    house: House, dcmtk: Callable[[str], Path], tmp_path: Path
) -> None:
    person, series = a_person(), str(generate_uid())
    study = await sent(house, dcmtk("storescu"), tmp_path, person, [pelvis_slice(series)])
    report = imaging(person, "CT-P", study.accession)
    await house.deliver(report)
    (item,) = (await house.remind(person))["items"]
    opened = await house.post(f"/api/v1/reports/{item['report']['id']}/viewer", {})
    token = {"Authorization": f"Bearer {opened.json()['token']}"}
    path = f"/dicom-web/studies/{study.uid}/metadata"
    assert (await house.http.get(path, headers=token)).status_code == 200
    await house.deliver(report.again(status="X"))
    assert (await house.http.get(path, headers=token)).status_code == 404


@pytest.mark.parametrize("role", [Role.PROVINCE, Role.CITY, Role.QC, Role.ADMIN, Role.PATIENT])
async def test_other_roles_see_no_image(held: Held, role: Role) -> None:
    answer = await held.house.get(f"{held.path}/metadata", UPPER, role)
    assert answer.status_code == 403


async def test_other_hospital_and_stranger_see_nothing(held: Held) -> None:
    assert (await held.house.get(f"{held.path}/metadata", TOWN, Role.HOSPITAL)).status_code == 404
    assert (await held.house.http.get(f"{held.path}/metadata")).status_code == 401
    listed = await held.house.get("/dicom-web/studies", TOWN, Role.HOSPITAL)
    assert listed.json() == []


# STOW-RS.


async def stored(house: House, contents: list[bytes], path: str = "", **headers: str) -> Any:
    body = b"".join(
        b"\r\n--B\r\nContent-Type: application/dicom\r\n\r\n" + each for each in contents
    )
    token = house.token(UPPER, Role.HOSPITAL)
    kind = {"Content-Type": f"{DICOM_PART}; boundary=B"}
    return await house.http.post(
        f"/dicom-web/studies{path}", content=chunked(body + b"\r\n--B--\r\n"),
        headers=token | kind | headers,
    )  # fmt: skip


async def chunked(body: bytes) -> Any:
    for at in range(0, len(body), 1000):
        yield body[at : at + 1000]


def file_of(tmp_path: Path, **elements: Any) -> bytes:
    tmp_path.mkdir(exist_ok=True)
    return written(tmp_path, ct_slice(**elements)).read_bytes()


async def test_parts_fail_and_succeed_alone(house: House, tmp_path: Path) -> None:
    uid = str(generate_uid())
    good = file_of(tmp_path, SOPInstanceUID=uid)
    other = file_of(tmp_path / "other", SOPInstanceUID=uid, AccessionNumber="OTHER")
    mixed = await stored(house, [good, b"no file", other])
    assert mixed.status_code == 202
    assert [e["00081155"]["Value"] for e in mixed.json()["00081199"]["Value"]] == [[uid], [uid]]
    assert mixed.json()["00081199"]["Value"][1]["00081196"]["Value"] == [0xB000]
    assert mixed.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0xC000]
    assert (await stored(house, [good])).status_code == 200
    assert (await stored(house, [b"no file"])).status_code == 409
    assert (await stored(house, [])).status_code == 400
    assert (await stored(house, [good], **{"Content-Type": "application/json"})).status_code == 415
    elsewhere = await stored(house, [good], "/1.2.3")
    assert elsewhere.status_code == 202


async def test_physician_stores_nothing(house: House, tmp_path: Path) -> None:
    answer = await house.http.post("/dicom-web/studies", content=b"", headers=house.token())
    assert answer.status_code == 403


def samples() -> Iterator[Path]:
    """pydicom's own test files that are whole data sets, every transfer syntax and charset."""
    for path in sorted(Path(str(DATA_ROOT), "test_files").rglob("*.dcm")):
        if path.stat().st_size < 1_000_000:
            yield path


async def test_files_of_the_field_are_stored_or_refused_never_an_error(house: House) -> None:
    statuses: dict[int, int] = {}
    for path in samples():
        answer = await stored(house, [path.read_bytes()])
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
    assert set(statuses) <= {200, 202, 409}
    assert statuses[200] > 30


async def test_stored_files_can_all_be_looked_at(house: House) -> None:
    """Whatever was stored is searched, described, and drawn or refused; nothing is a 500."""
    token = house.token(UPPER, Role.HOSPITAL)

    async def settled() -> bool:
        held = await house.http.get("/dicom-web/studies?limit=5000", headers=token)
        return held.status_code == 200 and len(held.json()) > 20

    await eventually(settled)
    studies = (await house.http.get("/dicom-web/studies?limit=5000", headers=token)).json()
    seen = set()
    for each in studies:
        path = f"/dicom-web/studies/{each['0020000D']['Value'][0]}"
        for end in ("/metadata", "/series", "/instances", "/thumbnail", ""):
            seen.add((await house.http.get(path + end, headers=token)).status_code)
    assert seen <= {200, 406}


async def test_absurd_dimensions_are_refused(house: House, tmp_path: Path) -> None:
    dataset = ct_slice(Rows=65535, Columns=65535, SamplesPerPixel=3, BitsAllocated=16)
    content = written(tmp_path, dataset).read_bytes()
    assert (await stored(house, [content])).status_code == 200
    path = f"/dicom-web/studies/{dataset.StudyInstanceUID}"
    token = house.token(UPPER, Role.HOSPITAL) | {"Accept": "image/jpeg"}

    async def known() -> bool:
        return (await house.http.get(f"{path}/metadata", headers=token)).status_code == 200

    await eventually(known)
    assert (await house.http.get(f"{path}/rendered", headers=token)).status_code == 406


async def test_path_like_uid_names_nothing(house: House) -> None:
    token = house.token(UPPER, Role.HOSPITAL)
    for uid in ("..%2F..%2Fetc", "1.2.3%00", "%3Cscript%3E"):
        answer = await house.http.get(f"/dicom-web/studies/{uid}/metadata", headers=token)
        assert answer.status_code == 404
        assert b"script" not in answer.content
