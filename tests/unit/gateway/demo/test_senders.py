from gateway.demo.city import City
from gateway.demo.institutions import COUNTY, INSTITUTIONS, LABORATORY
from gateway.demo.senders import acknowledgment_code, lab_messages_of


def test_acknowledgment_code_is_read_from_msa() -> None:
    assert acknowledgment_code(b"MSH|^~\\&|A\rMSA|AE|77\rERR|\r") == "AE"
    assert acknowledgment_code(b"") == ""


def test_every_issue_of_every_report_is_sent_once(city: City) -> None:
    sent = [
        message for institution in INSTITUTIONS for message in lab_messages_of(city, institution)
    ]
    assert len(sent) == len(set(sent)) == sum(len(plan.versions) for plan in city.lab_reports)
    assert not lab_messages_of(city, LABORATORY), "it works for others and sends nothing itself"


def test_late_issue_is_sent_after_the_newer_one(city: City) -> None:
    late = next(p for p in city.lab_reports if p.oldest_arrives_last and p.institution is COUNTY)
    sent = b"".join(lab_messages_of(city, COUNTY))
    assert sent.index(f"{late.filler}V2".encode()) < sent.index(f"{late.filler}V1".encode())
