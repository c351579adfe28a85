"""The file meta information put before a received data set (DICOM PS3.10 section 7.1).

Written here and not by a library, so that the same object gives the same file whatever version of
the library receives it, and because it is written for every image.
"""

import struct

#: Who wrote the file: a UUID-derived UID of this product (PS3.5 annex B.2).
_IMPLEMENTATION_CLASS_UID = "2.25.261432747791370783128556448232617201753"
_IMPLEMENTATION_VERSION = "RECOGNITION_1"
_PREFIX = b"\0" * 128 + b"DICM"


def file_meta(sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """Preamble, prefix and group 0002, in Explicit VR Little Endian as always."""
    elements = b"".join(
        (
            struct.pack("<HH2sHL", 2, 1, b"OB", 0, 2) + b"\x00\x01",
            _element(0x02, b"UI", sop_class_uid),
            _element(0x03, b"UI", sop_instance_uid),
            _element(0x10, b"UI", transfer_syntax_uid),
            _element(0x12, b"UI", _IMPLEMENTATION_CLASS_UID),
            _element(0x13, b"SH", _IMPLEMENTATION_VERSION),
        )
    )
    return _PREFIX + struct.pack("<HH2sHL", 2, 0, b"UL", 4, len(elements)) + elements


def _element(number: int, representation: bytes, text: str) -> bytes:
    value = text.encode("ascii")
    if len(value) % 2:
        value += b"\0" if representation == b"UI" else b" "
    return struct.pack("<HH2sH", 2, number, representation, len(value)) + value
