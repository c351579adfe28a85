"""Who may open an association: a registered AE title that calls ours (PS3.8 section 9.3.4)."""

from datetime import datetime
from enum import IntEnum

from gateway.canonical.directory import PeerDirectory
from gateway.canonical.times import local_date


class Rejection(IntEnum):
    """Why an association is refused: the diagnostics of the service user (PS3.8 table 9-21)."""

    CALLING_AE_TITLE_NOT_RECOGNIZED = 3
    CALLED_AE_TITLE_NOT_RECOGNIZED = 7


#: The same sender is refused until somebody changes the register or its configuration.
REJECTED_PERMANENT = 1
SOURCE_SERVICE_USER = 1


def rejection_of(
    called: str, calling: str, own_title: str, directory: PeerDirectory, at: datetime
) -> Rejection | None:
    """Why this association must be refused at that instant; None when it may be opened."""
    if called.strip() != own_title:
        return Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED
    if directory.sender_of_ae_title(calling.strip(), local_date(at)) is None:
        return Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED
    return None
