"""What a use case refuses, and whose fault it is. One page, one tree.

The rims translate these once each: HTTP in `gateway.api.error_responses`; HL7 and DICOM get
receipts instead and never see an exception of this tree.
"""

from enum import StrEnum


class Fault(StrEnum):
    """Who has to change something before the same request can succeed."""

    CALLER = "caller"
    PEER = "peer"
    US = "us"


class GatewayError(Exception):
    """Base of all refusals: a stable code, a fault, and a message that is safe to show.

    A message never holds a patient's name, number or data.
    """

    code = "internal"
    fault = Fault.US

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class Unauthenticated(GatewayError):
    """No token, or one that is not valid now."""

    code = "unauthenticated"
    fault = Fault.CALLER


class AccessDenied(GatewayError):
    """The caller is known but has no right or no legal basis for this."""

    code = "access_denied"
    fault = Fault.CALLER


class NotFound(GatewayError):
    """There is no such object, or none that the caller may know of."""

    code = "not_found"
    fault = Fault.CALLER


class InvalidRequest(GatewayError):
    """The request cannot be understood; `details` locates the fault."""

    code = "invalid_request"
    fault = Fault.CALLER


class Conflict(GatewayError):
    """The request contradicts the state: an illegal transition, a result never to be accepted."""

    code = "conflict"
    fault = Fault.CALLER


class InvalidSettings(GatewayError):
    """The process was configured in a way in which it must not start."""

    code = "invalid_settings"
    fault = Fault.CALLER


class NotAcceptable(GatewayError):
    """The object is there and cannot be given in the form asked for."""

    code = "not_acceptable"
    fault = Fault.CALLER


class Unavailable(GatewayError):
    """Storage or a peer cannot be reached; the same request may succeed later."""

    code = "unavailable"
    fault = Fault.US
