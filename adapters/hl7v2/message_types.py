"""Which messages are taken, and who reads them. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from adapters.errors import MappingFailure, UnsupportedMessage
from adapters.hl7v2.adt import read_demographics, read_merges, read_unlink
from adapters.hl7v2.er7 import Message, Segment
from adapters.hl7v2.orders import read_orders
from adapters.hl7v2.oru_context import Terms
from adapters.hl7v2.oru_r01 import IsImaging, read_reports, read_specimen_reports
from gateway.canonical.intake import Report
from gateway.canonical.messages import DemographicsMessage, MergeAct, MergeMessage, OrderMessage

#: MSH-10 in v2.7 and later; older versions allow 20.
LONGEST_CONTROL_ID = 199
TEST_PROCESSING = frozenset({"T", "D"})
_VERSION = re.compile(r"\d+\.\d+")
_VERSIONS = frozenset({"2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8"})
_FAMILIES = frozenset({"2.3", "2.4", "2.5", "2.6", "2.7", "2.8"})


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says; one of the four, by its type."""

    reports: tuple[Report, ...] = ()
    orders: tuple[OrderMessage, ...] = ()
    demographics: tuple[DemographicsMessage, ...] = ()
    merges: tuple[MergeMessage, ...] = ()


def read_content(message: Message, is_imaging: IsImaging, terms: Terms) -> Content:
    """The content of a message.

    Raises:
        UnsupportedMessage: another type, event, processing id or version than is taken.
        MappingFailure: a mandatory element is missing, or one cannot be read.
    """
    read = _checked_type(message.header, terms.warnings)
    _check_version(message.header, terms.warnings)
    _check_fields(message.header)
    return read(message, is_imaging, terms)


def _reports(message: Message, is_imaging: IsImaging, terms: Terms) -> Content:
    return Content(
        read_reports(message, terms.profile, is_imaging, terms.warnings, terms.link_hosts)
    )


def _specimen_reports(message: Message, is_imaging: IsImaging, terms: Terms) -> Content:
    return Content(
        read_specimen_reports(message, terms.profile, is_imaging, terms.warnings, terms.link_hosts)
    )


def _orders(message: Message, is_imaging: IsImaging, terms: Terms) -> Content:
    return Content(orders=read_orders(message, is_imaging, terms))


def _demographics(message: Message, _is_imaging: IsImaging, terms: Terms) -> Content:
    return Content(demographics=read_demographics(message, terms))


def _merge(message: Message, _is_imaging: IsImaging, terms: Terms) -> Content:
    return Content(merges=read_merges(message, MergeAct.MERGE, terms))


def _change(message: Message, _is_imaging: IsImaging, terms: Terms) -> Content:
    return Content(merges=read_merges(message, MergeAct.CHANGE, terms))


def _unlink(message: Message, _is_imaging: IsImaging, terms: Terms) -> Content:
    return Content(merges=read_unlink(message, terms))


_READERS: dict[str, dict[str, Callable[[Message, IsImaging, Terms], Content]]] = {
    "ORU": {"R01": _reports},
    "OUL": {"R22": _specimen_reports},
    "ORM": {"O01": _orders},
    "OML": {"O21": _orders},
    "OMG": {"O19": _orders},
    "ADT": {
        "A04": _demographics,
        "A08": _demographics,
        "A31": _demographics,
        "A37": _unlink,
        "A40": _merge,
        "A47": _change,
    },
}
_TAKEN = ", ".join(f"{kind}^{event}" for kind, events in _READERS.items() for event in events)


def _checked_type(
    msh: Segment, warnings: list[str]
) -> Callable[[Message, IsImaging, Terms], Content]:
    events = _READERS.get(msh.component(9))
    if events is None:
        raise UnsupportedMessage("unsupported_message_type", msh.at(9, 1, 1), f"taken are {_TAKEN}")
    event = msh.component(9, 2)
    if not event and len(events) == 1:
        (only,) = events
        warnings.append(f"{msh.at(9, 1, 2)}: event missing, read as {only}")
        return events[only]
    if event not in events:
        raise UnsupportedMessage("unsupported_event", msh.at(9, 1, 2), f"taken are {_TAKEN}")
    return events[event]


def _check_version(msh: Segment, warnings: list[str]) -> None:
    if msh.raw(12) in _VERSIONS:
        return
    family = _VERSION.match(msh.component(12))
    if family and family[0] not in _FAMILIES:
        raise UnsupportedMessage("unsupported_version", msh.at(12), "send version 2.3 to 2.8")
    warnings.append(f"{msh.at(12)}: version missing or odd")


def _check_fields(msh: Segment) -> None:
    """MSH-7, MSH-10 and MSH-11 are there, and such as we know (v2.5.1 2.15.9)."""
    for field in (7, 10, 11):
        if not msh.component(field):
            raise MappingFailure("required_field_missing", msh.at(field), "fill this header field")
    if len(msh.text(10)) > LONGEST_CONTROL_ID:
        hint = f"shorten the control id to {LONGEST_CONTROL_ID} characters"
        raise MappingFailure("invalid_value", msh.at(10), hint)
    if msh.component(11) not in TEST_PROCESSING | {"P"}:
        raise UnsupportedMessage(
            "unsupported_processing_id", msh.at(11), "send P, or T and D for tests"
        )
