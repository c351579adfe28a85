"""multipart/related, cut anywhere and begun in any way."""

import pytest

from adapters.dicomweb.multipart import (
    MalformedMultipart,
    PartReader,
    boundary_of,
    part_type_of,
    written,
)

PARTS = [b"one", b"", b"\r\n--not the boundary\r\n", bytes(range(256))]
HEADERS = {"Content-Type": "application/dicom"}


def message(parts: list[bytes] = PARTS) -> bytes:
    return b"".join(written("BOUND", [(HEADERS, part) for part in parts]))


def read(body: bytes, size: int, limit: int = 10_000) -> list[bytes]:
    reader = PartReader(b"BOUND", limit)
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    found = [part for chunk in chunks for part in reader.feed(chunk)]
    reader.end()
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_chunks_of_any_size_give_the_parts(size: int) -> None:
    assert read(message(), size) == PARTS


def test_line_end_and_preamble_before_the_first_boundary() -> None:
    assert read(b"\r\n" + message(), 5) == PARTS
    assert read(b"preamble\r\n" + message(), 5) == PARTS


def test_part_without_headers_is_content() -> None:
    assert read(b"--BOUND\r\n\r\nabc\r\n--BOUND--", 4) == [b"abc"]


def test_body_cut_off_is_malformed() -> None:
    with pytest.raises(MalformedMultipart):
        read(message()[:-10], 16)


def test_part_without_end_of_headers_is_malformed() -> None:
    with pytest.raises(MalformedMultipart):
        read(b"--BOUND\r\nContent-Type: x\r\n--BOUND--", 64)
    with pytest.raises(MalformedMultipart):
        read(b"--BOUNDX: y\r\n\r\nabc\r\n--BOUND--", 64)


def test_part_beyond_the_limit_is_refused() -> None:
    with pytest.raises(OverflowError):
        read(message([bytes(500)]), 64, limit=100)


def test_boundary_and_type_quoted_or_not() -> None:
    quoted = 'multipart/related; type="application/dicom"; boundary="a b"'
    assert (boundary_of(quoted), part_type_of(quoted)) == (b"a b", "application/dicom")
    plain = "Multipart/Related;type=Application/Dicom;Boundary=ab"
    assert (boundary_of(plain), part_type_of(plain)) == (b"ab", "application/dicom")
    assert part_type_of("multipart/related") == ""
    with pytest.raises(MalformedMultipart):
        boundary_of("multipart/related")
