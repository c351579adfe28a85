"""Names under which visits, orders, lines and filings are kept: keyed hashes, never the words."""

from gateway.storage.sealing import Sealer

_LINE_HEX = 20


def visit_hash(sealer: Sealer, institution: str, visit_id: str) -> bytes:
    """The name of a visit of an institution."""
    return sealer.lookup_hash("visit", institution, visit_id)


def order_hash(sealer: Sealer, order_id: str) -> str:
    """The name of an order inside its visit."""
    return sealer.lookup_hash("order", order_id).hex()[:_LINE_HEX]


def filing_hash(sealer: Sealer, filed_as: str) -> str:
    """The name of the place in the medical record where a citation was filed."""
    return sealer.lookup_hash("filing", filed_as).hex()[:_LINE_HEX]


def line_key(sealer: Sealer, visit: bytes, order_id: str | None, item_code: str) -> str:
    """The key of a line: the same for every call about the same visit, order and item.

    On arrival there is no order; the key is then that of the item alone.
    """
    order = "arrival" if order_id is None else f"order:{order_id}"
    return sealer.lookup_hash("line", visit.hex(), order, item_code).hex()[:_LINE_HEX]
