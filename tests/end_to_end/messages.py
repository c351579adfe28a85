"""What the systems of the small city send: ORU^R01 messages, valid by default."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.end_to_end.city import NOW, UPPER
from tests.factories import resident_number

_numbers = count(1)
_CHARSETS = {"utf-8": "UNICODE UTF-8", "gb18030": "GB 18030-2000"}


@dataclass(frozen=True)
class Person:
    """A made-up patient; each test takes fresh ones."""

    resident_id: str
    name: str = "王小明"
    local_number: str = ""

    @property
    def identifiers(self) -> list[dict[str, str]]:
        """As the workstation names the patient."""
        return [{"type": "01", "value": self.resident_id}]


def a_person(name: str = "王小明") -> Person:
    """A patient whom nobody has met before."""
    number = next(_numbers)
    year, serial = divmod(number, 900)
    return Person(resident_number(serial + 1, f"{1950 + year}0101"), name, f"L{number:06d}")


@dataclass(frozen=True)
class Result:
    """One OBX; code is a catalogue code unless system says otherwise."""

    code: str
    value: str = "42.0"
    unit: str = "g/L"
    status: str = "F"
    flag: str = "N"
    coding_system: str = "ZJHR"
    detection_system: str = ""
    performer: str = ""
    value_type: str = "NM"

    def segment(self, number: int) -> str:
        """The OBX segment."""
        fields = [""] * 25
        fields[0], fields[1], fields[2] = "OBX", str(number), self.value_type
        fields[3] = f"{self.code}^{self.code}^{self.coding_system}"
        fields[5], fields[6], fields[7] = self.value, self.unit, "40-55"
        fields[8], fields[11], fields[18] = self.flag, self.status, self.detection_system
        fields[23] = f"检验机构^^^^^^^^^{self.performer}" if self.performer else ""
        return "|".join(fields).rstrip("|")


def local(code: str, **changes: Any) -> Result:
    """A result under a local code of the sender."""
    return Result(code, coding_system="L", **changes)


def _text(at: datetime | None) -> str:
    return "" if at is None else at.strftime("%Y%m%d%H%M%S")


@dataclass(frozen=True)
class Message:
    """An ORU^R01; every field can be replaced."""

    person: Person
    results: Sequence[Result] = ()
    sender: str = UPPER
    number: str = field(default_factory=lambda: f"R{next(_numbers):06d}")
    control_id: str = field(default_factory=lambda: f"M{next(_numbers):06d}")
    at: datetime = NOW
    collected: datetime | None = NOW - timedelta(days=3)
    received: datetime | None = None
    issued: datetime | None = NOW - timedelta(days=2)
    status: str = "F"
    order: str = "ORDERED^检验^L"
    section: str = "LAB"
    accession: str = ""
    processing: str = "P"
    codec: str = "utf-8"
    pid: str = ""
    version: str = "2.5.1"

    def again(self, **changes: Any) -> "Message":
        """A further message about the same report, an hour later unless stated."""
        later = {"at": self.at + timedelta(hours=1), "control_id": f"M{next(_numbers):06d}"}
        return replace(self, **(later | changes))

    @property
    def text(self) -> str:
        """The message as text, segments ended by CR."""
        segments = [self._header(), self.pid or self._patient(), self._request()]
        segments += [each.segment(i) for i, each in enumerate(self.results, 1)]
        return "".join(segment + "\r" for segment in segments)

    @property
    def encoded(self) -> bytes:
        """The message as bytes in its charset."""
        return self.text.encode(self.codec)

    def _header(self) -> str:
        return (
            f"MSH|^~\\&|LIS|F-{self.sender}|GATEWAY|RECOGNITION|{_text(self.at)}||ORU^R01^ORU_R01|"
            f"{self.control_id}|{self.processing}|{self.version}||||||{_CHARSETS[self.codec]}"
        )

    def _patient(self) -> str:
        one = self.person
        numbers = f"{one.resident_id}^^^&2.16.156.10011.1.3&ISO^NI"
        if one.local_number:
            numbers += f"~{one.local_number}^^^{self.sender}^MR"
        return f"PID|1||{numbers}||{one.name}||19500101|M"

    def _request(self) -> str:
        fields = [""] * 26
        fields[0], fields[1], fields[3], fields[4] = "OBR", "1", self.number, self.order
        fields[7], fields[14] = _text(self.collected), _text(self.received)
        fields[18], fields[22] = self.accession, _text(self.issued)
        fields[24], fields[25] = self.section, self.status
        return "|".join(fields)


def imaging(person: Person, code: str, accession: str, **changes: Any) -> Message:
    """An imaging report under a local procedure code."""
    text = Result("GDT", "未见明显异常", unit="", coding_system="L", value_type="TX", flag="")
    settings: dict[str, Any] = {
        "results": (text,),
        "section": "RAD",
        "accession": accession,
        "order": f"{code}^{code}^L",
    }
    return Message(person, **(settings | changes))
