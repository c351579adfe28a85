"""Documents and links inside results."""

import base64
import hashlib

import pytest

from adapters.errors import MappingFailure
from adapters.hl7v2 import er7
from adapters.hl7v2.oru_r01 import read_reports
from adapters.hl7v2.sender_profile import SenderProfile
from gateway.canonical.attachment import Attachment
from gateway.canonical.identifiers import InstitutionCode
from tests.messages import HEADER, ORDER, PATIENT, RESULT, joined

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 20
BASE64 = base64.b64encode(PDF).decode()
HOSTS = frozenset({"reports.example.org"})


def attached(
    value: str, kind: str = "ED", order: str = ORDER, warnings: list[str] | None = None
) -> tuple[Attachment, ...]:
    obx = f"OBX|2|{kind}|PDF^报告||{value}||||||F"
    message = er7.read(joined(HEADER, PATIENT, order, RESULT, obx))
    profile = SenderProfile(InstitutionCode("H001"))
    noted = [] if warnings is None else warnings
    [report] = read_reports(message, profile, lambda _: False, noted, HOSTS)
    return report.attachments


@pytest.mark.parametrize(
    "value",
    [
        f"^application^pdf^Base64^{BASE64}",
        f"LIS^AP^PDF^Base64^{BASE64}",
        f"^TEXT^PDF^Base64^{BASE64}",
        f"^application^pdf^BASE64^{BASE64[:76]}\\X0D\\{BASE64[76:]}",
        f"^application^pdf^Base64^{BASE64[:76]}\\.br\\{BASE64[76:]}",
        f"^application^pdf^Base64^{BASE64[:76]}\n{BASE64[76:]}",
        f"^application^pdf^Hex^{PDF.hex()}",
    ],
)
def test_document_is_measured_and_hashed(value: str) -> None:
    digest = hashlib.sha256(PDF).hexdigest()
    assert attached(value) == (Attachment("OBX[2]-5", "application/pdf", len(PDF), digest),)


def test_imaging_report_keeps_its_document_too() -> None:
    [document] = attached(f"^AP^PDF^Base64^{BASE64}", order=ORDER.replace("LAB", "CT"))
    assert document.size == len(PDF)


def test_document_larger_than_a_piece_is_decoded_whole() -> None:
    large = b"%PDF" + bytes(3 << 20)
    [document] = attached(f"^AP^PDF^Base64^{base64.b64encode(large).decode()}")
    assert (document.size, document.digest) == (len(large), hashlib.sha256(large).hexdigest())


@pytest.mark.parametrize(
    ("value", "media_type"),
    [
        ("^IM^JPEG^Base64^/9j/", "image/jpeg"),
        ("^text^plain^A^hello", "text/plain"),
        ("^text^^^hello", "text/octet-stream"),
        ("^^RTF^A^x", "application/rtf"),
    ],
)
def test_other_documents_are_named_by_their_type(value: str, media_type: str) -> None:
    [document] = attached(value)
    assert document.media_type == media_type


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (f"^^^^{BASE64}", "OBX[2]-5[1].2"),
        (f"{BASE64}", "OBX[2]-5[1].2"),
        (f"^application^{BASE64}", "OBX[2]-5[1].2"),
        ("^application^pdf^Base64^bm8gcGRm", "OBX[2]-5[1].5"),
        ("^application^pdf^Base64^JVBERi0x*", "OBX[2]-5[1].5"),
        ("^application^pdf^Base64^", "OBX[2]-5[1].5"),
        ("^application^pdf^Hex^2550zz", "OBX[2]-5[1].5"),
    ],
)
def test_document_that_is_not_what_it_says_is_located(value: str, place: str) -> None:
    with pytest.raises(MappingFailure) as fault:
        attached(value)
    assert (fault.value.reason, fault.value.location) == ("invalid_value", place)


def test_empty_document_is_nothing() -> None:
    assert attached("") == ()


def test_link_to_an_allowed_host_is_kept_and_not_followed() -> None:
    url = "https://reports.example.org/r/1?x=2"
    escaped = url.replace("&", "\\T\\")
    assert attached(f"{escaped}^web^application^pdf", "RP") == (
        Attachment("OBX[2]-5", "application/pdf", 0, "", url),
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example.org/r/1",
        "https://reports.example.org.evil.example/r",
        "file://reports.example.org/etc/passwd",
        "https://[broken/",
        "r/1",
        "",
    ],
)
def test_other_links_are_not_kept(url: str) -> None:
    warnings: list[str] = []
    assert attached(url, "RP", warnings=warnings) == ()
    assert warnings == ["OBX[2]-5: link to a host that is not allowed, not kept"]
