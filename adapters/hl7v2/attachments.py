"""Documents and links inside results: OBX-5 of type ED and RP (v2.5.1 2.A.24, 2.A.64). Pure.

A document is checked, measured and hashed; its bytes stay in the raw message. A link is kept only
when it leads to a host that the operator allows, and nothing here follows it.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from adapters.errors import MappingFailure
from adapters.hl7v2.er7 import Segment
from adapters.hl7v2.oru_context import ReportContext
from adapters.hl7v2.oru_groups import OrderGroup
from gateway.canonical.attachment import Attachment

_PDF_MAGIC = b"%PDF"
#: "%PDF" in base64, as far as its three bytes per four signs allow.
_PDF_IN_BASE64 = "JVBERi"
_SCHEMES = frozenset({"http", "https"})
#: A multiple of four signs; so large a piece is decoded in a few milliseconds.
_PIECE = 1 << 20
_DOCUMENT_PARTS = 5


def attachments_of(orders: list[OrderGroup], context: ReportContext) -> tuple[Attachment, ...]:
    """What is attached to the results of a report, in order.

    Raises:
        MappingFailure: a document is not encoded as it says, or a PDF is none.
    """
    found = []
    for order in orders:
        for obx in order.observations:
            value_type = obx.raw(2)
            if value_type == "ED" and obx.raw(5):
                found.append(_document(obx))
            elif value_type == "RP" and (link := _link(obx, context)) is not None:
                found.append(link)
    return tuple(found)


def _document(obx: Segment) -> Attachment:
    """ED: source, type, subtype, encoding, data."""
    parts = obx.raw(5).split(obx.delimiters.component, _DOCUMENT_PARTS - 1)
    _source, kind, subtype, encoding, data = [*parts, "", "", "", ""][:_DOCUMENT_PARTS]
    kind, subtype = obx.plain(kind).upper(), obx.plain(subtype).upper()
    if not (kind or subtype) or any(part.startswith(_PDF_IN_BASE64) for part in parts[:4]):
        raise MappingFailure(
            "invalid_value",
            obx.at(5, 1, 2),
            "send source^type^subtype^encoding^data, such as ^application^pdf^Base64^…",
        )
    digest, size, head = hashlib.sha256(), 0, b""
    for piece in _decoded(obx, obx.plain(encoding).upper(), data):
        digest.update(piece)
        size += len(piece)
        head = head or piece[: len(_PDF_MAGIC)]
    if "PDF" in (kind, subtype) and head != _PDF_MAGIC:
        raise MappingFailure("invalid_value", obx.at(5, 1, 5), "this is no PDF document")
    return Attachment(obx.at(5), _media_type(kind, subtype), size, digest.hexdigest())


def _decoded(obx: Segment, encoding: str, data: str) -> Iterator[bytes]:
    """The bytes of the document, in pieces so that no other thread waits for long."""
    if encoding in {"", "A"}:
        yield obx.plain(data).encode()
        return
    text = "".join(obx.plain(data).split()) if _has_blanks(obx, data) else data
    try:
        if encoding == "HEX":
            yield bytes.fromhex(text)
            return
        for start in range(0, len(text), _PIECE):
            yield base64.b64decode(text[start : start + _PIECE], validate=True)
    except (binascii.Error, ValueError):
        raise MappingFailure(
            "invalid_value", obx.at(5, 1, 5), f"the data is not in {encoding}"
        ) from None


def _has_blanks(obx: Segment, data: str) -> bool:
    r"""Line ends, also written as `\X0D\` or `\.br\`, which some encoders put after 76 signs."""
    return obx.delimiters.escape in data or any(sign in data for sign in " \t\n")


def _media_type(kind: str, subtype: str) -> str:
    """ED.2 and ED.3 (tables 0834, 0291) as a media type; `AP`, `TEXT` and PDF are one thing."""
    if "PDF" in (kind, subtype):
        return "application/pdf"
    main = {"AP": "application", "IM": "image", "AU": "audio", "FT": "text"}.get(kind, kind)
    return f"{main or 'application'}/{subtype or 'octet-stream'}".lower()


def _link(obx: Segment, context: ReportContext) -> Attachment | None:
    """RP: pointer, application, type, subtype."""
    url = obx.component(5)
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in _SCHEMES or host not in context.terms.link_hosts:
        context.warnings.append(f"{obx.at(5)}: link to a host that is not allowed, not kept")
        return None
    named = obx.component(5, 3).upper(), obx.component(5, 4).upper()
    return Attachment(obx.at(5), _media_type(*named), 0, "", url)
