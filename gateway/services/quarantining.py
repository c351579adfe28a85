"""Keeping what could not be taken, whole and encrypted, with its reason."""

from hashlib import sha256

from gateway.canonical.intake import Quarantined
from gateway.ids import new_id
from gateway.services.intake_state import Row
from gateway.storage.intake import insert_rows
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database
from gateway.storage.tables import quarantine

_LONGEST_CONTROL_ID = 256


def quarantine_row(sealer: Sealer, kept: Quarantined) -> Row:
    """A quarantined message as its table holds it."""
    row_id = new_id()
    return {
        "quarantine_id": row_id,
        "protocol": kept.protocol,
        "institution": kept.institution or "",
        "received_at": kept.received_at,
        "reason": kept.reason,
        "location": kept.location,
        "hint": kept.hint,
        "digest": sha256(kept.raw).digest(),
        "body_sealed": sealer.seal("quarantine", row_id, kept.raw),
        "control_id": kept.control_id[:_LONGEST_CONTROL_ID],
    }


class QuarantineKeeper:
    """The port through which adapters keep what they cannot read."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def keep(self, kept: Quarantined) -> None:
        """Store it; returns after the commit."""
        row = quarantine_row(self._sealer, kept)
        await self._database.write(lambda conn: insert_rows(conn, quarantine, [row]))
