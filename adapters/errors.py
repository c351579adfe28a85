"""What the peer did, on one page. Each error says where, in the words of the peer's own protocol.

Every rim translates this tree once: HL7 in `adapters.hl7v2.acknowledgment`, DICOM in
`adapters.dicom.status`.
"""


class AdapterError(Exception):
    """Something that arrived cannot be taken.

    reason: a stable code, one of the translation table of the rim.
    location: segment and field as `OBX[3]-5[1].2`, or a tag as `(0010,0020)`; "" when nowhere.
    hint: what to do, written for the engineer of the sender. It never holds the value that was
        sent, because values may identify a patient.
    """

    def __init__(self, reason: str, location: str = "", hint: str = "") -> None:
        super().__init__(f"{reason} at {location or 'message'}: {hint}")
        self.reason = reason
        self.location = location
        self.hint = hint


class PeerViolation(AdapterError):
    """The peer broke the protocol: framing, header, character set, or a peer that is not known."""


class UnsupportedMessage(AdapterError):
    """A well-formed message of a type, event or version that is not taken here."""


class MappingFailure(AdapterError):
    """The content lacks a mandatory element, or holds one that cannot be read."""
