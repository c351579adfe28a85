"""C-ECHO (DICOM PS3.4 annex A): whoever may open an association is answered with success."""

from pynetdicom.events import Event

SUCCESS = 0x0000


def verify(_event: Event) -> int:
    """The status of a verification request."""
    return SUCCESS
