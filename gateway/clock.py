"""The only place where the time is read; everything else is handed an instant."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

#: A source of the present instant, aware and in UTC.
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


def nanoseconds_since_epoch() -> int:
    """The present instant as Unix nanoseconds, for ascending identifiers."""
    return time.time_ns()


def monotonic_seconds() -> float:
    """Seconds of a clock that never goes back, for durations and time limits."""
    return time.monotonic()
