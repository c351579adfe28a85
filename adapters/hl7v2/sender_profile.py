"""What is particular to one sender, as data: its institution, charset, clock and habits."""

from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.times import CHINA_STANDARD_TIME

_CHINESE_ZONES = frozenset({"", "Asia/Shanghai", "PRC"})

#: A field of a segment, such as ("OBX", 11).
FieldPlace = tuple[str, int]


class OffsetRule(StrEnum):
    """What an offset from UTC in a time is worth.

    REQUIRED: a time of day without one is a fault, because the sender's clock is not known to keep
    one zone. IGNORED: the sender writes local times and a meaningless offset.
    """

    AS_STATED = "as_stated"
    REQUIRED = "required"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Habits:
    """Where a sender puts what; each is a correction made before the message is read.

    moves: the content of the first field belongs in the second, the first is emptied.
    components: of this field the numbered component is the value (units in OBX-6.2).
    narrow: fields whose full-width signs and digits are read as ASCII.
    identifier_types: type (CX.5) of the n-th repetition of PID-3 and MRG-1 that states none.
    name_marks: signs such as `*` before the names of tests, which are no part of the name.
    status_from_order: a result without status (OBX-11) has that of its order (OBR-25).
    """

    moves: tuple[tuple[FieldPlace, FieldPlace], ...] = ()
    components: tuple[tuple[FieldPlace, int], ...] = ()
    narrow: tuple[FieldPlace, ...] = ()
    identifier_types: tuple[str, ...] = ()
    name_marks: str = ""
    status_from_order: bool = False


NO_HABITS = Habits()


@dataclass(frozen=True, slots=True)
class SenderProfile:
    """How to read one sender and how to answer it.

    charset is used where MSH-18 is empty, with charset_is_known also where it is not; zone where a
    time states no offset. original_mode_only: the sender understands AA, AE and AR alone.
    close_instead_of_retry: it takes AR for final, so at trouble of ours it gets no answer and
    sends again.
    """

    institution: InstitutionCode
    charset: str = ""
    zone: tzinfo = CHINA_STANDARD_TIME
    charset_is_known: bool = False
    offsets: OffsetRule = OffsetRule.AS_STATED
    original_mode_only: bool = False
    close_instead_of_retry: bool = False
    habits: Habits = NO_HABITS


@lru_cache(maxsize=4096)
def profile_of(sender: Sender) -> SenderProfile:
    """The profile of a registered sender of which no more than the register is known.

    Raises:
        ZoneInfoNotFoundError: the register names a time zone that does not exist.
    """
    return SenderProfile(sender.institution, sender.charset, zone_named(sender.time_zone))


def zone_named(name: str) -> tzinfo:
    """The zone of that name, China for none. Raises `ZoneInfoNotFoundError`."""
    return CHINA_STANDARD_TIME if name in _CHINESE_ZONES else ZoneInfo(name)
