"""Marks of one synthetic patient, and every form in which they could lie about in clear."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.factories import resident_number

NAME = "欧阳珅玘验"
RESIDENT_ID = resident_number(777, "19610411")
LOCAL_NUMBER = "ZZMARK90417"
PHONE = "13987601234"
ADDRESS = "标记路八十八弄"
MARKS = (NAME, RESIDENT_ID, LOCAL_NUMBER, PHONE, ADDRESS)
_CODECS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class Leak:
    """A mark that was found: where, which one, and in which form."""

    place: str
    mark: str
    form: str


def leaks(place: str, content: bytes) -> list[Leak]:
    """Every mark that stands in the content in any form."""
    folded = content.lower()
    return [
        Leak(place, mark, form)
        for mark, form, needle in _NEEDLES
        if needle in (folded if form.startswith("hex") else content)
    ]


def all_leaks(contents: Iterable[tuple[str, bytes]]) -> list[Leak]:
    """The leaks of many places."""
    return [leak for place, content in contents for leak in leaks(place, content)]


def _forms(mark: str) -> Iterator[tuple[str, bytes]]:
    for codec in _CODECS:
        encoded = mark.encode(codec)
        yield codec, encoded
        yield f"hex {codec}", encoded.hex().encode()
        for shift in range(3):
            yield f"base64 {codec}", _base64_core(encoded, shift)
    if not mark.isascii():
        yield "JSON escapes", json.dumps(mark).strip('"').encode()


def _base64_core(encoded: bytes, shift: int) -> bytes:
    """What every base64 text shows that holds these bytes at this offset, less both ends."""
    text = base64.b64encode(bytes(shift) + encoded)
    first = (shift * 8 + 5) // 6
    last = (shift + len(encoded)) * 8 // 6
    return text[first:last]


_NEEDLES = [(mark, form, needle) for mark in MARKS for form, needle in _forms(mark)]
