"""A header as DICOM JSON (PS3.18 annex F): everything but pixel data and other bulk.

Texts are decoded with the repairs of `specific_character_set`, so what is shown is Chinese where
the sender meant Chinese. Bulk is left where it is and named by `BULK` and its path: tags of the
elements and, between them, numbers of sequence items, such as `00880200.0.7FE00010`.
"""

import base64
import math
import re
import struct
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

import orjson
from pydicom.datadict import dictionary_VR, private_dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from adapters.dicom.pixel_location import WholeHeader
from adapters.dicom.pydicom_habits import UNREADABLE
from adapters.dicom.specific_character_set import codecs_of, decode

#: Stands for the address of the instance in every BulkDataURI; replaced when it is served.
BULK = "@instance@"
#: Binary values up to this size stand in the metadata themselves.
INLINE_BYTES = 1024

Json = dict[str, Any]
_SPECIFIC_CHARACTER_SET = 0x00080005
_PIXEL_REPRESENTATION = 0x00280103
_AVAILABLE_SYNTAX = "00083002"
_UTF_8 = {"vr": "CS", "Value": ["ISO_IR 192"]}
_PADDING = " \0"
_PRIVATE_CREATORS = range(0x10, 0x100)
_LIST_OF_TEXTS = frozenset({"SH", "LO", "UC", "PN"})
_TEXTS = _LIST_OF_TEXTS | {"ST", "LT", "UT"}
_CODES = frozenset({"AE", "AS", "CS", "DA", "DT", "TM", "UI"})
_BINARY = frozenset({"OB", "OW", "OD", "OF", "OL", "OV", "UN"})
_NUMBERS = MappingProxyType(
    {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "UV": "Q", "SV": "q"}
)
_NAME_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_INTEGER = re.compile(r"[+-]?\d{1,18}")


def metadata_of(header: WholeHeader) -> bytes:
    """The JSON object of one instance, UTF-8, with its transfer syntax in (0008,3002)."""
    attributes = _object(header.dataset, (), "")
    attributes["00080005"] = _UTF_8
    attributes[_AVAILABLE_SYNTAX] = {"vr": "UI", "Value": [header.transfer_syntax_uid]}
    if header.pixel_tag:
        tag = f"{header.pixel_tag:08X}"
        vr = {"7FE00008": "OF", "7FE00009": "OD"}.get(tag, "OW")
        attributes[tag] = {"vr": vr, "BulkDataURI": f"{BULK}/bulkdata/{tag}"}
    return orjson.dumps(dict(sorted(attributes.items())))


def bulk_of(dataset: Dataset, path: str) -> bytes:
    """The value that a BulkDataURI's path names. Raises KeyError where there is none."""
    tag, _, rest = path.partition(".")
    key = int(tag, 16)
    if not rest:
        value = _raw_value(dataset, key)
        if not value:
            raise KeyError(path)
        return value
    number, _, inner = rest.partition(".")
    try:
        item = dataset[key].value[int(number)]
    except (*UNREADABLE, IndexError):
        raise KeyError(path) from None
    return bulk_of(item, inner)


def _raw_value(dataset: Dataset, tag: int) -> bytes:
    """The bytes of an element as read; none where it is absent or empty."""
    element: object = dataset.get_item(tag)
    return bytes(element.value or b"") if isinstance(element, RawDataElement) else b""


def _object(dataset: Dataset, codecs: tuple[str, ...], place: str) -> Json:
    declared = _raw_value(dataset, _SPECIFIC_CHARACTER_SET)
    if declared:
        terms = declared.decode("ascii", errors="replace").split("\\")
        codecs = codecs_of([term.strip(_PADDING) for term in terms])
    reader = _Reader(dataset, codecs or codecs_of(()), place)
    return dict(reader.attributes())


class _Reader:
    """The elements of one data set or item; place is the path of the item with its last dot."""

    def __init__(self, dataset: Dataset, codecs: tuple[str, ...], place: str) -> None:
        self._dataset = dataset
        self._codecs = codecs
        self._place = place

    def attributes(self) -> Iterator[tuple[str, Json]]:
        for tag in self._dataset.keys():  # noqa: SIM118 - iterating a Dataset converts its values
            key = int(tag)
            if not key & 0xFFFF or key == 0xFFFCFFFC:  # noqa: PLR2004 - lengths, padding
                continue
            try:
                attribute = self._attribute(key)
            except UNREADABLE:
                continue  # one damaged element must not hide the others
            if attribute is not None:
                yield f"{key:08X}", attribute

    def _attribute(self, tag: int) -> Json | None:
        raw: object = self._dataset.get_item(tag)
        vr = self._vr(tag, getattr(raw, "VR", None))
        if vr == "SQ":
            items = [
                _object(item, self._codecs, f"{self._place}{tag:08X}.{index}.")
                for index, item in enumerate(self._dataset[tag].value)
            ]
            return {"vr": vr, "Value": items} if items else {"vr": vr}
        value = raw.value or b"" if isinstance(raw, RawDataElement) else b""
        if not value:
            return {"vr": vr}
        if vr in _BINARY:
            return self._binary(tag, vr, value)
        is_little = not isinstance(raw, RawDataElement) or raw.is_little_endian
        values = self._values(vr, value, is_little)
        return {"vr": vr, "Value": values} if any(v is not None for v in values) else {"vr": vr}

    def _vr(self, tag: int, stated: str | None) -> str:
        if stated not in (None, "UN"):
            return str(stated)
        try:
            vr = self._private_vr(tag) if tag >> 16 & 1 else dictionary_VR(tag)
        except (KeyError, ValueError):
            return "UN"
        return self._unambiguous(vr)

    def _private_vr(self, tag: int) -> str:
        if tag & 0xFFFF in _PRIVATE_CREATORS:
            return "LO"
        creator = _raw_value(self._dataset, (tag & 0xFFFF0000) | (tag >> 8 & 0xFF))
        name = creator.decode("ascii", errors="replace").strip(_PADDING)
        return str(private_dictionary_VR(tag, name))

    def _unambiguous(self, vr: str) -> str:
        """One representation where the dictionary leaves several (PS3.5 annex A)."""
        if "OW" in vr:
            return "OW"
        if vr == "US or SS":
            return "SS" if any(_raw_value(self._dataset, _PIXEL_REPRESENTATION)) else "US"
        return vr

    def _binary(self, tag: int, vr: str, value: bytes) -> Json:
        if len(value) <= INLINE_BYTES:
            return {"vr": vr, "InlineBinary": base64.b64encode(value).decode()}
        return {"vr": vr, "BulkDataURI": f"{BULK}/bulkdata/{self._place}{tag:08X}"}

    def _values(self, vr: str, value: bytes, is_little: bool) -> list[Any]:
        if vr in _TEXTS:
            text = decode(value, self._codecs).text
            parts = text.split("\\") if vr in _LIST_OF_TEXTS else [text]
            convert: Callable[[str], Any] = _name if vr == "PN" else _text
            return [convert(part) for part in parts]
        if vr in _NUMBERS:
            return _numbers(_NUMBERS[vr], value, is_little)
        if vr == "AT":
            pairs = _numbers("H", value, is_little)
            return [f"{g:04X}{e:04X}" for g, e in zip(pairs[::2], pairs[1::2], strict=False)]
        text = value.decode("ascii", errors="replace")
        parts = text.split("\\") if vr in _CODES or vr in {"IS", "DS"} else [text]
        return [_number(vr, part.strip(_PADDING)) for part in parts]


def _text(part: str) -> str | None:
    return part.strip("\0").rstrip(" ").lstrip(" ") or None


def _name(part: str) -> Json | None:
    groups = [group.strip(_PADDING).rstrip("^") for group in part.split("=")]
    return {name: text for name, text in zip(_NAME_GROUPS, groups, strict=False) if text} or None


def _number(vr: str, part: str) -> Any:
    """A number where the text is one; a text that breaks its rules is kept as it is."""
    if vr == "IS" and _INTEGER.fullmatch(part):
        return int(part)
    if vr == "DS" and _DECIMAL.fullmatch(part):
        number = float(part)
        return number if math.isfinite(number) else part
    return part or None


def _numbers(code: str, value: bytes, is_little: bool) -> list[Any]:
    count = len(value) // struct.calcsize(f"={code}")
    order = "<" if is_little else ">"
    found = struct.unpack_from(f"{order}{count}{code}", value)
    return [str(n) if isinstance(n, float) and not math.isfinite(n) else n for n in found]
