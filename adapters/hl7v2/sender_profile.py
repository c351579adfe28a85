"""What is particular to one sender, as data: its institution, its charset and its clock."""

from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.times import CHINA_STANDARD_TIME

_CHINESE_ZONES = frozenset({"", "Asia/Shanghai", "PRC"})


@dataclass(frozen=True, slots=True)
class SenderProfile:
    """charset is used where MSH-18 is empty, zone where a time states no offset."""

    institution: InstitutionCode
    charset: str = ""
    zone: tzinfo = CHINA_STANDARD_TIME


@lru_cache(maxsize=4096)
def profile_of(sender: Sender) -> SenderProfile:
    """The profile of a registered sender.

    Raises:
        ZoneInfoNotFoundError: the register names a time zone that does not exist.
    """
    return SenderProfile(sender.institution, sender.charset, _zone(sender.time_zone))


def _zone(name: str) -> tzinfo:
    return CHINA_STANDARD_TIME if name in _CHINESE_ZONES else ZoneInfo(name)
