"""Giving a quarantined HL7 message to the receiver again, as if it had just come."""

from dataclasses import replace

from adapters.hl7v2.receiving import MessageReceiver, ReceivingPorts
from gateway.canonical.intake import Quarantined, Receipt, ReceiptStatus, Submission
from gateway.services.quarantine_list import Replayed

_UNREADABLE = Replayed(Receipt(ReceiptStatus.REFUSED, "no_header"))


async def receive_again(ports: ReceivingPorts, raw: bytes) -> Replayed:
    """What became of the bytes this time; what is refused again is not quarantined again.

    A message that the intake itself refuses does leave a further entry, because the intake cannot
    know that it was replayed.
    """
    seen = _UNREADABLE

    async def receive(message: Submission) -> Receipt:
        nonlocal seen
        seen = Replayed(await ports.receive(message), message)
        return seen.receipt

    async def keep(again: Quarantined) -> None:
        nonlocal seen
        seen = Replayed(Receipt(ReceiptStatus.REFUSED, again.reason, again.location, again.hint))

    await MessageReceiver(replace(ports, receive=receive, quarantine=keep)).answer(raw)
    return seen
