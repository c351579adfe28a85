"""What a client accepts, as clients really write it (PS3.18 section 8.3.3, 8.7).

Seen in the field: parameter values quoted or not, several media types in one header, a transfer
syntax of `*` for "as stored", the header missing.
"""

import re
from dataclasses import dataclass

ANY_SYNTAX = "*"
MULTIPART = "multipart/related"
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*("[^"]*"|[^;,\s]*)')
_SPLIT = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')


@dataclass(frozen=True, slots=True)
class Accepted:
    """One thing a client takes: parts or a single part, of a media type, in a transfer syntax.

    media_type may hold wildcards (`*/*`, `image/*`). transfer_syntax is `*`, a UID, or "" where the
    client leaves it to the default of the media type.
    """

    media_type: str
    is_multipart: bool
    transfer_syntax: str = ""
    quality: float = 1.0

    def takes(self, media_type: str) -> bool:
        """Whether this media type is one that the client takes here."""
        main, _, sub = self.media_type.partition("/")
        other_main, _, other_sub = media_type.partition("/")
        return main in ("*", other_main) and sub in ("*", other_sub)

    @property
    def takes_any_syntax(self) -> bool:
        """Whether pixel data may come as they are stored."""
        return self.transfer_syntax == ANY_SYNTAX


def accepted(header: str) -> tuple[Accepted, ...]:
    """The entries of an Accept header, best first; no header takes anything."""
    entries = [_entry(part.strip()) for part in _SPLIT.split(header) if part.strip()]
    found = [entry for entry in entries if entry.quality > 0]
    return tuple(sorted(found, key=lambda entry: -entry.quality)) or _ANYTHING


_ANYTHING = (Accepted("*/*", is_multipart=True, transfer_syntax=ANY_SYNTAX),)


def _entry(text: str) -> Accepted:
    media_type = text.partition(";")[0].strip().lower()
    parameters = {name.lower(): value.strip('"') for name, value in _PARAMETER.findall(text)}
    syntax = parameters.get("transfer-syntax", "")
    quality = _quality(parameters.get("q", "1"))
    if media_type == MULTIPART:
        return Accepted(parameters.get("type", "*/*").lower(), True, syntax, quality)
    if media_type == "*/*":
        return Accepted(media_type, True, syntax or ANY_SYNTAX, quality)
    return Accepted(media_type, False, syntax, quality)


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
