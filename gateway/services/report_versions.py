"""Which version of a report a message is: the first, a newer one, a late older one, or none."""

from datetime import datetime
from enum import StrEnum

from gateway.canonical.times import EventTime
from gateway.storage.intake import Route


class Arrival(StrEnum):
    """What a message is to the report it names."""

    FIRST = "first"
    NEWER = "newer"
    LATE_OLDER = "late_older"
    SAME = "same"


def arrival(
    route: Route | None,
    issued_at: EventTime | None,
    message_at: EventTime | None,
    content_digest: bytes,
) -> Arrival:
    """What the message is; equal times leave the order of arrival.

    The time of issue (OBR-22) decides where both versions state one and they differ, else the time
    of the message (MSH-7).
    """
    if route is None:
        return Arrival.FIRST
    if route.content_digest == content_digest:
        return Arrival.SAME
    issued = _compare(issued_at, route.issued_at)
    order = issued if issued != 0 else _compare(message_at, route.message_at)
    return Arrival.LATE_OLDER if order < 0 else Arrival.NEWER


def _compare(new: EventTime | None, current: datetime | None) -> int:
    if new is None or current is None:
        return 0
    return (new.instant > current) - (new.instant < current)
