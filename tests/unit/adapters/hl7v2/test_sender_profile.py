"""What is particular to a sender."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest

from adapters.hl7v2.sender_profile import profile_of
from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode


@pytest.mark.parametrize(
    ("zone", "hours"), [("Asia/Shanghai", 8), ("", 8), ("PRC", 8), ("Asia/Tokyo", 9)]
)
def test_sender_has_the_zone_of_the_register(zone: str, hours: int) -> None:
    profile = profile_of(Sender(InstitutionCode("H001"), "GBK", zone))
    assert (profile.institution, profile.charset) == ("H001", "GBK")
    assert profile.zone.utcoffset(datetime(2026, 11, 20)) == timedelta(hours=hours)  # noqa: DTZ001


def test_unknown_zone_is_our_own_fault() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        profile_of(Sender(InstitutionCode("H001"), "", "Asia/Atlantis"))
