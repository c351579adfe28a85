"""Converters of cells that several kinds share; each raises `ValueError` with the reason."""

import codecs
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import InstitutionCode
from gateway.services.csv_kinds.kind import KnownFacts, Reason
from item_catalog.tables import Columns, day, filled, optional

DEFAULT_TIME_ZONE = "Asia/Shanghai"
DEFAULT_CHARSET = "UTF-8"
VALIDITY: Columns = {"valid_from": day, "valid_to": optional(day)}
_OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")
#: GB18030 contains GBK and GB2312, so reading all three as GB18030 loses nothing.
_CHARSETS = {"utf-8": "UTF-8", "gb18030": "GB18030", "gbk": "GB18030", "gb2312": "GB18030"}
_HL7_NAMES = {"UNICODE UTF-8": "UTF-8", "GB 18030-2000": "GB18030"}
_MOST_DECIMALS = 2
_LONGEST_CODE = 64


def institution_code(text: str) -> InstitutionCode:
    """The code of an institution."""
    if len(text) > _LONGEST_CODE:
        raise ValueError(f"the institution's code is longer than {_LONGEST_CODE} characters")
    try:
        return InstitutionCode(text)
    except InvalidRecord as refusal:
        raise ValueError(f"the institution's code {refusal.fault}") from None


def separated(text: str) -> tuple[str, ...]:
    """The values of a `;`-separated list, trimmed, without empty ones and repetitions."""
    values = (part.strip() for part in text.split(";"))
    return tuple(dict.fromkeys(value for value in values if value))


def time_zone(text: str) -> str:
    """A zone of the IANA list or an offset such as +08:00; empty means China."""
    if text in {"", DEFAULT_TIME_ZONE}:
        return DEFAULT_TIME_ZONE
    if _OFFSET.fullmatch(text):
        return text
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{text!r} is neither a known time zone nor an offset like +08:00"
        ) from None
    return text


def charset(text: str) -> str:
    """A character set by its common name or that of HL7 table 0211; empty means UTF-8."""
    if not text:
        return DEFAULT_CHARSET
    name = _HL7_NAMES.get(text.upper(), text)
    try:
        codec = codecs.lookup(name).name
        "".encode(codec)
    except LookupError:
        raise ValueError(f"{text!r} is not a known character set") from None
    return _CHARSETS.get(codec, codec.upper())


def money(text: str) -> Decimal:
    """An amount in CNY, not negative, with at most two decimals."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not an amount") from None
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or amount < 0:
        raise ValueError(f"{text!r} is not an amount of zero or more")
    if -exponent > _MOST_DECIMALS:
        raise ValueError(f"{text!r} has more than {_MOST_DECIMALS} decimals")
    return amount


def unknown_institution(code: str, known: KnownFacts, column: str) -> Iterator[Reason]:
    """A reason if nobody was ever registered under this code."""
    if code not in known.institutions:
        yield column, f"{code!r} is not a registered institution"


def unknown_item(code: str, known: KnownFacts) -> Iterator[Reason]:
    """A reason if no edition of the catalog has an item of this code."""
    if not known.has_item(code):
        yield "item_code", f"{code!r} is not an item of any edition of the catalog"


__all__ = [
    "VALIDITY", "charset", "day", "filled", "institution_code", "money", "separated",
    "time_zone", "unknown_institution", "unknown_item",
]  # fmt: skip
