"""What became of a received object → DIMSE status (DICOM PS3.4 table B.2-1, PS3.7 annex C)."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from types import MappingProxyType

from pydicom.dataset import Dataset

from adapters.dicom.report import Report
from adapters.dicom.spool import Kept
from adapters.errors import AdapterError

_ERROR_COMMENT_LENGTH = 64  # (0000,0902) is LO


class StoreStatus(IntEnum):
    """The C-STORE statuses that this receiver gives; no other leaves the handler."""

    STORED = 0x0000
    NOT_AUTHORIZED = 0x0124
    OUT_OF_RESOURCES = 0xA700
    CLASS_MISMATCH = 0xA900
    KEPT_FIRST = 0xB000
    CANNOT_UNDERSTAND = 0xC000


#: An object that was kept. Already held is success, so that a resend ends the sender's trouble.
STATUS_OF_KEPT: Mapping[Kept, StoreStatus] = MappingProxyType(
    {
        Kept.STORED: StoreStatus.STORED,
        Kept.DUPLICATE: StoreStatus.STORED,
        Kept.CONFLICT: StoreStatus.KEPT_FIRST,
    }
)
#: Faults of the content with a status of their own; every other one is "cannot understand".
_STATUS_OF_REASON = MappingProxyType({"sop_class_mismatch": StoreStatus.CLASS_MISMATCH})


def status_of_fault(fault: AdapterError) -> Dataset:
    """The refusal of an object: status, reason and, where there is one, the element at fault."""
    answer = status(
        _STATUS_OF_REASON.get(fault.reason, StoreStatus.CANNOT_UNDERSTAND), fault.reason
    )
    if fault.location:
        answer.OffendingElement = [int(fault.location.strip("()").replace(",", ""), 16)]
    return answer


def guarded(handle: Callable[[], Dataset], report: Report) -> Dataset:
    """The handler's answer; A700 for trouble of our own, so that the sender tries again."""
    try:
        return handle()
    except OSError as error:
        report("dicom_store_unavailable", {"error_type": type(error).__name__})
        return status(StoreStatus.OUT_OF_RESOURCES, "store unavailable, send again later")
    except Exception as error:  # one of the three rims: a fault of ours is never the sender's
        report("dicom_store_failed", {"error_type": type(error).__name__})
        return status(StoreStatus.OUT_OF_RESOURCES, "internal error, send again later")


def status(code: StoreStatus, comment: str = "") -> Dataset:
    """A status with its comment (0000,0902), which says nothing about the patient."""
    answer = Dataset()
    answer.Status = int(code)
    if comment:
        answer.ErrorComment = comment[:_ERROR_COMMENT_LENGTH]
    return answer
