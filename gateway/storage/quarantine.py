"""Reading the quarantine and noting what a replay did."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from gateway.storage.session import Connection
from gateway.storage.tables import quarantine, quarantine_outcome


@dataclass(frozen=True, slots=True)
class StoredQuarantine:
    """A quarantined message, still sealed."""

    quarantine_id: str
    protocol: str
    institution: str
    received_at: datetime
    reason: str
    location: str
    hint: str
    digest: bytes
    sealed: bytes


async def find_quarantined(conn: Connection, quarantine_id: str) -> StoredQuarantine | None:
    """The quarantined message of that id."""
    rows = await conn.all(select(quarantine).where(quarantine.c.quarantine_id == quarantine_id))
    return StoredQuarantine(*tuple(rows[0])) if rows else None


async def note_replay(
    conn: Connection, quarantine_id: str, at: datetime, status: str, reason: str
) -> None:
    """Append what became of a replay."""
    row = {"quarantine_id": quarantine_id, "replayed_at": at, "status": status, "reason": reason}
    await conn.run(insert(quarantine_outcome), row)
