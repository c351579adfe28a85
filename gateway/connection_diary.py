"""What a sender may see of its MLLP connections to this process."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from adapters.hl7v2.mllp_server import MllpServer
from adapters.hl7v2.peer import ConnectionDiagnostics
from gateway.canonical.identifiers import InstitutionCode


def connections_of(
    servers: Iterable[MllpServer], institution: InstitutionCode
) -> list[dict[str, Any]]:
    """The connections on which the institution sent, newest first, with its own messages only."""
    return [
        _shown(diary, institution)
        for server in servers
        for diary in server.diagnostics()
        if institution in diary.institutions
    ]


def _shown(diary: ConnectionDiagnostics, institution: InstitutionCode) -> dict[str, Any]:
    return {
        "number": diary.number,
        "address": diary.address,
        "is_open": diary.is_open,
        "frames": diary.frames,
        "noise_bytes": diary.noise,
        "answered": dict(diary.answered),
        "last": [
            {
                "control_id": note.control_id,
                "code": note.code,
                "reason": note.reason,
                "location": note.location,
            }
            for note in reversed(diary.last)
            if note.institution == institution
        ],
        "violations": [asdict(note) for note in reversed(diary.violations)],
    }
