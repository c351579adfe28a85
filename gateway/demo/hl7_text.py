"""HL7 v2 text as a hospital system writes it, made independently of the reader under test."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.demo.institutions import DemoInstitution
from gateway.demo.people import Person

_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\"}
_RESIDENT_ID_OID = "2.16.156.10011.1.3"


def escaped(text: str) -> str:
    """Free text with the delimiters escaped (HL7 v2.5.1 2.7)."""
    return "".join(_ESCAPES.get(character, character) for character in text)


def timestamp(instant: datetime) -> str:
    """Local time without an offset, as almost every sender here writes it."""
    return f"{instant:%Y%m%d%H%M%S}"


def segment(name: str, fields: Mapping[int, str]) -> str:
    """A segment from its numbered fields."""
    last = max(fields, default=0)
    return "|".join([name, *(fields.get(number, "") for number in range(1, last + 1))])


@dataclass(frozen=True, slots=True)
class Envelope:
    """What heads one message."""

    institution: DemoInstitution
    application: str
    control_id: str
    made_at: datetime

    def header(self) -> str:
        """MSH; MSH-18 only from senders who state it."""
        version = self.institution.hl7_version
        fields = {
            2: self.application,
            3: self.institution.facility,
            4: "RECOGNITION",
            5: "YUNJIANG",
            6: timestamp(self.made_at),
            8: "ORU^R01^ORU_R01" if version >= "2.4" else "ORU^R01",
            9: self.control_id,
            10: "P",
            11: version,
            16: "CHN",
        }
        if self.institution.declares_charset:
            fields[17] = self.institution.charset_label
        # Field numbers are one lower than in the standard: MSH-1 is the separator itself.
        return segment("MSH", {1: "^~\\&", **fields})


def patient_segment(person: Person, institution: DemoInstitution) -> str:
    """PID with the institution's own number and the resident ID in the sender's style."""
    local = f"{person.local_number(institution)}^^^{institution.facility}^MR"
    return segment(
        "PID",
        {
            1: "1",
            3: f"{local}~{_resident_id(person, institution)}",
            5: escaped(person.name),
            7: f"{person.born:%Y%m%d}",
            8: person.sex,
        },
    )


def visit_segment(person: Person) -> str:
    """PV1 of an outpatient visit."""
    return segment("PV1", {1: "1", 2: "O", 3: escaped(person.department)})


def encoded(segments: list[str], institution: DemoInstitution) -> bytes:
    """The message in the sender's charset, segments ended by CR."""
    return "".join(f"{line}\r" for line in segments).encode(institution.encoding)


def _resident_id(person: Person, institution: DemoInstitution) -> str:
    if institution.identity_style == "oid":
        return f"{person.resident_id}^^^&{_RESIDENT_ID_OID}&ISO"
    return f"{person.resident_id}^^^^{institution.identity_style}"
