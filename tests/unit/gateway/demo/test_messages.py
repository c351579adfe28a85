import hl7
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from gateway.demo.city import City
from gateway.demo.hl7_text import escaped
from gateway.demo.imaging_messages import imaging_message
from gateway.demo.institutions import INSTITUTIONS
from gateway.demo.lab_messages import lab_message
from gateway.demo.lab_scenarios import Patient


def text_of(city: City, patient: Patient, order: str) -> tuple[hl7.Message, str]:
    plan = city.lab_report(patient, order)
    text = lab_message(plan, plan.versions[-1]).decode(plan.institution.encoding)
    return hl7.parse(text), text


def test_every_message_decodes_in_its_own_charset(city: City) -> None:
    for plan in city.lab_reports:
        for version in plan.arrivals:
            text = lab_message(plan, version).decode(plan.institution.encoding)
            assert plan.person.name in text
            assert text.startswith("MSH|^~\\&|LIS|FAC-")
            assert text.endswith("\r")


def test_messages_of_two_charsets_name_one_person(city: City) -> None:
    utf8, _ = text_of(city, Patient.TWO_CHARSETS, "LIVER")
    gb18030, _ = text_of(city, Patient.TWO_CHARSETS, "KIDNEY")
    assert str(utf8["PID"][0][5]) == str(gb18030["PID"][0][5]) == "王珅"
    assert (str(utf8["MSH"][0][18]), str(gb18030["MSH"][0][18])) == (
        "UNICODE UTF-8",
        "GB 18030-2000",
    )


@pytest.mark.parametrize("institution", INSTITUTIONS[:-1], ids=lambda i: i.key)
def test_hl7apy_reads_the_messages_of_each_sender(city: City, institution: object) -> None:
    plan = next(p for p in city.lab_reports if p.institution is institution)
    version = plan.versions[-1]
    text = lab_message(plan, version).decode(plan.institution.encoding)
    parsed = parse_message(text, validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=True)
    group = parsed.oru_r01_patient_result
    order = group.oru_r01_order_observation
    assert order.obr.obr_3.value == plan.filler
    assert order.obr.obr_25.value == version.status
    assert len(order.oru_r01_observation) == len(version.results)
    patient = group.oru_r01_patient.pid if plan.institution.hl7_version >= "2.4" else None
    assert patient is None or patient.pid_5.value == plan.person.name


def test_fields_stand_where_the_interface_says(city: City) -> None:
    message, _ = text_of(city, Patient.DETECTION_SYSTEM, "TUMOR")
    plan = city.lab_report(Patient.DETECTION_SYSTEM, "TUMOR")
    request, result = message["OBR"][0], message["OBX"][0]
    assert str(message["MSH"][0][4]) == "FAC-B"
    assert str(request[7]) == f"{plan.collected_at:%Y%m%d%H%M%S}"
    assert str(request[14]) == f"{plan.received_at:%Y%m%d%H%M%S}"
    assert str(request[22]) == f"{plan.versions[0].issued_at:%Y%m%d%H%M%S}"
    assert str(result[18]) == "Roche^Cobas e801"


def test_outside_laboratory_stands_in_obx_23(city: City) -> None:
    message, _ = text_of(city, Patient.OUTSOURCED, "THYROID")
    assert str(message["OBX"][0][23]).split("^")[9] == "YJ0008"


def test_control_numbers_differ_between_issues(city: City) -> None:
    plan = city.lab_report(Patient.LATE_MESSAGE, "KIDNEY")
    numbers = {
        str(hl7.parse(lab_message(plan, v).decode("gb18030"))["MSH"][0][10]) for v in plan.versions
    }
    assert len(numbers) == 2
    named = hl7.parse(lab_message(plan, plan.versions[0], "X1").decode("gb18030"))
    assert str(named["MSH"][0][10]) == "X1"


def test_delimiters_in_units_are_escaped(city: City) -> None:
    assert escaped("10^9/L & a|b~c\\") == "10\\S\\9/L \\T\\ a\\F\\b\\R\\c\\E\\"
    _, text = text_of(city, Patient.EMERGENCY, "CBC")
    assert "10\\S\\9/L" in text


def test_imaging_reports_carry_accession_and_findings(city: City) -> None:
    for plan in city.studies:
        text = imaging_message(plan, "1.2.3").decode(plan.institution.encoding)
        message = hl7.parse(text)
        request = message["OBR"][0]
        assert str(request[18]) == plan.accession
        assert str(request[24]) == plan.procedure.modality
        assert plan.procedure.impression in text
        assert ("113014" in text) == plan.scenario.states_study_uid
