"""A document that came with a report, or a link to one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a result has attached; the bytes stay in the message in which they came.

    location is the place in that message, as `OBX[3]-5`; size is in bytes and digest the SHA-256 in
    hex, 0 and "" for a link. url is the link, "" for a document; nothing has looked behind it.
    """

    location: str
    media_type: str
    size: int
    digest: str
    url: str = ""
