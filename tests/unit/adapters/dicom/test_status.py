"""Every end of a C-STORE has one status (PS3.4 table B.2-1)."""

import pytest
from pydicom.dataset import Dataset

from adapters.dicom.spool import Kept, SpoolFull
from adapters.dicom.status import STATUS_OF_KEPT, StoreStatus, guarded, status, status_of_fault
from adapters.errors import MappingFailure


@pytest.mark.parametrize(
    ("kept", "code"),
    [(Kept.STORED, 0x0000), (Kept.DUPLICATE, 0x0000), (Kept.CONFLICT, 0xB000)],
)
def test_kept_objects_have_their_status(kept: Kept, code: int) -> None:
    assert STATUS_OF_KEPT[kept] == code


def test_unusable_header_cannot_be_understood() -> None:
    answer = status_of_fault(MappingFailure("uid_missing", "(0020,000D)"))
    assert (answer.Status, answer.OffendingElement) == (0xC000, 0x0020000D)
    assert answer.ErrorComment == "uid_missing"


def test_contradicting_class_does_not_match() -> None:
    assert status_of_fault(MappingFailure("sop_class_mismatch", "(0008,0016)")).Status == 0xA900


def test_fault_without_place_names_no_element() -> None:
    assert "OffendingElement" not in status_of_fault(MappingFailure("data_set_unreadable"))


def test_comment_fits_its_representation() -> None:
    assert len(status(StoreStatus.CANNOT_UNDERSTAND, "x" * 100).ErrorComment) == 64
    assert "ErrorComment" not in status(StoreStatus.STORED)


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (SpoolFull("full"), "dicom_store_unavailable"),
        (OSError(28, "No space left"), "dicom_store_unavailable"),
        (RuntimeError("a fault of ours"), "dicom_store_failed"),
    ],
)
def test_our_own_trouble_asks_to_try_again(error: Exception, event: str) -> None:
    events = []

    def handle() -> Dataset:
        raise error

    answer = guarded(handle, lambda name, keys: events.append((name, keys)))
    assert answer.Status == 0xA700
    assert events == [(event, {"error_type": type(error).__name__})]


def test_answer_of_the_handler_passes_through() -> None:
    stored = status(StoreStatus.STORED)
    assert guarded(lambda: stored, lambda _name, _keys: None) is stored
