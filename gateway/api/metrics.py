"""Counts and latencies in the Prometheus text format; labels never hold patient data."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

_LATENCY_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1.5, 5.0)


class Metrics:
    """The measures of one process, in a collector registry of its own.

    `route` is the template (`/api/v1/reports/{report_id}`), so no identifier becomes a label.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "recognition_http_requests", "HTTP requests answered",
            ("method", "route", "status"), registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "recognition_http_request_seconds", "Time from request to the end of the answer",
            ("method", "route"), buckets=_LATENCY_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._receipts = Counter(
            "recognition_intake", "Submissions taken in, by protocol and receipt",
            ("protocol", "receipt"), registry=self.registry,
        )  # fmt: skip
        self._reminders_cut = Counter(
            "recognition_reminders_past_limit", "Reminder answers left empty by the time limit",
            registry=self.registry,
        )  # fmt: skip

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def count_receipt(self, protocol: str, receipt: str) -> None:
        """One submission of `protocol` (`hl7v2`, `dicom`) that ended with this receipt."""
        self._receipts.labels(protocol, receipt).inc()

    def count_reminder_past_limit(self) -> None:
        """One reminder that came too late to be shown."""
        self._reminders_cut.inc()

    def exposition(self) -> bytes:
        """Everything in the Prometheus text format, version 0.0.4."""
        return generate_latest(self.registry)
