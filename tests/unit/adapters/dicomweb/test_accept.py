"""Accept headers as clients of the field write them."""

import pytest

from adapters.dicomweb.accept import Accepted, accepted

OCTETS = "application/octet-stream"


@pytest.mark.parametrize(
    "header",
    [
        'multipart/related; type="application/octet-stream"; transfer-syntax=*',
        "multipart/related; type=application/octet-stream; transfer-syntax=*",
        'multipart/related;type=application/octet-stream;transfer-syntax="*"',
    ],
)
def test_quotes_make_no_difference(header: str) -> None:
    assert accepted(header) == (Accepted(OCTETS, True, "*"),)


def test_several_types_in_one_header() -> None:
    header = (
        'application/dicom+json, multipart/related; type="application/dicom"; transfer-syntax=*'
    )
    found = accepted(header)
    assert [entry.media_type for entry in found] == ["application/dicom+json", "application/dicom"]
    assert found[1].takes_any_syntax


def test_comma_inside_quotes_splits_nothing() -> None:
    (entry,) = accepted('multipart/related; type="image/jpeg,x"')
    assert entry.media_type == "image/jpeg,x"


def test_quality_orders_and_zero_refuses() -> None:
    found = accepted("image/png;q=0.5, image/jpeg, image/gif;q=0, image/bmp;q=high")
    assert [entry.media_type for entry in found] == ["image/jpeg", "image/bmp", "image/png"]


@pytest.mark.parametrize("header", ["", "*/*", "image/gif;q=0"])
def test_no_wish_takes_anything(header: str) -> None:
    (entry,) = accepted(header)
    assert entry.takes(OCTETS)
    assert entry.takes_any_syntax


def test_wildcards_take_their_family() -> None:
    (entry,) = accepted("image/*")
    assert entry.takes("image/jpeg")
    assert not entry.takes(OCTETS)
    assert not entry.takes_any_syntax
