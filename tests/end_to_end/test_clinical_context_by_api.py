"""Exceptions from the clinical context, lab quality over time, both systems: through the ports."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.bootstrap import open_gateway
from gateway.errors import InvalidSettings
from gateway.services.onboarding import ImportReport, ImportRequest
from tests.end_to_end.city import (
    ALBUMIN,
    BLOOD_COUNT,
    BLOOD_COUNT_CODES,
    CA125,
    NOW,
    OTHER_RECEIVER,
    POTASSIUM,
    RECEIVER,
    TOTAL_PROTEIN,
    UPPER,
)
from tests.end_to_end.commands import gateway_command
from tests.end_to_end.house import House, Json, held, open_house, said, settings_of
from tests.end_to_end.messages import Person, Result, local

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]

TOMORROW = (NOW + timedelta(days=1)).date().isoformat()
CORONARY = {"code": "L-CAG", "name": "冠状动脉造影术", "date": TOMORROW}
HALF_LIVER = {"code": "50.3x00", "name": "半肝切除术", "date": TOMORROW}
_ASSIGNMENTS = f"""
[[assignments]]
institution = "{OTHER_RECEIVER}"
policy = "national_2022"
valid_from = 2022-03-01
grade_catalogues = ["interventional"]
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A gateway on each database of which one hospital follows the national document."""
    folder = tmp_path_factory.mktemp("house")
    file = folder / "assignments.toml"
    file.write_text(_ASSIGNMENTS, "utf-8")
    changes: Json = {"policy_assignments_file": file}
    if request.param == "postgresql":
        changes["database_url"] = request.getfixturevalue("postgres_url")
    async with open_house(folder, **changes) as opened:
        yield opened


async def _counted(house: House) -> Person:
    """A patient with a whole blood count of three hours ago."""
    results = [local(code) for code in BLOOD_COUNT_CODES]
    return await held(house, *results, collected=NOW - timedelta(hours=3))


async def _imported(house: House, kind: str, *rows: str, header: str) -> ImportReport:
    text = "\n".join([header, *rows, ""])
    request = ImportRequest(kind, f"{kind}.csv", text.encode(), "operator")
    return await house.gateway.import_csv(request)


# 四（三）1: change of condition


async def test_diagnosis_and_operation_since_the_result_are_hints(house: House) -> None:
    person = await held(house, Result(ALBUMIN))
    new = {"code": "K85.900", "name": "急性胰腺炎", "onset": NOW.date().isoformat()}
    operated = {"code": "51.2300", "name": "胆囊切除术", "date": NOW.date().isoformat()}
    for context in ({"diagnoses": [new]}, {"performed_procedures": [operated]}):
        item = await house.item(person, ALBUMIN, context=context)
        assert item["outcome"] == "RECOGNIZABLE"
        assert said(item, "E01")[:2] == ("四（三）1", "hint")


# 四（三）2: volatility


async def test_volatile_item_is_a_hint_and_with_organ_failure_established(house: House) -> None:
    person = await held(house, Result(POTASSIUM))
    alone = await house.item(person, POTASSIUM)
    assert (alone["outcome"], said(alone, "E02")[:2]) == ("RECOGNIZABLE", ("四（三）2", "hint"))
    failure = {"code": "J96.000", "name": "急性呼吸衰竭", "status": "active"}
    failing = await house.item(person, POTASSIUM, context={"diagnoses": [failure]})
    assert (failing["outcome"], said(failing, "E02")) == (
        "EXEMPT",
        ("四（三）2", "established", "现患急性呼吸衰竭，结果距今72小时，超过6小时。"),
    )


# 四（三）3: before major measures


async def test_operation_establishes_the_tests_before_it(house: House) -> None:
    person = await _counted(house)
    item = await house.item(person, BLOOD_COUNT, context={"planned_procedures": [HALF_LIVER]})
    assert (item["outcome"], said(item, "E03")[:2]) == ("EXEMPT", ("四（三）3", "established"))
    minor = {**HALF_LIVER, "name": "阑尾切除术", "department": "普通外科"}
    item = await house.item(person, BLOOD_COUNT, context={"planned_procedures": [minor]})
    assert (item["outcome"], said(item, "E03")[1]) == ("RECOGNIZABLE", "not_applicable")


async def test_coronary_angiography_says_which_catalogue_graded_it(house: House) -> None:
    """Grade 一 in one catalogue, 三 in the other: the receiver's own decides and is named."""
    person, context = await _counted(house), {"planned_procedures": [CORONARY]}
    both = await house.item(person, BLOOD_COUNT, context=context)
    assert said(both, "E03")[1:] == (
        "hint",
        "已计划冠状动脉造影术（手术（操作）分级目录一级、介入诊疗手术分级目录三级），"
        "该项目属手术前常规。",
    )
    own = await house.item(person, BLOOD_COUNT, context=context, receiver=OTHER_RECEIVER)
    assert (own["outcome"], said(own, "E03")) == (
        "EXEMPT",
        (
            "重新检查（三）",
            "established",
            "已计划冠状动脉造影术（介入诊疗手术分级目录三级），该项目属手术前常规。",
        ),
    )


async def test_own_lists_and_mappings_of_the_hospital_count(house: House) -> None:
    person = await _counted(house)
    await _imported(
        house,
        "overrides",
        f"{RECEIVER},,剖宫产术,upper,2026-01-01,",
        f"{RECEIVER},L-PORT,,lower,2026-01-01,",
        header="institution_code,procedure_code,procedure_name,list,valid_from,valid_to",
    )
    row = "interventional||（一）心血管疾病介入诊疗手术分级目录|"
    key = next(
        str(each.key)
        for each in house.gateway.rulebook.contexts.edition_on(NOW.date()).procedures.rows
        if str(each.key).startswith(row) and each.name == CORONARY["name"]
    )
    await _imported(
        house,
        "procedure_mappings",
        f"{RECEIVER},L-MAPPED,造影,{key},2026-01-01,,审核员",
        header="institution_code,local_code,local_name,catalogue_key,valid_from,valid_to,"
        "reviewed_by",
    )
    for planned, expected in (
        ({"code": "", "name": "剖宫产术", "date": TOMORROW}, "established"),
        ({"code": "L-PORT", "name": "半肝切除术", "date": TOMORROW}, "hint"),
        ({"code": "L-MAPPED", "name": "造影", "date": TOMORROW}, "established"),
    ):
        item = await house.item(person, BLOOD_COUNT, context={"planned_procedures": [planned]})
        assert said(item, "E03")[1] == expected, planned


async def test_anesthesia_and_transfusion_are_read(house: House) -> None:
    person = await _counted(house)
    item = await house.item(person, BLOOD_COUNT, context={"anaesthesia": "全身麻醉"})
    assert said(item, "E03")[1:] == ("hint", "已申请麻醉（全身麻醉）。")
    transfusion = {"code": "99.0301", "name": "输血", "date": TOMORROW}
    item = await house.item(person, BLOOD_COUNT, context={"planned_procedures": [transfusion]})
    assert said(item, "E03")[1] == "established"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for key, each in value.items() for text in (*_texts(each), str(key)))
    elif isinstance(value, list):
        yield from (text for each in value for text in _texts(each))
    else:
        yield str(value)


async def test_sensitive_diagnosis_stands_in_no_answer_and_no_log(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    """G05: it establishes the exception and is neither answered, explained, stored nor logged."""
    person = await _counted(house)
    context = {
        "diagnoses": [{"code": "F64.000x001", "name": "易性症,女转男"}],
        "planned_procedures": [{"code": "64.4300", "name": "阴茎建造术", "date": TOMORROW}],
    }
    item = await house.item(person, BLOOD_COUNT, context=context)
    assert (item["outcome"], said(item, "E03")[1]) == ("EXEMPT", "established")
    explained = await house.get(f"/api/v1/determinations/{item['determination_id']}")
    assert explained.status_code == 200
    logged = "".join(capfd.readouterr())
    for text in (*_texts(item), *_texts(explained.json()), logged):
        assert not any(mark in text for mark in ("F64", "易性", "G05", "性别重置"))


# 四（三）7: emergency signs


async def test_emergency_sign_without_a_flag_is_a_hint(house: House) -> None:
    person = await held(house, Result(ALBUMIN))
    shock = {"code": "R57.000", "name": "心源性休克"}
    item = await house.item(person, ALBUMIN, context={"diagnoses": [shock]})
    assert (item["outcome"], said(item, "E07")) == (
        "RECOGNIZABLE",
        ("四（三）7", "hint", "现患心源性休克，本次就诊没有急诊标志。"),
    )


async def test_determination_with_context_replays_identically(house: House) -> None:
    person = await _counted(house)
    failure = {"code": "J96.000", "name": "急性呼吸衰竭"}
    context = {"diagnoses": [failure], "planned_procedures": [HALF_LIVER, CORONARY]}
    item = await house.item(person, BLOOD_COUNT, context=context)
    done = await house.gateway.services.explanations.replay(item["determination_id"])
    assert done.is_identical


# 二（一）: quality over time


async def test_suspension_counts_from_its_day_on_and_not_before(house: House) -> None:
    before = await held(house, Result(TOTAL_PROTEIN), collected=NOW - timedelta(days=6))
    since = await held(house, Result(TOTAL_PROTEIN), collected=NOW - timedelta(days=5))
    assert (await house.item(since, TOTAL_PROTEIN))["outcome"] == "RECOGNIZABLE"
    await _imported(
        house,
        "eqa",
        f"{UPPER},{TOTAL_PROTEIN},provincial,suspended,2026-11-15,",
        header="institution_code,item_code,scheme,result,valid_from,valid_to",
    )
    item = await house.item(since, TOTAL_PROTEIN)
    assert (item["outcome"], said(item, "EQA")[:2]) == (
        "NOT_RECOGNIZABLE", ("二（一）", "violated"),
    )  # fmt: skip
    assert (await house.item(before, TOTAL_PROTEIN))["outcome"] == "RECOGNIZABLE"


async def test_suspension_may_stand_in_one_file_with_the_pass(house: House) -> None:
    person = await held(house, Result("25030300100"), collected=NOW - timedelta(days=2))
    await _imported(
        house,
        "eqa",
        f"{UPPER},25030300100,provincial,pass,2026-01-01,2026-12-31",
        f"{UPPER},25030300100,provincial,suspended,2026-11-01,2026-11-30",
        header="institution_code,item_code,scheme,result,valid_from,valid_to",
    )
    item = await house.item(person, "25030300100")
    assert said(item, "EQA")[1] == "violated"


async def test_marks_and_systems_of_both_sides_are_shown(house: House) -> None:
    person = await held(house, Result(CA125, detection_system="雅培 Alinity i"))
    item = await house.item(person, CA125)
    (result,) = item["results"]
    assert (result["detection_system"], result["own_detection_system"]) == (
        "雅培 Alinity i", "罗氏 Cobas e801",
    )  # fmt: skip
    assert result["hr_marks"] == item["report"]["hr_marks"] == ["浙HR"]
    system = next(each for each in item["findings"] if each["code"] == "SYSTEM")
    assert system["facts"]["systems"] != [system["facts"]["own"]]


# Open reminders after a change of the register


async def _affected(house: House, report: ImportReport) -> dict[str, tuple[str | None, ...]]:
    return {each.determination_id: (each.before, each.after) for each in report.affected}


async def test_changed_certificate_finds_the_open_reminders(house: House) -> None:
    person = await held(house, Result(ALBUMIN))
    undecided = await house.item(person, ALBUMIN)
    decided = await house.item(person, ALBUMIN)
    assert (await house.accept(decided)).status_code == 200
    taken_back = await house.item(person, ALBUMIN)
    assert (await house.accept(taken_back)).status_code == 200
    assert (await house.act(taken_back, "undo", {"reason": "误点"})).status_code == 200
    visit = {"id": "V-CLOSED"}
    closed = await house.item(person, ALBUMIN, visit=visit)
    event = {"institution": RECEIVER, "event": "visit_closed", "at": NOW.isoformat()}
    answer = await house.post("/api/v1/visits/V-CLOSED/events", event)
    assert answer.status_code < 300, answer.text
    other_item = await house.item(await held(house, Result(POTASSIUM)), POTASSIUM)

    done = await _imported(
        house,
        "eqa",
        f"{UPPER},{ALBUMIN},provincial,suspended,2026-11-01,",
        header="institution_code,item_code,scheme,result,valid_from,valid_to",
    )
    found = await _affected(house, done)
    moved = ("RECOGNIZABLE", "NOT_RECOGNIZABLE")
    assert found[undecided["determination_id"]] == moved
    assert found[taken_back["determination_id"]] == moved
    for untouched in (decided, closed, other_item):
        assert untouched["determination_id"] not in found
    stored = await house.get(f"/api/v1/determinations/{undecided['determination_id']}")
    assert stored.json()["outcome"] == "RECOGNIZABLE"


async def test_import_command_names_the_open_reminders(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_OFFER_VALIDITY_DAYS", "36500")
    item = await house.item(await held(house, Result("25030300200")), "25030300200")
    file = house.folder / "eqa.csv"
    file.write_text(
        "institution_code,item_code,scheme,result,valid_from,valid_to\n"
        f"{UPPER},25030300200,provincial,fail,2026-01-01,\n"
    )
    done = await gateway_command(house, "import", "eqa", str(file))
    assert done.returncode == 0, done.stderr
    imported, head, *lines = done.stdout.splitlines()
    assert imported == "eqa.csv: 1 rows imported"
    assert head == f"{len(lines)} open determinations would be made otherwise now:"
    cells = (item["determination_id"], RECEIVER, "25030300200", "RECOGNIZABLE", "NOT_RECOGNIZABLE")
    assert "\t".join(cells) in lines


async def test_row_of_an_uninvolved_laboratory_finds_nothing(house: House) -> None:
    await house.item(await held(house, Result(POTASSIUM)), POTASSIUM)
    done = await _imported(
        house,
        "eqa",
        "LAX,25030100600,national,pass,2026-01-01,",
        header="institution_code,item_code,scheme,result,valid_from,valid_to",
    )
    assert done.affected == ()


async def test_synonym_concerns_everybody(house: House) -> None:
    person = await held(house, Result(CA125, detection_system="e801 模块"))
    item = await house.item(person, CA125)
    assert item["outcome"] == "DISCRETIONARY"
    done = await _imported(
        house,
        "synonyms",
        "e801 模块,罗氏 Cobas e801",
        header="detection_system,canonical",
    )
    assert (await _affected(house, done))[item["determination_id"]] == (
        "DISCRETIONARY", "RECOGNIZABLE",
    )  # fmt: skip


async def test_withdrawn_mapping_leaves_nothing_to_determine(house: House) -> None:
    person = await held(house, local("ALB"))
    item = await house.item(person, "25030100200")
    done = await _imported(
        house,
        "mappings",
        f"{UPPER},lab,ALB,白蛋白,25030100600,,2026-01-01,,审核员",
        header="institution_code,kind,local_code,local_name,item_code,component,valid_from,"
        "valid_to,reviewed_by",
    )
    before, after = (await _affected(house, done))[item["determination_id"]]
    assert (before, after) == (item["outcome"], None)


async def test_declared_doubt_is_compared_with_what_was_viewed(house: House) -> None:
    person = await held(house, Result("25030100600"))
    order = {"item_code": "25030100600", "declared": [{"code": "E05"}]}
    item = await house.item(person, order)
    done = await _imported(
        house,
        "eqa",
        f"{UPPER},25030100600,national,pass,2026-01-01,",
        header="institution_code,item_code,scheme,result,valid_from,valid_to",
    )
    assert (await _affected(house, done))[item["determination_id"]] == (
        "NOT_RECOGNIZABLE", "RECOGNIZABLE",
    )  # fmt: skip


async def test_import_of_nothing_new_asks_nobody(house: House) -> None:
    header = "detection_system,canonical"
    first = await _imported(house, "synonyms", "某系统,罗氏 Cobas e801", header=header)
    again = await _imported(house, "synonyms", "某系统,罗氏 Cobas e801", header=header)
    assert (first.unchanged, again.unchanged, again.affected) == (False, True, ())


# 国卫医发〔2022〕6号: another document for one institution


async def test_assigned_institution_follows_the_national_document(house: House) -> None:
    person = await held(house, Result("25030400401"), collected=NOW - timedelta(days=60))
    own = await house.remind(person, "25030400401", receiver=OTHER_RECEIVER)
    other = await house.remind(person, "25030400401")
    assert (own["policy"], own["items"][0]["outcome"]) == ("national_2022", "RECOGNIZABLE")
    assert (other["policy"], other["items"][0]["outcome"]) == ("zhejiang_2021", "NOT_RECOGNIZABLE")
    codes = {each["code"] for each in own["items"][0]["findings"]}
    assert {"WINDOW", "TIER", "ALLIANCE"}.isdisjoint(codes)


async def test_repeat_grounds_cite_the_document_of_the_institution(house: House) -> None:
    person = await held(house, Result("25030400401"))
    rejection = {"code": "E04", "text": "", "informed": True}
    item = await house.item(person, "25030400401", receiver=OTHER_RECEIVER)
    view = {"report": item["report"]["id"], "what": "report"}
    assert (await house.act(item, "view", view, OTHER_RECEIVER)).status_code == 200
    doubt = await house.act(item, "reject", {**rejection, "code": "E08"}, OTHER_RECEIVER)
    assert doubt.status_code in (400, 422)
    assert "not_in_document" in doubt.text
    done = await house.act(item, "reject", rejection, OTHER_RECEIVER)
    assert done.status_code == 200, done.text
    assert "复查依据：重新检查（一）" in done.text


@pytest.mark.parametrize("text", ["[[assignments]]\n", "not toml", None])
async def test_unusable_file_of_assignments_is_refused(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "assignments.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    settings = settings_of(tmp_path, policy_assignments_file=file)
    with pytest.raises(InvalidSettings, match="policy assignments"):
        async with open_gateway(settings):
            pass
