"""Who may open an association."""

from datetime import UTC, date, datetime

import pytest

from adapters.dicom.association_policy import Rejection, rejection_of
from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from tests.unit.adapters.dicom.dicom_files import SENDER

#: Still the day before in UTC: the register counts days in China.
EARLY = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)


class OneDayRegister:
    """CT_H1 is registered on 22 November in China and on no other day."""

    def sender_of_facility(self, facility: str, on: date) -> Sender | None:
        return None

    def sender_of_ae_title(self, ae_title: str, on: date) -> Sender | None:
        return SENDER if (ae_title, on) == ("CT_H1", date(2026, 11, 22)) else None

    def is_imaging_code(self, institution: InstitutionCode, code: str, on: date) -> bool:
        return False


@pytest.mark.parametrize(
    ("called", "calling", "rejection"),
    [
        ("GATE", "CT_H1", None),
        ("GATE            ", " CT_H1 ", None),
        ("GATE", "CT_H9", Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED),
        ("OTHER", "CT_H1", Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED),
    ],
)
def test_registered_title_calling_ours_may_enter(
    called: str, calling: str, rejection: Rejection | None
) -> None:
    assert rejection_of(called, calling, "GATE", OneDayRegister(), EARLY) == rejection
