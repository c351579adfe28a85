"""Structured logs with keys from a closed list, so that no patient data can slip in.

A key that is not on the list is dropped and counted under `dropped_keys`: a forgotten key shows in
development and leaks nothing in production.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

#: Every key a log line may carry. None of them ever holds patient data, message bodies or URLs.
ALLOWED_KEYS = frozenset(
    {
        "event", "level", "timestamp", "component", "correlation_id", "institution", "protocol",
        "peer", "connection",
        "reason", "location", "count", "batch", "duration_ms", "status", "method",
        "route", "role", "port", "host", "size", "digest", "sop_class", "queue", "version",
        "error_type", "url_scheme", "file", "kind", "total", "trigger", "edition",
    }
)  # fmt: skip


def keep_allowed_keys(
    _logger: object, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The entry without keys that are not on the list."""
    dropped = sorted(entry.keys() - ALLOWED_KEYS)
    for key in dropped:
        del entry[key]
    if dropped:
        entry["count"] = len(dropped)
        entry["reason"] = "dropped_keys"
    return entry


class _UnfailingStream:
    """A stream whose trouble stays its own: a full disk or a closed pipe stops no message."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or lose the line."""
        with suppress(OSError, ValueError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """Flush, or not."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def configure_logging(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send JSON lines to `stream` (standard error by default)."""
    lines = cast(TextIO, _UnfailingStream(stream or sys.stderr))
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed_keys,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(lines),
        cache_logger_on_first_use=False,
    )
    for noisy in ("pynetdicom", "pydicom", "uvicorn.access", "sqlalchemy.engine"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)


def get_logger(name: str) -> Any:
    """A logger that stamps its lines with `name`."""
    return structlog.get_logger(component=name)


def log_values(component: str, event: str, values: Mapping[str, object]) -> None:
    """Log values that another part put together; keys that are not listed are dropped."""
    get_logger(component).bind(**values).info(event)
