"""The corpus: wild and broken messages, each with what the gateway makes of it."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from tests.recording_intake import RecordingIntake

FOLDER = Path(__file__).parent
MESSAGES = FOLDER / "corpus"
INDEX = FOLDER / "index.csv"
PROFILES = FOLDER / "profiles"
#: Institutions of the corpus, with the charset that the register states for them.
SENDERS = {"H001": "", "H002": "GBK", "H003": "", "H004": ""}
LINK_HOSTS = frozenset({"reports.example.org"})
LARGEST_MESSAGE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one file; README.md describes the columns."""

    acknowledgments: str
    location: str
    reason: str
    stored: str
    content: str
    quarantined: str
    warnings: str


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the index."""

    file: str
    shows: str
    expected: Outcome

    @property
    def stream(self) -> bytes:
        """The bytes of a connection on which the file is sent."""
        data = (MESSAGES / self.file).read_bytes()
        return data if self.file.endswith(".mllp") else b"\x0b" + data + b"\x1c\x0d"


def cases() -> list[Case]:
    """Every line of the index, in the order in which the messages are to be sent."""
    with INDEX.open(encoding="utf-8", newline="") as file:
        return [
            Case(row.pop("file"), row.pop("shows"), Outcome(**row)) for row in csv.DictReader(file)
        ]


class CorpusIntake(RecordingIntake):
    """The senders of the corpus; records what is handed to it."""

    def sender_of_facility(self, facility: str, on: date) -> Sender | None:
        """The institution of the corpus."""
        known = SENDERS.get(facility)
        return None if known is None else Sender(InstitutionCode(facility), known, "")
