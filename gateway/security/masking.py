"""Names and numbers made unrecognizable for lists, where the whole value is not needed."""

_SHOWN_START, _SHOWN_END = 3, 4


def mask_name(name: str) -> str:
    """The first character of a name and stars for the rest: 王小明 → 王**; 王 alone → *."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def mask_number(number: str) -> str:
    """The first 3 and last 4 characters of a number; one too short for that shows nothing."""
    hidden = len(number) - _SHOWN_START - _SHOWN_END
    if hidden < _SHOWN_END:
        return "*" * len(number)
    return number[:_SHOWN_START] + "*" * hidden + number[-_SHOWN_END:]
