"""Two habits of pydicom that everybody who reads files with it must know."""

import struct
import warnings
import zlib

#: What it raises, beside its own errors, when bytes are no data set, or an element no sequence.
UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    NotImplementedError,
    RecursionError,
    struct.error,
    zlib.error,
)


def silence_pydicom() -> None:
    """Ignore its warnings in this process: they quote values, which may be a patient's."""
    warnings.filterwarnings("ignore", module=r"pydicom\.")
