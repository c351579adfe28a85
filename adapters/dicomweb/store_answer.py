"""What became of the parts of a STOW-RS request → status and body (PS3.18 section 10.5.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
_STORED, _KEPT_FIRST = 0x0000, 0xB000


@dataclass(frozen=True, slots=True)
class StoredPart:
    """One part: whose instance it is ("" where it could not be read), and its C-STORE status."""

    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    status: int

    @property
    def is_held(self) -> bool:
        """Whether an instance of this UID is held now; a warning says which content."""
        return self.status in (_STORED, _KEPT_FIRST)


def http_status(parts: Sequence[StoredPart]) -> int:
    """200 for all stored, 202 for some failed or warned of, 409 for all failed."""
    if all(part.status == _STORED for part in parts):
        return 200
    return 202 if any(part.is_held for part in parts) else 409


def answer(parts: Sequence[StoredPart], base_url: str) -> Json:
    """The answer as DICOM JSON, the same whatever the status."""
    held = [_referenced(part, base_url) for part in parts if part.is_held]
    failed = [_failed(part) for part in parts if not part.is_held]
    studies = {part.study_instance_uid for part in parts if part.is_held}
    body: Json = {}
    if len(studies) == 1:
        body["00081190"] = _one("UR", f"{base_url}/studies/{studies.pop()}")
    if failed:
        body["00081198"] = {"vr": "SQ", "Value": failed}
    if held:
        body["00081199"] = {"vr": "SQ", "Value": held}
    return body


def _referenced(part: StoredPart, base_url: str) -> Json:
    url = (
        f"{base_url}/studies/{part.study_instance_uid}/series/{part.series_instance_uid}"
        f"/instances/{part.sop_instance_uid}"
    )
    warning = {"00081196": _one("US", part.status)} if part.status != _STORED else {}
    return _names(part) | {"00081190": _one("UR", url)} | warning


def _failed(part: StoredPart) -> Json:
    return _names(part) | {"00081197": _one("US", part.status)}


def _names(part: StoredPart) -> Json:
    named = {"00081150": part.sop_class_uid, "00081155": part.sop_instance_uid}
    return {tag: _one("UI", uid) if uid else {"vr": "UI"} for tag, uid in named.items()}


def _one(vr: str, value: object) -> Json:
    return {"vr": vr, "Value": [value]}
