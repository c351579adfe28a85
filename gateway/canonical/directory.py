"""How adapters ask who a peer is, without knowing where the register is kept."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from gateway.canonical.identifiers import InstitutionCode


@dataclass(frozen=True, slots=True)
class Sender:
    """A registered institution seen as a sender: its code, default charset and clock zone."""

    institution: InstitutionCode
    charset: str
    time_zone: str


class PeerDirectory(Protocol):
    """The register of institutions as the listeners need it; answers from memory."""

    def sender_of_facility(self, facility: str, on: date) -> Sender | None:
        """Who sends as this MSH-4.1 on that day; None if nobody is registered."""

    def sender_of_ae_title(self, ae_title: str, on: date) -> Sender | None:
        """Who calls with this AE title on that day; None if nobody is registered."""

    def is_imaging_code(self, institution: InstitutionCode, code: str, on: date) -> bool:
        """Whether the institution maps this local code as imaging on that day."""
