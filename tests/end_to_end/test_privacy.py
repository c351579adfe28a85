"""A marked patient goes through the whole house; nothing at rest and nothing said shows a mark."""

import asyncio
import base64
from collections import Counter

import pytest

from tests.end_to_end.house import Json
from tests.end_to_end.marked_story import Trace, tell
from tests.end_to_end.marks import MARKS, NAME, all_leaks, leaks

pytestmark = pytest.mark.end_to_end
#: Actions of the audit trail that the story below must leave, and how often.
EXPECTED_AUDIT = Counter(
    {
        "reminder:arrival": 2, "reminder:order": 4, "reminder:shown": 1, "report:opened": 1,
        "recognition:accept": 1, "recognition:undo": 1, "recognition:reject": 1,
        "report:cite": 1, "fault:report": 1, "report:viewed": 2, "images:viewed": 1,
        "determination:viewed": 1, "visit:visit_closed": 1, "statistics:pulled": 1,
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    """The story, told once."""
    return asyncio.run(
        tell(tmp_path_factory.mktemp("private"), tmp_path_factory.mktemp("modality"))
    )


def test_finder_finds_every_form_of_every_mark() -> None:
    for mark in MARKS:
        utf8, gb = mark.encode(), mark.encode("gb18030")
        samples = [utf8, gb, mark.encode("utf-16-le"), utf8.hex().upper().encode()]
        samples += [base64.b64encode(bytes(n) + utf8 + b"!") for n in range(4)]
        samples += [base64.b64encode(bytes(n) + gb + b"!") for n in range(4)]
        for sample in samples:
            assert mark in {leak.mark for leak in leaks("sample", b"before " + sample)}, sample


def test_images_lie_as_they_were_sent(trace: Trace) -> None:
    """So the finder would see a mark elsewhere, and the manual says whose encryption it is."""
    assert NAME in {leak.mark for leak in leaks("archive", trace.archived)}


def test_story_reached_every_corner(trace: Trace) -> None:
    assert {"open gateway.sqlite3", "open gateway.sqlite3-wal", "closed gateway.sqlite3"} <= {
        name for name, _ in trace.files
    }
    assert trace.reasons >= {
        "undecodable", "unknown_sender", "required_field_missing", "invalid_time", "no_header",
        "patient_identifiers_conflict", "control_id_reused",
        "unsupported_charset", "unframed", "oversize", "data_set_truncated",
    }  # fmt: skip
    assert "request_failed" not in trace.logs
    assert "internal_error" not in trace.logs


def test_no_file_of_the_database_holds_a_mark(trace: Trace) -> None:
    assert all_leaks(trace.files) == []


def test_no_log_line_holds_a_mark(trace: Trace) -> None:
    assert trace.logs.count("\n") > 30
    assert "dropped_keys" not in trace.logs
    assert leaks("log", trace.logs.encode()) == []


def test_no_metric_holds_a_mark(trace: Trace) -> None:
    assert "recognition_http_requests_total" in trace.metrics
    assert leaks("metrics", trace.metrics.encode()) == []


def test_no_refusal_repeats_a_mark(trace: Trace) -> None:
    assert len(trace.refusals) > 30
    assert all_leaks(trace.refusals) == []


def test_no_address_that_is_given_out_holds_a_mark(trace: Trace) -> None:
    addresses = [each["view_url"] for answer in trace.answers for each in _items(answer)]
    assert len(addresses) > 4
    assert leaks("addresses", "\n".join(addresses).encode()) == []


def _items(answer: Json) -> list[Json]:
    found: list[Json] = answer.get("items", [answer])
    return found


def test_audit_trail_is_whole_and_holds_every_access(trace: Trace) -> None:
    assert trace.audit_problems == []
    own = Counter({k: n for k, n in trace.audit.items() if k not in {"audit:begun"}})
    assert own == EXPECTED_AUDIT
