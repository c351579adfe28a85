from collections import Counter
from datetime import date, datetime, time

import pytest
from stdnum.cn import ric

from gateway.canonical.identifiers import normalize_resident_id
from gateway.canonical.times import CHINA_STANDARD_TIME
from gateway.demo.city import City, make_city
from gateway.demo.imaging_plans import PROCEDURES
from gateway.demo.institutions import INSTITUTIONS, PROVINCIAL
from gateway.demo.lab_plans import corrected
from gateway.demo.lab_scenarios import SCENARIOS, Patient
from item_catalog.catalog import Edition

TODAY = date(2026, 3, 31)


def test_city_has_the_promised_size(city: City) -> None:
    assert len(INSTITUTIONS) >= 6
    assert len(city.people) == 30
    assert len(city.lab_reports) == 200
    assert len(city.studies) == 12


def test_same_day_makes_the_same_city(city: City, edition: Edition) -> None:
    assert make_city(TODAY, edition) == city


def test_city_has_institutions_on_both_sides_of_the_line() -> None:
    assert {i.kind for i in INSTITUTIONS} == {
        "hospital", "primary_care", "independent_laboratory",
    }  # fmt: skip
    assert {"三级甲等", "二级甲等", "二级乙等", "一级甲等", "未定级"} <= {
        i.tier for i in INSTITUTIONS
    }


def test_resident_numbers_are_valid_and_nobodys(city: City) -> None:
    for person in city.people:
        assert normalize_resident_id(person.resident_id) == person.resident_id
        assert ric.calc_check_digit(person.resident_id) == person.resident_id[-1]
        assert person.resident_id.startswith("9999"), "no region of China has this number"
        assert person.resident_id[6:14] == f"{person.born:%Y%m%d}"
        assert (int(person.resident_id[16]) % 2 == 1) == (person.sex == "M")


def test_no_two_people_share_a_number(city: City) -> None:
    assert len({person.resident_id for person in city.people}) == 30
    for institution in INSTITUTIONS:
        assert len({person.local_number(institution) for person in city.people}) == 30


def test_names_contain_the_bytes_that_break_splitting(city: City) -> None:
    names = [person.name for person in city.people]
    assert b"|" in b"".join(name.encode("gb18030") for name in names)
    assert b"^" in b"".join(name.encode("gb18030") for name in names)
    assert any("·" in name for name in names)
    assert any(len(character.encode("gb18030")) == 4 for name in names for character in name)


def test_report_numbers_are_unique_per_sender(city: City) -> None:
    numbers = Counter((plan.institution.code, plan.filler) for plan in city.lab_reports)
    assert set(numbers.values()) == {1}


def test_nothing_happens_in_the_future(city: City) -> None:
    midnight = datetime.combine(TODAY, time(), CHINA_STANDARD_TIME)
    for plan in city.lab_reports:
        times = [plan.collected_at, plan.received_at, *(v.issued_at for v in plan.versions)]
        assert times == sorted(times)
        assert times[-1] < midnight
    assert all(plan.acquired_at < midnight for plan in city.studies)


def test_some_reports_are_late_corrected_cancelled_or_unfinished(city: City) -> None:
    fates = Counter("".join(v.status for v in plan.versions) for plan in city.lab_reports)
    assert fates["FC"] >= 5
    assert fates["FX"] >= 2
    assert fates["P"] >= 2
    assert sum(plan.oldest_arrives_last for plan in city.lab_reports) >= 2
    assert sum((TODAY - plan.collected_at.date()).days > 30 for plan in city.lab_reports) >= 10


def test_late_report_arrives_after_its_correction(city: City) -> None:
    plan = city.lab_report(Patient.LATE_MESSAGE, "KIDNEY")
    assert [version.status for version in plan.arrivals] == ["C", "F"]


def test_scenario_values_are_kept_and_flagged(city: City) -> None:
    results = city.lab_report(Patient.CRITICAL, "ELEC").versions[-1].results
    potassium = next(r for r in results if r.analyte.abbreviation == "K")
    assert (potassium.value, potassium.flag) == ("6.90", "HH")


def test_everyday_reports_stay_out_of_the_story(city: City) -> None:
    told = {(s.person, name) for s in SCENARIOS for name in city.lab_orders[s.order].abbreviations}
    for plan in city.lab_reports[len(SCENARIOS) :]:
        for result in plan.versions[0].results:
            assert (plan.person.number, result.analyte.abbreviation) not in told


def test_values_of_one_report_belong_together(city: City) -> None:
    for plan in city.lab_reports:
        value = {r.analyte.abbreviation: r.value for r in plan.versions[0].results}
        if "MCV" in value:
            share = [float(value[f"{cell}%"]) for cell in ("NEUT", "LYMPH", "MONO", "EO", "BASO")]
            assert sum(share) == pytest.approx(100, abs=0.4)
            red = float(value["RBC"]) * float(value["MCV"]) / 10
            assert float(value["HCT"]) == pytest.approx(red, abs=0.5)
        if "TP" in value:
            assert float(value["TP"]) > float(value["ALB"])
        if "DBIL" in value:
            assert float(value["DBIL"]) < float(value["TBIL"])


def test_correction_changes_only_what_it_names(city: City) -> None:
    plan = city.lab_report(Patient.CORRECTED, "THYROID")
    again = corrected(plan, {"TSH": "9.870"}, plan.versions[-1].issued_at)
    before, after = plan.versions[-1].results, again.versions[-1].results
    changed = [r.analyte.abbreviation for r, s in zip(after, before, strict=True) if r != s]
    assert (changed, after[0].flag, again.versions[-1].status) == (["TSH"], "H", "C")


def test_outsourced_results_name_the_laboratory(city: City) -> None:
    results = city.lab_report(Patient.OUTSOURCED, "THYROID").versions[0].results
    assert {r.performed_by.kind for r in results if r.performed_by} == {"independent_laboratory"}


def test_markers_state_their_system_except_where_told(city: City) -> None:
    stated = city.lab_report(Patient.DETECTION_SYSTEM, "TUMOR").versions[0].results
    silent = city.lab_report(Patient.NO_DETECTION_SYSTEM, "TUMOR").versions[0].results
    assert all(result.detection_system for result in stated)
    assert not any(result.detection_system for result in silent)


def test_every_study_has_its_procedure_and_modality(city: City, edition: Edition) -> None:
    for plan in city.studies:
        item = edition.find_imaging(PROCEDURES[plan.procedure.code].item_code)
        assert item is not None
        assert (item.name, item.modality.value) == (plan.procedure.name, plan.procedure.modality)
        assert plan.institution.ae_title(plan.procedure.modality) in plan.institution.ae_titles


def test_modality_that_a_place_lacks_has_no_title() -> None:
    with pytest.raises(LookupError):
        PROVINCIAL.ae_title("PET")


def test_story_patients_are_found_by_name(city: City) -> None:
    assert city.person(Patient.TWO_CHARSETS).name == "王珅"
    assert city.study(Patient.SIDES).scenario.laterality == "R"
