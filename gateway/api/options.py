"""What the composition root decides about the HTTP rim."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gateway.api.image_files import ImageFiles
from gateway.api.metrics import Metrics

#: Which parts accept work now, by name (`http`, `mllp`, `dicom`, `storage`).
Readiness = Callable[[], Awaitable[Mapping[str, bool]]]
#: A stored DICOM file as PNG or JPEG: (object name, window center, window width). It runs in a
#: thread; it raises `gateway.errors.NotFound` or `Unavailable` for what cannot be shown.
Render = Callable[[str, float | None, float | None], bytes]


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """auth: `token`, or `disabled` on loopback. reminder_time_limit_ms: past it the answer is
    empty. readiness, render and images are ports; metrics collects what `/metrics` shows.
    viewer_folder holds the full image viewer, None where it is not installed."""

    auth: Literal["token", "disabled"]
    reminder_time_limit_ms: int
    readiness: Readiness
    render: Render
    metrics: Metrics
    images: ImageFiles
    viewer_folder: Path | None
