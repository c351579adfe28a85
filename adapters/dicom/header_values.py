"""Typed access to the elements of a header, from their bytes; what cannot be read is absent.

pydicom's own conversion is bypassed on purpose: it warns with the value in the message, raises on
invalid numbers, and decodes text before (0008,0005) can be repaired.
"""

import re
from math import isfinite
from struct import unpack
from typing import Literal

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from adapters.dicom.pydicom_habits import UNREADABLE
from adapters.dicom.specific_character_set import Text, codecs_of, decode

_SPECIFIC_CHARACTER_SET = 0x00080005
_PADDING = "\0 "
_INTEGER = re.compile(r"[+-]?\d{1,12}")  # PS3.5 table 6.2-1
_UNSIGNED_SHORT_LENGTH = 2
_DOUBLE_LENGTH = 8


class HeaderValues:
    """The elements of one data set or sequence item; tags are 0xggggeeee."""

    def __init__(
        self, dataset: Dataset, codecs: tuple[str, ...] = (), repairs: set[str] | None = None
    ) -> None:
        self._dataset = dataset
        self._is_big_endian = dataset.original_encoding[1] is False
        self._repairs = set() if repairs is None else repairs
        declared = [term.strip(_PADDING) for term in _ascii(self._bytes(_SPECIFIC_CHARACTER_SET))]
        self._codecs = codecs_of(declared) if any(declared) or not codecs else codecs

    @property
    def repairs(self) -> frozenset[str]:
        """What had to be done against the declared character sets, over all texts read so far."""
        return frozenset(self._repairs)

    def text(self, tag: int) -> str:
        """A text value (LO, SH, PN, UC …), decoded whole; "" when absent."""
        decoded: Text = decode(self._bytes(tag), self._codecs)
        if decoded.repair:
            self._repairs.add(decoded.repair)
        return decoded.text.strip(_PADDING)

    def code(self, tag: int) -> str:
        """The first value of an element in the default repertoire (CS, UI, DA, TM, DT, IS, DS)."""
        return self.codes(tag)[0]

    def codes(self, tag: int) -> tuple[str, ...]:
        """All values of such an element; one empty value when absent."""
        return tuple(value.strip(_PADDING) for value in _ascii(self._bytes(tag)))

    def integer(self, tag: int) -> int | None:
        """An integer string (IS); None when absent or not a number."""
        value = self.code(tag)
        return int(value) if _INTEGER.fullmatch(value) else None

    def decimal(self, tag: int) -> float | None:
        """A decimal string (DS); None when absent or not a finite number."""
        try:
            number = float(self.code(tag))
        except ValueError:
            return None
        return number if isfinite(number) else None

    def unsigned_short(self, tag: int) -> int | None:
        """A binary number (US); None when absent or of another length."""
        value = self._bytes(tag)
        if len(value) < _UNSIGNED_SHORT_LENGTH:
            return None
        order: Literal["little", "big"] = "big" if self._is_big_endian else "little"
        return int.from_bytes(value[:_UNSIGNED_SHORT_LENGTH], order)

    def double(self, tag: int) -> float | None:
        """A binary number (FD); None when absent, of another length, or not finite."""
        value = self._bytes(tag)
        if len(value) != _DOUBLE_LENGTH:
            return None
        number: float = unpack(">d" if self._is_big_endian else "<d", value)[0]
        return number if isfinite(number) else None

    def items(self, tag: int) -> list["HeaderValues"]:
        """The items of a sequence (SQ); none when absent or not readable."""
        if tag not in self._dataset:
            return []
        try:
            items = list(self._dataset[tag].value)
        except UNREADABLE:
            return []
        return [HeaderValues(item, self._codecs, self._repairs) for item in items]

    def _bytes(self, tag: int) -> bytes:
        element: object = self._dataset.get_item(tag)
        if isinstance(element, RawDataElement):
            return element.value or b""
        return b""


def _ascii(value: bytes) -> tuple[str, ...]:
    return tuple(value.decode("ascii", errors="replace").split("\\"))
