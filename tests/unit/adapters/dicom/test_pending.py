"""Markers survive a crash and hold no patient data."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.dicom.pending import PendingObject, Refusal, from_marker, to_marker
from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from tests.unit.adapters.dicom.dicom_files import SENDER

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PENDING = PendingObject("archive/ab/ab.dcm", "1.2.3", SENDER, AT)


@pytest.mark.parametrize(
    "pending", [PENDING, replace(PENDING, refusal=Refusal("uid_missing", "(0020,000D)", "提示"))]
)
def test_marker_is_read_back(pending: PendingObject) -> None:
    assert from_marker(to_marker(pending)) == pending


def test_marker_name_tells_institutions_and_objects_apart() -> None:
    other = replace(PENDING, sender=Sender(InstitutionCode("H2"), "GB18030", "Asia/Shanghai"))
    again = replace(PENDING, received_at=AT.replace(hour=5))
    assert PENDING.marker == again.marker
    assert len({PENDING.marker, other.marker, replace(PENDING, uid="1.2.4").marker}) == 3
