"""Notices to institutions: rows of the outbox, sealed like all content."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.ids import new_id
from gateway.storage.sealing import Sealer


class NoticeKind(StrEnum):
    """Why an institution is told; changes of persons bring kinds of their own."""

    RELIED_REPORT_CHANGED = "relied_report_changed"
    TECHNICAL_FAULT = "technical_fault"
    MAPPING_REVIEW = "mapping_review"


def notice_row(
    sealer: Sealer, kind: str, institution: str, at: datetime, content: Mapping[str, Any]
) -> dict[str, Any]:
    """A notice as the outbox holds it until it is delivered."""
    row_id = new_id()
    return {
        "outbox_id": row_id,
        "kind": kind,
        "institution": institution,
        "created_at": at,
        "delivered_at": None,
        "content_sealed": sealer.seal_record("outbox", row_id, content),
    }
