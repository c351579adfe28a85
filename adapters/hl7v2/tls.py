"""TLS for MLLP: 1.2 and newer, and a client certificate that names its institution."""

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def tls_context(
    certificate: Path, key: Path, client_ca: Path | None = None, *, is_client_required: bool = False
) -> ssl.SSLContext:
    """What the listener needs to speak TLS.

    With client_ca (PEM) a certificate that a client shows must be signed by it, and binds the
    connection to the institution that it names; is_client_required refuses clients without one.

    Raises:
        OSError: a file cannot be read, or is no certificate or key (`ssl.SSLError`).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED if is_client_required else ssl.CERT_OPTIONAL
    return context


def certificate_names(certificate: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """Common name and alternative names of a verified client certificate; None where none is shown.

    certificate: as `ssl.SSLSocket.getpeercert` states it.
    """
    return tuple(dict.fromkeys(_names(certificate))) if certificate else None


def _names(certificate: Mapping[str, Any]) -> Iterator[str]:
    for attributes in certificate.get("subject", ()):
        yield from (value for name, value in attributes if name == "commonName")
    for kind, value in certificate.get("subjectAltName", ()):
        if kind in {"DNS", "URI"}:
            yield value
