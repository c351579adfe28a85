"""What is known of a connection."""

from adapters.hl7v2.mllp_framing import Framing, Violation
from adapters.hl7v2.peer import FrameNote, Peer
from adapters.hl7v2.tls import certificate_names
from gateway.canonical.identifiers import InstitutionCode

H001 = InstitutionCode("H001")


def test_certificate_binds_its_institution() -> None:
    assert Peer().may_send_as(H001)
    assert Peer(certificate_names=("H001",)).may_send_as(H001)
    assert not Peer(certificate_names=("H002",)).may_send_as(H001)
    assert not Peer(certificate_names=()).may_send_as(H001), "it names nobody"


def test_names_of_a_certificate_are_common_and_alternative() -> None:
    shown = {
        "subject": ((("countryName", "CN"),), (("commonName", "H001"),)),
        "subjectAltName": (("DNS", "H001"), ("URI", "urn:hospital:H002"), ("IP Address", "::1")),
    }
    assert certificate_names(shown) == ("H001", "urn:hospital:H002")
    assert certificate_names({"serialNumber": "1"}) == ()
    assert certificate_names({}) is None
    assert certificate_names(None) is None


def test_diary_keeps_the_last_messages_and_counts_all() -> None:
    peer = Peer(7, "10.0.0.1")
    for number in range(30):
        peer.note(FrameNote(H001, f"C{number}" + "x" * 100, "AA"))
    peer.note(FrameNote(None, "", "", "no_header"))
    seen = peer.diagnostics()
    assert (seen.number, seen.address, seen.is_open) == (7, "10.0.0.1", True)
    assert (seen.answered, seen.institutions) == ({"AA": 30, "": 1}, (H001,))
    assert (len(seen.last), seen.last[-1].reason) == (20, "no_header")
    assert all(len(note.control_id) <= 50 for note in seen.last)


def test_diary_describes_broken_framing_by_hash_and_ends() -> None:
    peer = Peer()
    [event] = Framing(10).feed(b"MSH|^~\\&|secret")
    assert isinstance(event, Violation)
    peer.note_violation(event)
    [noted] = peer.diagnostics().violations
    assert (noted.kind, noted.size, noted.head, noted.tail) == (
        "unframed",
        15,
        "4d53487c5e7e5c26",
        "6574",
    )
