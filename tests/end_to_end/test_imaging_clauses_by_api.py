"""Imaging clauses, made to pass and to fail through DCMTK, MLLP and the public API."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydicom.uid import generate_uid

from tests.end_to_end.city import (
    LEFT_HIP,
    NOW,
    PELVIS_CT,
    PELVIS_CT_ENHANCED,
    RIGHT_HIP,
    RIGHT_HIP_TWO_VIEWS,
)
from tests.end_to_end.house import House, Json, said
from tests.end_to_end.images import hip, pelvis_slice, sent
from tests.end_to_end.messages import a_person, imaging
from tests.unit.adapters.dicom.dicom_files import item as dicom_item

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]


async def test_imaging_needs_no_assessment(house: House, storescu: Path, tmp_path: Path) -> None:
    item = await examined(house, storescu, tmp_path, "DR-RH", RIGHT_HIP, [hip("R")])
    assert said(item, "EQA") == ("二（一）", "not_applicable", "影像检查不要求室间质评。")
    assert said(item, "SCOPE")[:2] == ("三（二）", "satisfied")


async def examined(
    house: House,
    storescu: Path,
    folder: Path,
    code: str,
    order: str,
    images: Sequence[Json],
    **settings: Any,
) -> Json:
    """The line for an examination whose report came by MLLP and whose images came by storescu."""
    person = a_person()
    study = await sent(house, storescu, folder, person, images, **settings)
    await house.deliver(imaging(person, code, study.accession))
    return await house.item(person, order)


async def test_images_and_report_together_are_recognizable(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    item = await examined(house, storescu, tmp_path, "DR-RH", RIGHT_HIP, [hip("R")])
    assert item["outcome"] == "RECOGNIZABLE"
    assert said(item, "COMPLETE") == (
        "三（二）",
        "satisfied",
        "未申报图像总数；检查已结束，收到1幅，体位和期相齐全。",
    )


async def test_report_without_images_is_violated(house: House) -> None:
    person = a_person()
    await house.deliver(imaging(person, "DR-RH", "NO-IMAGES"))
    item = await house.item(person, RIGHT_HIP)
    assert said(item, "COMPLETE") == ("三（二）", "violated", "只有报告，没有影像资料。")
    assert (await house.accept(item, "COMPLETE")).status_code == 200


async def test_images_without_report_are_violated(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    person = a_person()
    procedure = ct_procedure("DR-RH")
    await sent(house, storescu, tmp_path, person, [hip("R")], ProcedureCodeSequence=procedure)
    item = await house.item(person, RIGHT_HIP)
    assert said(item, "COMPLETE")[1:] == ("violated", "只有影像资料，没有报告。")
    assert said(item, "STATUS")[1] == "unknown"


def ct_procedure(code: str) -> list[Any]:
    """(0008,1032) with a local procedure code."""
    return [dicom_item(CodeValue=code, CodingSchemeDesignator="99TEST", CodeMeaning="检查")]


@pytest.mark.parametrize(
    ("declared", "verdict", "sentence"),
    [
        (2, "satisfied", "应有图像2幅，已收到2幅。"),
        (3, "violated", "应有图像3幅，只收到2幅。"),
    ],
)
async def test_declared_count_decides_at_once(
    house: House, storescu: Path, tmp_path: Path, declared: int, verdict: str, sentence: str
) -> None:
    series = str(generate_uid())
    images = [pelvis_slice(series), pelvis_slice(series)]
    item = await examined(
        house, storescu, tmp_path, "CT-P", PELVIS_CT, images,
        settled=False, NumberOfStudyRelatedInstances=declared,
    )  # fmt: skip
    assert said(item, "COMPLETE") == ("三（二）", verdict, sentence)


async def test_study_is_closed_after_the_quiet_time(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    person = a_person()
    study = await sent(house, storescu, tmp_path, person, [hip("R")], settled=False)
    await house.deliver(imaging(person, "DR-RH", study.accession))
    arriving = await house.item(person, RIGHT_HIP)
    assert said(arriving, "COMPLETE")[1:] == ("unknown", "图像仍在上传，未申报图像总数。")
    assert arriving["outcome"] == "UNDETERMINED"
    house.clock.advance(seconds=120)
    assert (await house.item(person, RIGHT_HIP))["outcome"] == "RECOGNIZABLE"


@pytest.mark.parametrize(
    ("code", "order", "images", "words"),
    [
        ("DR-RH2", RIGHT_HIP_TWO_VIEWS, [hip("R", "AP")], "缺少项目要求的体位"),
        ("DR-RH2", RIGHT_HIP_TWO_VIEWS, [hip("R", "AP"), hip("R", "AP")], "缺少项目要求的体位"),
        ("CT-PE", PELVIS_CT_ENHANCED, [pelvis_slice("1.2.3.4")] * 2, "图像的增强情况与项目不符"),
        ("CT-P", PELVIS_CT, [pelvis_slice("1.2.3.5", True)], "图像的增强情况与项目不符"),
        (
            "CT-PE", PELVIS_CT_ENHANCED,
            [pelvis_slice("1.2.3.6", True), pelvis_slice("1.2.3.6", True)], "缺少项目要求的期相",
        ),
        ("DR-RH", RIGHT_HIP, [hip("R") | {"BodyPartExamined": "CHEST"}], "图像标注部位（CHEST）"),
    ],
)  # fmt: skip
async def test_images_short_of_the_item_are_violated_but_acceptable(
    house: House, storescu: Path, tmp_path: Path, code: str, order: str,
    images: Sequence[Json], words: str,
) -> None:  # fmt: skip
    item = await examined(house, storescu, tmp_path, code, order, images)
    clause, verdict, sentence = said(item, "COMPLETE")
    assert (clause, verdict, item["outcome"]) == ("三（二）", "violated", "NOT_RECOGNIZABLE")
    assert words in sentence
    assert (await house.accept(item)).status_code == 409
    assert (await house.accept(item, "COMPLETE")).status_code == 200


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ([hip("L")], "图像标注侧别为左，项目为右"),
        ([pelvis_slice("1.2.3.7")], "图像的设备类型（CT）与项目不符"),
    ],
)
async def test_images_that_contradict_the_mapping_are_never_accepted(
    house: House, storescu: Path, tmp_path: Path, images: Sequence[Json], words: str
) -> None:
    item = await examined(house, storescu, tmp_path, "DR-RH", RIGHT_HIP, images)
    assert said(item, "COMPLETE")[:2] == ("三（二）", "violated")
    assert words in said(item, "COMPLETE")[2]
    refused = await house.accept(item, "COMPLETE")
    assert refused.status_code == 409
    assert refused.json()["details"]["findings"] == ["COMPLETE"]


async def test_left_is_never_offered_for_right(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    person = a_person()
    study = await sent(house, storescu, tmp_path, person, [hip("L")])
    await house.deliver(imaging(person, "DR-LH", study.accession))
    assert (await house.remind(person, RIGHT_HIP))["items"] == []
    assert (await house.item(person, LEFT_HIP))["outcome"] == "RECOGNIZABLE"


async def test_imaging_is_counted_from_the_images_not_from_the_report(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    """OBR-7 says three days ago, the images say 31."""
    item = await examined(
        house, storescu, tmp_path, "DR-RH", RIGHT_HIP, [hip("R")],
        acquired=NOW - timedelta(days=31),
    )  # fmt: skip
    assert said(item, "WINDOW")[1:] == (
        "violated", "图像采集时间为2026-10-20，距今31天，超过30天。"
    )  # fmt: skip


async def test_image_quality_exempts_an_imaging_item(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    person = a_person()
    study = await sent(house, storescu, tmp_path, person, [hip("R")])
    await house.deliver(imaging(person, "DR-RH", study.accession))
    item = await house.item(person, {"item_code": RIGHT_HIP, "declared": [{"code": "E06"}]})
    assert (item["outcome"], said(item, "E06")[:2]) == ("EXEMPT", ("四（三）6", "established"))


async def test_phase_that_is_not_shown_is_a_hint_of_technique(
    house: House, storescu: Path, tmp_path: Path
) -> None:
    enhanced = [pelvis_slice(str(generate_uid()), contrast=True)]
    item = await examined(
        house, storescu, tmp_path, "CT-PE", PELVIS_CT_ENHANCED, enhanced,
        NumberOfStudyRelatedInstances=1,
    )  # fmt: skip
    assert said(item, "COMPLETE")[1] == "satisfied"
    assert said(item, "E06") == ("四（三）6", "hint", "图像没有显示平扫。")
    assert item["outcome"] == "RECOGNIZABLE"
