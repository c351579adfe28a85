"""Who must look again because the records of a person were merged or parted.

What was determined or decided stays as it was; the institutions that rely on it are told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from gateway.services.notices import notice_row
from gateway.storage.intake import insert_rows
from gateway.storage.person_merges import decisions_relying_on, reminders_since
from gateway.storage.sealing import Sealer
from gateway.storage.session import Connection
from gateway.storage.tables import outbox

#: A reminder older than this belongs to no visit that is still open.
_OPEN_FOR = timedelta(days=30)


class PersonsChange(StrEnum):
    """What happened to the records; also the kind of the notice."""

    MERGED = "patient_merged"
    PARTED = "patient_parted"


@dataclass(frozen=True, slots=True)
class PersonsChanged:
    """The patient keys whose records became one, or are no longer one."""

    change: PersonsChange
    keys: frozenset[str]
    at: datetime


async def tell_of_changed_persons(
    conn: Connection, sealer: Sealer, changes: Iterable[PersonsChanged]
) -> None:
    """A notice for every decision and every recent reminder that rests on these records."""
    for changed in changes:
        rows = [
            _notice(sealer, changed, institution, {"reminder": reminder})
            for institution, reminder in await reminders_since(
                conn, changed.keys, changed.at - _OPEN_FOR
            )
        ]
        for institution, practitioner, decision, report in await decisions_relying_on(
            conn, changed.keys
        ):
            content = {"decision": decision, "practitioner": practitioner, "report": report}
            rows.append(_notice(sealer, changed, institution, content))
        await insert_rows(conn, outbox, rows)


def _notice(
    sealer: Sealer, changed: PersonsChanged, institution: str, content: dict[str, str]
) -> dict[str, Any]:
    return notice_row(sealer, changed.change, institution, changed.at, content)
