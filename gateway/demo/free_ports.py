"""Listening next to whatever already runs: a default port that is taken is replaced."""

import socket

from gateway.settings import Settings

_LISTENERS = (("http_host", "http_port"), ("mllp_host", "mllp_port"), ("dicom_host", "dicom_port"))


def with_free_ports(settings: Settings) -> Settings:
    """The settings with 0 (any free port) where a default port is taken; chosen ports stay."""
    replaced = {
        port: 0
        for host, port in _LISTENERS
        if port not in settings.model_fields_set
        and _is_taken(getattr(settings, host), getattr(settings, port))
    }
    return settings.model_copy(update=replaced)


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
