"""Who a peer is, by whatever the register says now; the adapters' port onto it."""

from datetime import date

from gateway.canonical.directory import Sender
from gateway.canonical.identifiers import InstitutionCode
from gateway.services.registry import RegistryHolder


class CurrentDirectory:
    """The peer directory of whatever the register says now."""

    def __init__(self, registry: RegistryHolder) -> None:
        self._registry = registry

    def sender_of_facility(self, facility: str, on: date) -> Sender | None:
        """Who sends as this MSH-4.1 on that day."""
        return self._registry.current.sender_of_facility(facility, on)

    def sender_of_ae_title(self, ae_title: str, on: date) -> Sender | None:
        """Who calls with this AE title on that day."""
        return self._registry.current.sender_of_ae_title(ae_title, on)

    def is_imaging_code(self, institution: InstitutionCode, code: str, on: date) -> bool:
        """Whether the institution maps this local code as imaging on that day."""
        return self._registry.current.is_imaging_code(institution, code, on)
