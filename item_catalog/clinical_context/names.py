"""Names as lookups compare them: equal after normalization, never by likeness or part."""

import unicodedata


def name_key(text: str) -> str:
    """NFKC, without white space and the marker `**`, lower case."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(folded.split()).replace("**", "").lower()
