"""The DICOM listener: C-ECHO and C-STORE, one thread per association.

The threads come from pynetdicom; everything they call here is safe for many at once. One switch of
the library is set, once and here: its log handlers, which format every PDU, are off.
"""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from socketserver import BaseServer
from typing import cast

from pydicom.dataset import Dataset
from pynetdicom import AE, _config, evt
from pynetdicom.events import Event
from pynetdicom.pdu_primitives import A_ASSOCIATE, SOPClassCommonExtendedNegotiation
from pynetdicom.transport import ThreadedAssociationServer

from adapters.dicom.association_policy import (
    REJECTED_PERMANENT,
    SOURCE_SERVICE_USER,
    rejection_of,
)
from adapters.dicom.c_echo import verify
from adapters.dicom.c_store import Store
from adapters.dicom.peer_socket import take_over
from adapters.dicom.pydicom_habits import silence_pydicom
from adapters.dicom.report import Report
from adapters.dicom.sop_classes import PLACED_CLASSES, VERIFICATION_CLASS, supported_contexts
from adapters.dicom.spool import Spool
from adapters.dicom.status import guarded
from gateway.canonical.directory import PeerDirectory
from gateway.canonical.times import local_date

_STORAGE_SERVICE_CLASS = "1.2.840.10008.4.2"
_MAXIMUM_PDU_LENGTH = 131_072
_LISTEN_BACKLOG = 128
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ScpSettings:
    """Where to listen, under which title, and the limits.

    port 0 takes a free one. accept_private_classes takes objects of private and unknown storage
    classes. idle_seconds without a message ends an association.
    """

    host: str
    port: int
    ae_title: str
    accept_private_classes: bool = True
    max_associations: int = 64
    idle_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class ScpPorts:
    """What the listener needs of the house: who a peer is, where to keep, the time, the log."""

    directory: PeerDirectory
    spool: Spool
    clock: Callable[[], datetime]
    report: Report


class StorageScp:
    """A running listener."""

    def __init__(self, server: ThreadedAssociationServer, thread: threading.Thread) -> None:
        self._server = server
        self._thread = thread

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def open_associations(self) -> int:
        """How many associations are open now."""
        return len(self._server.active_associations)

    def stop(self) -> None:
        """Take no more associations, abort those that are open, wait for their threads. Blocking.

        An object whose answer was not sent yet is sent again by its sender, then as a duplicate.
        """
        self._server.shutdown()
        self._thread.join()
        for association in self._server.active_associations:
            association.abort()
            association.join()


def start(settings: ScpSettings, ports: ScpPorts) -> StorageScp:
    """Listen at once, in threads. Raises OSError when the address cannot be taken."""
    _config.LOG_HANDLER_LEVEL = "none"
    silence_pydicom()
    entity = AE(ae_title=settings.ae_title)
    entity.maximum_pdu_size = _MAXIMUM_PDU_LENGTH
    entity.maximum_associations = settings.max_associations
    entity.network_timeout = settings.idle_seconds
    entity.dimse_timeout = None
    server = entity.make_server(
        (settings.host, settings.port),
        contexts=supported_contexts([VERIFICATION_CLASS], accept_private=False),
        evt_handlers=_Handlers(settings, ports).table(),
        server_class=_Server,
    )
    thread = threading.Thread(
        target=server.serve_forever, args=(_POLL_SECONDS,), name="dicom-listener", daemon=True
    )
    thread.start()
    return StorageScp(server, thread)


class _Server(ThreadedAssociationServer):
    """pynetdicom's server with a backlog for many modalities and without Nagle's algorithm."""

    request_queue_size = _LISTEN_BACKLOG
    daemon_threads = True

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        client, address = super().get_request()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client, address

    def shutdown(self) -> None:
        BaseServer.shutdown(self)
        self.server_close()


class _Handlers:
    """The decisions of one listener, bound to pynetdicom's events."""

    def __init__(self, settings: ScpSettings, ports: ScpPorts) -> None:
        self._settings = settings
        self._ports = ports
        self._store = Store(ports.spool, ports.report)

    def table(self) -> list[evt.EventHandlerType]:
        return [
            (evt.EVT_CONN_OPEN, take_over),
            (evt.EVT_REQUESTED, self.negotiate),
            (evt.EVT_SOP_COMMON, self.name_services),
            (evt.EVT_C_ECHO, verify),
            (evt.EVT_C_STORE, self.store),
        ]

    def negotiate(self, event: Event) -> None:
        """Refuse a stranger; else support what is taken of the classes proposed."""
        request = cast(A_ASSOCIATE, event.assoc.requestor.primitive)
        rejection = rejection_of(
            request.called_ae_title,
            request.calling_ae_title,
            self._settings.ae_title,
            self._ports.directory,
            self._ports.clock(),
        )
        if rejection is not None:
            self._ports.report("dicom_association_refused", {"reason": rejection.name.lower()})
            event.assoc.acse.send_reject(REJECTED_PERMANENT, SOURCE_SERVICE_USER, rejection)
            event.assoc.kill()
            return
        event.assoc.acceptor.supported_contexts = supported_contexts(
            _proposed(event), accept_private=self._settings.accept_private_classes
        )

    def name_services(self, event: Event) -> dict[str, SOPClassCommonExtendedNegotiation]:
        """Name the storage service for every class that the library cannot place itself.

        That is what a sender states by SOP Class Common Extended Negotiation (PS3.7 D.3.3.6), and
        senders of private classes leave out.
        """
        unplaced = {
            str(context.abstract_syntax)
            for context in event.assoc.acceptor.supported_contexts
            if context.abstract_syntax not in PLACED_CLASSES
        }
        return {uid: _storage_service(uid) for uid in unplaced}

    def store(self, event: Event) -> Dataset:
        """The answer to a C-STORE request."""
        at = self._ports.clock()
        calling = event.assoc.requestor.ae_title.strip()
        return guarded(
            lambda: self._store.receive(
                event, self._ports.directory.sender_of_ae_title(calling, local_date(at)), at
            ),
            self._ports.report,
        )


def _proposed(event: Event) -> list[str]:
    request = cast(A_ASSOCIATE, event.assoc.requestor.primitive)
    return [
        str(proposal.abstract_syntax) for proposal in request.presentation_context_definition_list
    ]


def _storage_service(uid: str) -> SOPClassCommonExtendedNegotiation:
    item = SOPClassCommonExtendedNegotiation()
    item.sop_class_uid = uid
    item.service_class_uid = _STORAGE_SERVICE_CLASS
    return item
