"""Files are whole, first come stays, and a restart finds what was left."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.dicom.file_meta import file_meta
from adapters.dicom.pending import PendingObject, Refusal
from adapters.dicom.spool import Kept, Spool, SpoolFull, archive_name
from tests.unit.adapters.dicom.dicom_files import SENDER

UID = "1.2.3"
PENDING = PendingObject("", UID, SENDER, datetime(2026, 11, 22, tzinfo=UTC))
REFUSAL = Refusal("uid_missing", "(0020,000D)", "send it")
META = file_meta("1.2.840.10008.5.1.4.1.1.2", UID, "1.2.840.10008.1.2.1")


def keep(spool: Spool, *parts: bytes) -> Kept:
    with spool.arriving(parts) as arrival:
        return spool.keep(arrival, PENDING)


def files(root: Path, folder: str) -> list[Path]:
    return [path for path in (root / folder).rglob("*") if path.is_file()]


def test_kept_object_is_whole_and_marked(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert keep(spool, META, b"data set") is Kept.STORED
    assert spool.path_of(archive_name(UID)).read_bytes() == META + b"data set"
    (pending,) = spool.take(10)
    assert pending.object_name == archive_name(UID)
    assert files(tmp_path, "incoming") == []
    spool.done([pending])
    assert files(tmp_path, "pending") == []


def test_same_data_set_under_other_file_meta_is_a_duplicate(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    keep(spool, META, b"data set")
    other_meta = file_meta("1.2.840.10008.5.1.4.1.1.2", UID, "1.2.840.10008.1.2.4.100")
    assert keep(spool, other_meta, b"data set") is Kept.DUPLICATE


def test_other_content_goes_to_quarantine(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    keep(spool, META, b"data set")
    assert keep(spool, META, b"data sex") is Kept.CONFLICT
    _, refused = spool.take(10)
    assert refused.refusal is not None
    assert refused.refusal.reason == "sop_instance_uid_reused"
    assert spool.path_of(refused.object_name).read_bytes() == META + b"data sex"
    assert spool.path_of(archive_name(UID)).read_bytes() == META + b"data set"


def test_restart_finds_what_was_marked_and_drops_what_was_not_whole(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    keep(first, META, b"data set")
    with first.arriving([META, b"bad"]) as arrival:
        first.quarantine(
            arrival, PendingObject("", UID, SENDER, PENDING.received_at, refusal=REFUSAL)
        )
    (tmp_path / "incoming" / "99.part").write_bytes(b"half an obj")
    again = Spool(tmp_path)
    assert files(tmp_path, "incoming") == []
    found = {pending.object_name.split("/")[0]: pending for pending in again.take(10)}
    assert found.keys() == {"archive", "quarantine"}
    assert found["quarantine"].refusal == REFUSAL
    assert found["archive"].sender == SENDER


def test_failed_write_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)

    def parts() -> Iterator[bytes]:
        yield META
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"), spool.arriving(parts()):
        pass
    assert files(tmp_path, "incoming") == []


def test_spool_that_is_full_takes_nothing_more(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_pending=1)
    keep(spool, META, b"data set")
    with pytest.raises(SpoolFull), spool.arriving([META]):
        pass
    spool.take(1)
    assert keep(spool, META, b"data set") is Kept.DUPLICATE


def test_arrival_wakes_the_indexer(tmp_path: Path) -> None:
    spool, woken = Spool(tmp_path), []
    spool.on_arrival(lambda: woken.append(True))
    keep(spool, META, b"data set")
    assert woken == [True]


def test_what_is_put_back_comes_last(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    keep(spool, META, b"data set")
    keep(spool, META, b"other")
    first, second = spool.take(5)
    spool.put_back(second)
    spool.put_back(first)
    assert spool.take(1) == (second,)
