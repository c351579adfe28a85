"""Item codes of the two annexes: one validated string type per code system.

A code is a `str`, so it serializes as a plain JSON string and compares with text that arrived
from outside; the type says that its pattern was checked. Sources: 附件1 (laboratory) and 附件2
(imaging) of 浙卫发〔2021〕33号.
"""

import re
from typing import Self, TypeAlias

_LAB_PATTERN = re.compile(r"2[0-9]{10}(-[1-9])?")
_IMAGING_PATTERN = re.compile(r"B[0-9A-HJ-NP-Z]{8}-[0-9]{2}")


class InvalidItemCode(ValueError):
    """A text that is no item code of the system asked for."""

    def __init__(self, text: str, system: str) -> None:
        super().__init__(f"{text!r} is not a {system} item code")
        self.text = text
        self.system = system


class LabItemCode(str):
    """Code of a laboratory item (附件1): eleven digits, or eleven digits and a split suffix."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check the pattern; raise `InvalidItemCode` for anything else."""
        if _LAB_PATTERN.fullmatch(text) is None:
            raise InvalidItemCode(text, "laboratory")
        return super().__new__(cls, text)


class ImagingItemCode(str):
    """Code of an imaging item (附件2): `B`, eight characters without I and O, two-digit suffix."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check the pattern; raise `InvalidItemCode` for anything else."""
        if _IMAGING_PATTERN.fullmatch(text) is None:
            raise InvalidItemCode(text, "imaging")
        return super().__new__(cls, text)


ItemCode: TypeAlias = LabItemCode | ImagingItemCode


def parse_item_code(text: str) -> ItemCode:
    """Read an item code of either system; raise `InvalidItemCode` when it is neither."""
    if text.startswith("B"):
        return ImagingItemCode(text)
    if text.startswith("2"):
        return LabItemCode(text)
    raise InvalidItemCode(text, "laboratory or imaging")
