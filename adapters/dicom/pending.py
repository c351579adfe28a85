"""What waits for the index: one record per object, and the JSON marker that outlives a crash."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.imaging import ImagingInstance

_NAME_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an object went to quarantine: stable code, tag as `(gggg,eeee)`, what to do."""

    reason: str
    location: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class PendingObject:
    """An object whose file is durable and which the index does not know yet.

    object_name is its path below the root; uid the SOP Instance UID that the sender announced.
    instance is None after a restart (the header is read again); refusal is None for an object that
    was taken.
    """

    object_name: str
    uid: str
    sender: Sender
    received_at: datetime
    instance: ImagingInstance | None = None
    refusal: Refusal | None = None

    @property
    def marker(self) -> str:
        """The marker's file name: equal for the same object of the same institution."""
        key = "\n".join((self.sender.institution, self.object_name, self.uid))
        return f"{hashlib.sha256(key.encode()).hexdigest()[:_NAME_LENGTH]}.json"


def to_marker(pending: PendingObject) -> bytes:
    """The marker's content; it holds no patient data."""
    refusal = pending.refusal
    record = {
        "object_name": pending.object_name,
        "uid": pending.uid,
        "institution": pending.sender.institution,
        "charset": pending.sender.charset,
        "time_zone": pending.sender.time_zone,
        "received_at": pending.received_at.isoformat(),
        "refusal": [refusal.reason, refusal.location, refusal.hint] if refusal else None,
    }
    return json.dumps(record, ensure_ascii=False).encode()


def from_marker(content: bytes) -> PendingObject:
    """The record that `to_marker` wrote. Raises ValueError or KeyError for anything else."""
    record = json.loads(content)
    return PendingObject(
        record["object_name"],
        record["uid"],
        Sender(InstitutionCode(record["institution"]), record["charset"], record["time_zone"]),
        datetime.fromisoformat(record["received_at"]),
        refusal=Refusal(*record["refusal"]) if record["refusal"] else None,
    )
