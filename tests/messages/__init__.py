"""Messages as senders send them: bytes, never decoded on the way. Every patient is made up."""

from pathlib import Path


def message(name: str) -> bytes:
    """The bytes of one stored message."""
    return (Path(__file__).parent / name).read_bytes()
