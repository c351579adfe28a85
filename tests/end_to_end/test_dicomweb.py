"""DICOMweb driven by the Python client's whole method list, against a listening gateway."""

import asyncio
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import pytest_asyncio
from dicomweb_client.api import DICOMwebClient
from PIL import Image
from pydicom import dcmread
from pydicom.uid import generate_uid

from gateway.security.roles import Role
from tests.end_to_end.city import UPPER
from tests.end_to_end.house import House, eventually
from tests.end_to_end.images import Study, pelvis_slice, sent
from tests.end_to_end.messages import Person, a_person, imaging
from tests.unit.adapters.dicom.dicom_files import ct_slice

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]
T = TypeVar("T")


class Archive:
    """The hospital's own archive in the gateway, with one CT study of two series."""

    def __init__(self, house: House, person: Person, study: Study, series: list[str]) -> None:
        self.house = house
        self.person = person
        self.study = study
        self.series = series
        self.client = client(house, house.token(UPPER, Role.HOSPITAL))

    async def ask(self, call: Callable[[DICOMwebClient], T]) -> T:
        return await asyncio.to_thread(call, self.client)

    async def instance(self) -> tuple[str, str, str]:
        (found, *_) = await self.ask(
            lambda c: c.search_for_instances(self.study.uid, self.series[0])
        )
        return self.study.uid, self.series[0], found["00080018"]["Value"][0]


def client(house: House, headers: dict[str, str]) -> DICOMwebClient:
    url = f"http://127.0.0.1:{house.ports.http_port}/dicom-web"
    return DICOMwebClient(url, headers=headers)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(
    house: House, dcmtk: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Archive:
    person = a_person()
    series = [str(generate_uid()), str(generate_uid())]
    slices = [pelvis_slice(series[0]) for _ in range(3)] + [pelvis_slice(series[1], True)]
    for number, each in enumerate(slices):
        each |= {"SeriesNumber": 1 + (number == 3), "StudyDescription": "盆腔平扫"}
    folder = tmp_path_factory.mktemp("archive")
    study = await sent(
        house, dcmtk("storescu"), folder, person, slices,
        WindowCenter=128, WindowWidth=256, StudyID="S1",
    )  # fmt: skip
    return Archive(house, person, study, series)


def value(attributes: dict[str, Any], tag: str) -> Any:
    return attributes[tag]["Value"][0]


async def test_studies_are_found_by_each_key(archive: Archive) -> None:
    keys = {
        "StudyInstanceUID": archive.study.uid,
        "AccessionNumber": archive.study.accession,
        "PatientID": archive.person.local_number,
        "PatientName": f"*{archive.person.name[-1]}*",
        "StudyDescription": "*平扫*",
    }
    for name, wanted in keys.items():
        found = await archive.ask(
            lambda c, f={name: wanted}: c.search_for_studies(search_filters=f)  # type: ignore[misc]
        )
        (mine,) = [each for each in found if value(each, "0020000D") == archive.study.uid]
        assert mine["00080061"]["Value"] == ["CT"]
        assert (value(mine, "00201206"), value(mine, "00201208")) == (2, 4)
        assert value(mine, "00100010") == {"Alphabetic": archive.person.name}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ModalitiesInStudy=CT", True), ("ModalitiesInStudy=MR", False),
        ("00080061=CT", True), ("Modality=CT", True), ("StudyDate=19700102-20991231", True),
        ("StudyDate=19700102-19710102", False), ("PatientName=NOBODY", False),
        ("limit=101&offset=0&fuzzymatching=false&includefield=00081030%2C00080060", True),
        ("includefield=all", True), ("AccessionNumber=none", False), ("offset=1000", False),
        ("StudyInstanceUID=1.2%5C{study}", True), ("StudyInstanceUID=1.2,{study}", True),
    ],
)  # fmt: skip
async def test_search_of_the_viewer_is_understood(
    archive: Archive, query: str, expected: bool
) -> None:
    answer = await archive.house.http.get(
        f"/dicom-web/studies?{query.format(study=archive.study.uid)}",
        headers=archive.house.token(UPPER, Role.HOSPITAL),
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/dicom+json"
    held = any(value(each, "0020000D") == archive.study.uid for each in answer.json())
    assert held is expected


async def test_all_pages_end(archive: Archive) -> None:
    found = await archive.ask(lambda c: c.search_for_studies(limit=1, get_remaining=True))
    uids = [value(each, "0020000D") for each in found]
    assert archive.study.uid in uids
    assert len(uids) == len(set(uids))


async def test_series_and_instances_are_listed(archive: Archive) -> None:
    uid = archive.study.uid
    series = await archive.ask(lambda c: c.search_for_series(uid))
    assert [value(each, "0020000E") for each in series] == archive.series
    assert [value(each, "00201209") for each in series] == [3, 1]
    assert {value(each, "0020000D") for each in series} == {uid}
    assert len(await archive.ask(lambda c: c.search_for_instances(uid))) == 4
    some = await archive.ask(
        lambda c: c.search_for_instances(
            uid, archive.series[0], search_filters={"InstanceNumber": 2}
        )
    )
    assert [value(each, "00200013") for each in some] == [2]
    everywhere = await archive.ask(
        lambda c: c.search_for_series(search_filters={"StudyInstanceUID": uid})
    )
    assert len(everywhere) == 2
    assert len(await archive.ask(lambda c: c.search_for_instances())) >= 4


async def test_metadata_are_whole_and_from_the_store(archive: Archive) -> None:
    uid = archive.study.uid
    assert len(await archive.ask(lambda c: c.retrieve_study_metadata(uid))) == 4
    three = await archive.ask(lambda c: c.retrieve_series_metadata(uid, archive.series[0]))
    assert [value(each, "00200013") for each in three] == [1, 2, 3]
    assert {value(each, "00280010") for each in three} == {16}
    study, series, sop = await archive.instance()
    single = await archive.ask(lambda c: c.retrieve_instance_metadata(study, series, sop))
    url = single["7FE00010"]["BulkDataURI"]
    assert url.endswith(f"/studies/{study}/series/{series}/instances/{sop}/bulkdata/7FE00010")
    (pixels,) = await archive.ask(lambda c: c.retrieve_bulkdata(url))
    assert len(pixels) == 512
    (middle,) = await archive.ask(lambda c: c.retrieve_bulkdata(url, byte_range=(10, 19)))
    assert middle == pixels[10:20]


async def test_files_come_as_stored_and_uncompressed(archive: Archive) -> None:
    study, series, sop = await archive.instance()
    assert len(await archive.ask(lambda c: c.retrieve_study(study))) == 4
    assert len(await archive.ask(lambda c: c.retrieve_series(study, series))) == 3
    whole = await archive.ask(lambda c: c.retrieve_instance(study, series, sop))
    assert whole.SOPInstanceUID == sop
    explicit = (("application/dicom", "1.2.840.10008.1.2.1"),)
    other = await archive.ask(
        lambda c: c.retrieve_instance(study, series, sop, media_types=explicit)
    )
    assert other.PixelData == whole.PixelData


async def test_frames_come_in_each_form(archive: Archive) -> None:
    place = await archive.instance()
    (frame,) = await archive.ask(lambda c: c.retrieve_instance_frames(*place, [1]))
    assert np.frombuffer(frame, "<u2").tolist() == list(range(256))
    (same,) = await archive.ask(
        lambda c: c.retrieve_instance_frames(*place, [1], media_types=("application/octet-stream",))
    )
    assert same == frame


async def test_pictures_of_every_level(archive: Archive) -> None:
    place = await archive.instance()
    pictures = [
        await archive.ask(
            lambda c: c.retrieve_instance_rendered(*place, media_types=("image/jpeg",))
        ),
        await archive.ask(
            lambda c: c.retrieve_instance_frames_rendered(*place, [1], media_types=("image/png",))
        ),
        *[
            (await archive.house.http.get(
                f"/dicom-web/studies/{place[0]}{level}",
                headers=archive.house.token(UPPER, Role.HOSPITAL) | {"Accept": "image/jpeg"},
            )).content
            for level in ("/rendered", "/thumbnail", f"/series/{place[1]}/thumbnail")
        ],
    ]  # fmt: skip
    assert {Image.open(BytesIO(each)).size for each in pictures} == {(16, 16)}


async def test_stored_files_are_held_once(archive: Archive) -> None:
    fresh = [ct_slice(StudyInstanceUID=generate_uid()) for _ in range(1)]
    for each in fresh:
        each.file_meta = dcmread(archive.study.files[0]).file_meta
        each.file_meta.MediaStorageSOPInstanceUID = each.SOPInstanceUID
    answers = [await archive.ask(lambda c: c.store_instances(fresh)) for _ in range(2)]
    for answer in answers:
        (stored,) = answer.ReferencedSOPSequence
        assert stored.ReferencedSOPInstanceUID == fresh[0].SOPInstanceUID
        assert stored.RetrieveURL.endswith(fresh[0].SOPInstanceUID)
    study = str(fresh[0].StudyInstanceUID)

    async def searchable() -> bool:
        found = await archive.ask(
            lambda c: c.search_for_studies(search_filters={"StudyInstanceUID": study})
        )
        return len(found) == 1

    await eventually(searchable)
    (back,) = await archive.ask(lambda c: c.retrieve_study(study))
    assert back.PixelData == fresh[0].PixelData


async def test_physician_sees_what_was_offered_and_no_more(house: House, archive: Archive) -> None:
    path = f"/dicom-web/studies/{archive.study.uid}/metadata"
    stranger = await house.get(path)
    assert stranger.status_code == 404
    await house.deliver(imaging(archive.person, "CT-P", archive.study.accession))
    (item,) = (await house.remind(archive.person))["items"]
    assert (await house.get(path)).status_code == 200
    found = await house.get("/dicom-web/studies")
    assert [value(each, "0020000D") for each in found.json()] == [archive.study.uid]
    opened = await house.post(f"/api/v1/reports/{item['report']['id']}/viewer", {})
    assert opened.json()["studies"] == [archive.study.uid]
    token = {"Authorization": f"Bearer {opened.json()['token']}"}
    assert (await house.http.get(path, headers=token)).status_code == 200
    assert (await house.http.get("/api/v1/reports/x", headers=token)).status_code == 401
    assert (
        await house.http.get("/dicom-web/studies/1.2.3/metadata", headers=token)
    ).status_code == 403
    listed = await house.http.get("/dicom-web/studies", headers=token)
    assert len(listed.json()) == 1
    house.clock.advance(minutes=61)
    assert (await house.http.get(path, headers=token)).status_code == 401
